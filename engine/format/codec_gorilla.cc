#include "engine/format/bit_reader.h"
#include "engine/format/codec.h"

// Payload: the value head (codec.h), u32 count of values, the first value, then for each further
// value its XOR with the one before as a bit field, highest bit first:
//
//   0                    XOR = 0
//   10 | data bits       within the window that the last 11 gave
//   11 | leading zeros | count of data bits | data bits
//                        a new window: the bits between leading and trailing zeros
//
// The count has 4, 5, 6 or 7 bits for values of 8, 16, 32 or 64 bits, the number of leading zeros
// one bit less.

namespace ch::format {

namespace {

// Returns false when a window does not fit a value.
template <typename T>
bool apply_xors(BitReader& bits, T value, uint8_t* to, size_t count) {
    constexpr unsigned kValueBits = sizeof(T) * 8;
    constexpr unsigned kNumberBits = sizeof(T) == 1   ? 4
                                     : sizeof(T) == 2 ? 5
                                     : sizeof(T) == 4 ? 6
                                                      : 7;
    unsigned data_bits = 0;
    unsigned trailing_zeros = 0;
    for (size_t i = 0; i < count; ++i) {
        uint64_t next = bits.peek();
        if (next >> 63 == 0) {
            bits.skip(1);
        } else {
            // Both 10 and 11 are two bits long.
            bits.skip(2);
            if (next >> 62 == 3) {
                auto leading_zeros = static_cast<unsigned>(bits.read(kNumberBits - 1));
                data_bits = static_cast<unsigned>(bits.read(kNumberBits));
                if (data_bits == 0 || leading_zeros + data_bits > kValueBits) return false;
                trailing_zeros = kValueBits - leading_zeros - data_bits;
            }
            // 10 before any 11: there is no window yet.
            if (data_bits == 0) return false;
            value = static_cast<T>(value ^ (bits.read(data_bits) << trailing_zeros));
        }
        store(to + i * sizeof(T), value);
    }
    return true;
}

template <typename T>
void decode_values(Bytes body, std::span<uint8_t> to) {
    ByteReader reader(body);
    size_t count = reader.read<uint32_t>();
    if (count != to.size() / sizeof(T))
        throw_corrupt("Gorilla", std::to_string(count) + " values, but content for " +
                                     std::to_string(to.size() / sizeof(T)));
    if (count == 0) return;
    T first = reader.read<T>();
    store(to.data(), first);
    BitReader bits(reader.take(reader.remaining()));
    if (!apply_xors<T>(bits, first, to.data() + sizeof(T), count - 1))
        throw_corrupt("Gorilla", "a window is wider than a value");
    if (bits.passed_end()) throw_corrupt("Gorilla", "the bit stream ends early");
}

}  // namespace

void decode_gorilla(Bytes payload, std::span<uint8_t> to) {
    ValueRun run = read_value_head("Gorilla", payload, to);
    with_width(run.width, [&](auto zero) { decode_values<decltype(zero)>(run.body, run.to); });
}

}  // namespace ch::format
