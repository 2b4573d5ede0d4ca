#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ch::connector {

/// The bytes that to_hex() of base/bytes.h wrote; nothing for what is no such text.
std::optional<std::string> from_hex(std::string_view text);
/// The same of a text that this library gave away. Throws Error{InvalidArgument} naming `what`.
std::string require_hex(std::string_view text, std::string_view what);

}  // namespace ch::connector
