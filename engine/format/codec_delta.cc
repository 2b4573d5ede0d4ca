#include "engine/format/codec.h"

// Payload: the value head (codec.h), then for each value its difference to the one before (the
// first: to 0), modulo 2^bits.

namespace ch::format {

namespace {

template <typename T>
void sum_up(const uint8_t* from, uint8_t* to, size_t count) {
    // Unsigned, so that wrapping is defined: ClickHouse's differences are modulo 2^bits too, and
    // signed columns come out the same.
    T sum = 0;
    for (size_t i = 0; i < count; ++i) {
        sum = static_cast<T>(sum + load<T>(from + i * sizeof(T)));
        store(to + i * sizeof(T), sum);
    }
}

}  // namespace

void decode_delta(Bytes payload, std::span<uint8_t> to) {
    ValueRun run = read_value_head("Delta", payload, to);
    if (run.body.size() != run.to.size())
        throw_corrupt("Delta", std::to_string(run.body.size()) + " bytes of differences for " +
                                   std::to_string(run.to.size()) + " bytes of values");
    with_width(run.width, [&](auto zero) {
        using T = decltype(zero);
        sum_up<T>(run.body.data(), run.to.data(), run.to.size() / sizeof(T));
    });
}

}  // namespace ch::format
