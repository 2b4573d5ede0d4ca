#pragma once

#include <cstddef>
#include <cstdint>

namespace ch::connector {

/// What a set bit stands for.
enum class Bits : uint8_t { NotZero, Zero };

/// Packs a byte a row into Arrow's bit a row: bit i of `to` says whether bytes[i] is (not) zero;
/// bits behind `count` are 0. Returns how many of the bytes are not zero. Requires: `bytes` may be
/// read up to the next multiple of 8, `to` holds (count + 7) / 8 bytes.
size_t pack_bits(const uint8_t* bytes, size_t count, Bits meaning, uint8_t* to);

}  // namespace ch::connector
