#include <bit>

#include "engine/format/codec.h"

// Payload: u8 cookie (low 7 bits: kind of value, high bit: 1 = 'bit', 0 = 'byte'), the bytes that
// are left when the content is cut into values, u64 smallest and u64 largest value (sign-extended),
// then for each 64 values (the last block is filled up) the B low bits that differ:
//
//   B / 8 byte planes     'byte': 64 bytes, byte b of each value
//                         'bit': the same as eight bit planes
//   B % 8 bit planes      u64, bit i = this bit of value i
//
// The bits above are those of the smallest value; where the sign differs, bit B - 1 tells which of
// smallest and largest.

namespace ch::format {

namespace {

constexpr size_t kBlockValues = 64;
constexpr size_t kRangeBytes = 16;

struct Kind {
    uint8_t width;
    bool is_signed;
};

// ClickHouse's numbers of its types. Signs matter for the upper bits, widths for the cut.
Kind kind_of(uint8_t id) {
    switch (id) {
        case 1:
            return {1, false};  // UInt8
        case 2:
            return {2, false};  // UInt16
        case 3:
            return {4, false};  // UInt32
        case 4:
            return {8, false};  // UInt64
        case 6:
            return {1, true};  // Int8
        case 7:
            return {2, true};  // Int16
        case 8:
            return {4, true};  // Int32
        case 9:
            return {8, true};  // Int64
        case 13:
            return {2, false};  // Date
        case 14:
            return {4, false};  // DateTime
        case 15:
            return {8, true};  // DateTime64
        case 17:
            return {1, true};  // Enum8
        case 18:
            return {2, true};  // Enum16
        case 19:
            return {4, true};  // Decimal32
        case 20:
            return {8, true};  // Decimal64
        case 21:
            return {4, false};  // IPv4
        case 22:
            return {4, true};  // Date32
        case 23:
            return {4, true};  // Time
        case 24:
            return {8, true};  // Time64
        default:
            throw_corrupt("T64", "kind of value " + std::to_string(id) + " is unknown");
    }
}

// Transposes 8 x 8 bits: bit c of byte r goes to bit r of byte c.
uint64_t transpose_8x8(uint64_t x) {
    // Swaps across the diagonal in blocks of 1, 2 and 4 bits, by the XOR trick: t has the bits in
    // which both places differ.
    uint64_t t = (x ^ (x >> 7)) & 0x00aa00aa00aa00aa;
    x ^= t ^ (t << 7);
    t = (x ^ (x >> 14)) & 0x0000cccc0000cccc;
    x ^= t ^ (t << 14);
    t = (x ^ (x >> 28)) & 0x00000000f0f0f0f0;
    return x ^ t ^ (t << 28);
}

// `count` bit planes (at most 8) to one byte plane.
void join_bit_planes(const uint8_t* from, size_t count, uint8_t* to) {
    // Eight values at a time. Byte `group` of each plane has their bits, so that eight such bytes
    // are an 8 x 8 matrix whose transpose has a value a byte:
    //   plane 0:  bits 0 of values 0..7 | 8..15 | ...       rows    =  byte p: plane p, this group
    //   plane 1:  bits 1 of values 0..7 | 8..15 | ...       result  =  byte v: value v's eight bits
    for (size_t group = 0; group < 8; ++group) {
        uint64_t rows = 0;
        for (size_t plane = 0; plane < count; ++plane)
            rows |= static_cast<uint64_t>(from[plane * 8 + group]) << (8 * plane);
        store(to + group * 8, transpose_8x8(rows));
    }
}

template <typename T>
void join_block(const uint8_t* from, unsigned bits, bool by_bits, T* to) {
    uint8_t plane[kBlockValues];
    for (size_t i = 0; i < kBlockValues; ++i) to[i] = 0;
    for (unsigned shift = 0; shift < bits; shift += 8) {
        size_t planes = bits - shift < 8 ? bits - shift : 8;
        const uint8_t* bytes = from;
        if (by_bits || planes < 8) {
            join_bit_planes(from, planes, plane);
            bytes = plane;
        }
        for (size_t i = 0; i < kBlockValues; ++i)
            to[i] = static_cast<T>(to[i] | static_cast<T>(T{bytes[i]} << shift));
        from += planes * 8;
    }
}

// What the bits above the stored ones are.
struct UpperBits {
    uint64_t plain;     // for values whose sign bit is clear, or all
    uint64_t negative;  // for values whose sign bit is set
    uint64_t sign_bit;  // 0 = all have `plain`
};

unsigned bits_between(uint64_t a, uint64_t b) {
    return static_cast<unsigned>(std::bit_width(a ^ b));
}

bool crosses_zero(uint64_t min, uint64_t max, bool is_signed) {
    return is_signed && static_cast<int64_t>(min) < 0 && static_cast<int64_t>(max) >= 0;
}

// As many bits as min and max differ in from the top; if the values cross zero, enough for the one
// of larger magnitude and one for the sign.
unsigned stored_bits(uint64_t min, uint64_t max, bool is_signed) {
    if (!crosses_zero(min, max, is_signed)) return bits_between(min, max);
    uint64_t largest = static_cast<int64_t>(min + max) >= 0 ? max : ~min;
    return bits_between(0, largest) + 1;
}

UpperBits upper_bits(uint64_t min, uint64_t max, unsigned bits, bool is_signed) {
    // Shifts by 64 are undefined, and then there are no upper bits to add.
    uint64_t mask = bits >= 64 ? 0 : ~uint64_t{0} << bits;
    if (!crosses_zero(min, max, is_signed)) return {min & mask, min & mask, 0};
    return {max & mask, min & mask, bits >= 64 ? 0 : uint64_t{1} << (bits - 1)};
}

template <typename T>
void decode_values(Bytes body, bool is_signed, bool by_bits, std::span<uint8_t> to) {
    size_t count = to.size() / sizeof(T);
    auto min = load<uint64_t>(body.data());
    auto max = load<uint64_t>(body.data() + 8);
    unsigned bits = stored_bits(min, max, is_signed);
    size_t block_bytes = size_t{8} * bits;
    size_t blocks = (count + kBlockValues - 1) / kBlockValues;
    body = body.subspan(kRangeBytes);
    // min and max are not trusted: a damaged pair gives another number of bits, which the size
    // betrays.
    if (bits > sizeof(T) * 8 || body.size() != blocks * block_bytes)
        throw_corrupt("T64", std::to_string(body.size()) + " bytes for " + std::to_string(blocks) +
                                 " blocks of " + std::to_string(bits) + " bits of values of " +
                                 std::to_string(sizeof(T)) + " bytes");
    UpperBits upper = upper_bits(min, max, bits, is_signed);
    auto plain = static_cast<T>(upper.plain);
    auto negative = static_cast<T>(upper.negative);
    auto sign_bit = static_cast<T>(upper.sign_bit);
    T values[kBlockValues];
    for (size_t block = 0; block < blocks; ++block) {
        join_block<T>(body.data() + block * block_bytes, bits, by_bits, values);
        for (T& value : values)
            value = static_cast<T>(value | ((value & sign_bit) != 0 ? negative : plain));
        size_t left = std::min(kBlockValues, count - block * kBlockValues);
        std::memcpy(to.data() + block * sizeof(values), values, left * sizeof(T));
    }
}

}  // namespace

void decode_t64(Bytes payload, std::span<uint8_t> to) {
    if (payload.empty()) throw_corrupt("T64", "the payload is empty");
    Kind kind = kind_of(payload[0] & 0x7f);
    bool by_bits = (payload[0] & 0x80) != 0;
    size_t skip = to.size() % kind.width;
    if (payload.size() < 1 + skip + kRangeBytes)
        throw_corrupt("T64", "payload of " + std::to_string(payload.size()) + " bytes has no head");
    if (skip > 0) std::memcpy(to.data(), payload.data() + 1, skip);
    with_width(kind.width, [&](auto zero) {
        decode_values<decltype(zero)>(payload.subspan(1 + skip), kind.is_signed, by_bits,
                                      to.subspan(skip));
    });
}

}  // namespace ch::format
