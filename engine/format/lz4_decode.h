#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace ch::format {

/// Decodes an LZ4 block that fills `to` exactly; behind `to` lie kFramePaddingBytes that may be
/// overwritten. Thread-safe, never fails but by its result: false for a block that is damaged or
/// gives another size, and then the contents of `to` are undefined. Nothing outside `block` and
/// what was decoded already reaches the result.
[[nodiscard]] bool lz4_decode(Bytes block, std::span<uint8_t> to);

}  // namespace ch::format
