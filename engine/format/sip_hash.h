#pragma once

#include <array>

#include "base/bytes.h"

namespace ch::format {

/// SipHash-2-4 with key 0 and ClickHouse's 128-bit ending (mergetree.md 5.3); the bytes in their
/// stored order.
std::array<uint8_t, 16> sip_hash_128(Bytes bytes);

}  // namespace ch::format
