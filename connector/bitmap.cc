#include "connector/bitmap.h"

#include <bit>

#include "base/bytes.h"

namespace ch::connector {

namespace {

/// Bit i of the result: byte i of `eight` is not 0.
uint8_t gather_bits(uint64_t eight) {
    constexpr uint64_t kLow = 0x7F7F7F7F7F7F7F7F;
    constexpr uint64_t kOnes = 0x0101010101010101;
    // Adding 0x7f to a byte's low seven bits carries into its top bit unless they are 0, and never
    // out of the byte; OR brings in the top bit itself.
    uint64_t flags = ((((eight & kLow) + kLow) | eight) >> 7) & kOnes;
    // The product puts byte i's flag into bit 56 + i; no two flags meet in one bit.
    return static_cast<uint8_t>((flags * 0x0102040810204080) >> 56);
}

}  // namespace

size_t pack_bits(const uint8_t* bytes, size_t count, Bits meaning, uint8_t* to) {
    const uint8_t flip = meaning == Bits::Zero ? 0xFF : 0;
    size_t not_zero = 0;
    size_t whole = count / 8;
    for (size_t i = 0; i < whole; ++i) {
        uint8_t bits = gather_bits(load<uint64_t>(bytes + i * 8));
        not_zero += static_cast<size_t>(std::popcount(bits));
        to[i] = bits ^ flip;
    }
    if (size_t rest = count % 8; rest > 0) {
        // Eight bytes can be loaded behind the last whole group: buffers have padding. What it
        // holds is cut off.
        auto mask = static_cast<uint8_t>((1u << rest) - 1);
        uint8_t bits = gather_bits(load<uint64_t>(bytes + whole * 8)) & mask;
        not_zero += static_cast<size_t>(std::popcount(bits));
        to[whole] = (bits ^ flip) & mask;
    }
    return not_zero;
}

}  // namespace ch::connector
