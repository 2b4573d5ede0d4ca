#pragma once

#include <string>
#include <string_view>

namespace ch::connector {

/// The bytes that to_hex() of base/bytes.h wrote. Throws Error{InvalidArgument} naming `what`.
std::string from_hex(std::string_view text, std::string_view what);

}  // namespace ch::connector
