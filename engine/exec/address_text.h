#pragma once

#include <cstddef>
#include <cstdint>

namespace ch::exec {

/// Text of the types that have a notation of their own, as ClickHouse prints them. Each writes at
/// most kAddressTextMax bytes and returns how many. `value` points at the stored bytes.
inline constexpr size_t kAddressTextMax = 48;
size_t write_uuid(const uint8_t* value, char* to);
size_t write_ipv4(const uint8_t* value, char* to);
size_t write_ipv6(const uint8_t* value, char* to);

}  // namespace ch::exec
