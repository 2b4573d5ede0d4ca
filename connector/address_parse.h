#pragma once

#include <cstdint>
#include <string_view>

#include "engine/column/type.h"

namespace ch::connector {

/// The text of a UUID (with its hyphens), IPv4 or IPv6 as the type's stored bytes; false if it is
/// none. Requires: `to` has room for type.width() bytes.
bool parse_address(std::string_view text, const column::Type& type, uint8_t* to);

}  // namespace ch::connector
