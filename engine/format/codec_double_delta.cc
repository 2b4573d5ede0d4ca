#include <bit>

#include "engine/format/bit_reader.h"
#include "engine/format/codec.h"

// Payload: the value head (codec.h), u32 count of values, the first value, the first difference,
// then for each further value a bit field, highest bit first, with the difference of differences dd
// modulo 2^bits:
//   0          dd = 0
//   10    + 7  bits     each field: a sign bit (1 = negative), then |dd| - 1
//   110   + 9
//   1110  + 12
//   11110 + 32
//   11111 + 64

namespace ch::format {

namespace {

constexpr unsigned kFieldBits[] = {0, 7, 9, 12, 32, 64};

// delta_i = delta_(i-1) + dd_i, value_i = value_(i-1) + delta_i, all modulo 2^bits of T.
template <typename T>
void sum_up_twice(BitReader& bits, T value, T delta, uint8_t* to, size_t count) {
    for (size_t i = 0; i < count; ++i) {
        // Constant steps (dd = 0, one bit) are the common case and need no more than this bit.
        uint64_t next = bits.peek();
        if (next >> 63 == 0) {
            bits.skip(1);
        } else {
            // At most five ones count; the fifth needs no closing zero.
            auto ones = static_cast<unsigned>(std::countl_one(next));
            if (ones > 5) ones = 5;
            bits.skip(ones == 5 ? 5 : ones + 1);
            unsigned field = kFieldBits[ones];
            uint64_t content = bits.read(field);
            // One less than |dd| is stored, as dd = 0 has a code of its own: a field of 7 bits
            // holds -64 .. -1 and 1 .. 64.
            bool negative = (content >> (field - 1)) != 0;
            uint64_t magnitude = (content & ~(uint64_t{1} << (field - 1))) + 1;
            delta = static_cast<T>(delta + (negative ? 0 - magnitude : magnitude));
        }
        value = static_cast<T>(value + delta);
        store(to + i * sizeof(T), value);
    }
}

template <typename T>
void decode_values(Bytes body, std::span<uint8_t> to) {
    ByteReader reader(body);
    size_t count = reader.read<uint32_t>();
    if (count != to.size() / sizeof(T))
        throw_corrupt("DoubleDelta", std::to_string(count) + " values, but content for " +
                                         std::to_string(to.size() / sizeof(T)));
    if (count == 0) return;
    T value = reader.read<T>();
    store(to.data(), value);
    if (count == 1) return;
    T delta = reader.read<T>();
    value = static_cast<T>(value + delta);
    store(to.data() + sizeof(T), value);
    BitReader bits(reader.take(reader.remaining()));
    sum_up_twice<T>(bits, value, delta, to.data() + 2 * sizeof(T), count - 2);
    // Past the end the reader gives zeros, which decode as dd = 0: the loop ends by its count, and
    // the damage is found here.
    if (bits.passed_end()) throw_corrupt("DoubleDelta", "the bit stream ends early");
}

}  // namespace

void decode_double_delta(Bytes payload, std::span<uint8_t> to) {
    ValueRun run = read_value_head("DoubleDelta", payload, to);
    with_width(run.width, [&](auto zero) { decode_values<decltype(zero)>(run.body, run.to); });
}

}  // namespace ch::format
