#include "engine/format/codec.h"

// Payload: the value head (codec.h; widths 16 and 32 too), the divisor (one value), then each value
// divided by it.

namespace ch::format {

namespace {

// 128 and 256 bits: the low words of a product of little-endian numbers of `Words` words.
template <size_t Words>
void multiply_wide(const uint8_t* from, const uint8_t* divisor, uint8_t* to) {
    __extension__ using Uint128 = unsigned __int128;
    uint64_t product[Words] = {};
    for (size_t i = 0; i < Words; ++i) {
        uint64_t factor = load<uint64_t>(from + 8 * i);
        uint64_t carry = 0;
        // Schoolbook multiplication; what lies above the type's width is dropped. The sum cannot
        // overflow: (2^64 - 1)^2 + 2 (2^64 - 1) = 2^128 - 1.
        for (size_t j = 0; i + j < Words; ++j) {
            Uint128 sum = static_cast<Uint128>(factor) * load<uint64_t>(divisor + 8 * j) +
                          product[i + j] + carry;
            product[i + j] = static_cast<uint64_t>(sum);
            carry = static_cast<uint64_t>(sum >> 64);
        }
    }
    std::memcpy(to, product, sizeof(product));
}

template <size_t Words>
void multiply_all_wide(const uint8_t* from, const uint8_t* divisor, std::span<uint8_t> to) {
    for (size_t at = 0; at < to.size(); at += 8 * Words)
        multiply_wide<Words>(from + at, divisor, to.data() + at);
}

template <typename T>
void multiply_all(const uint8_t* from, const uint8_t* divisor, std::span<uint8_t> to) {
    // In 64 bits even for narrow types: uint16_t operands would be promoted to int, whose overflow
    // is undefined. The low bits are the same.
    uint64_t factor = load<T>(divisor);
    for (size_t at = 0; at < to.size(); at += sizeof(T))
        store(to.data() + at, static_cast<T>(load<T>(from + at) * factor));
}

}  // namespace

void decode_gcd(Bytes payload, std::span<uint8_t> to) {
    ValueRun run = read_value_head("GCD", payload, to, 32);
    if (run.body.size() != run.to.size() + run.width)
        throw_corrupt("GCD", std::to_string(run.body.size()) +
                                 " bytes of divisor and quotients for " +
                                 std::to_string(run.to.size()) + " bytes of values");
    const uint8_t* divisor = run.body.data();
    const uint8_t* from = divisor + run.width;
    if (run.width == 32) return multiply_all_wide<4>(from, divisor, run.to);
    if (run.width == 16) return multiply_all_wide<2>(from, divisor, run.to);
    with_width(run.width, [&](auto zero) { multiply_all<decltype(zero)>(from, divisor, run.to); });
}

}  // namespace ch::format
