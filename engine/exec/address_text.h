#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/column/type.h"

namespace ch::exec {

/// Text of the types that have a notation of their own, as ClickHouse prints them. Each writes at
/// most kAddressTextMax bytes and returns how many. `value` points at the stored bytes.
inline constexpr size_t kAddressTextMax = 48;
size_t write_uuid(const uint8_t* value, char* to);
size_t write_ipv4(const uint8_t* value, char* to);
size_t write_ipv6(const uint8_t* value, char* to);
/// The text of a UUID (with its hyphens), IPv4 or IPv6 as the type's stored bytes; false if it is
/// none. Requires: `to` has room for type.width() bytes.
bool parse_address(std::string_view text, const column::Type& type, uint8_t* to);

}  // namespace ch::exec
