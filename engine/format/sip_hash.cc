#include "engine/format/sip_hash.h"

#include <bit>

namespace ch::format {

namespace {

// SipHash-2-4 with key (0, 0): the four words are the constants alone.
struct State {
    uint64_t v0 = 0x736f6d6570736575;
    uint64_t v1 = 0x646f72616e646f6d;
    uint64_t v2 = 0x6c7967656e657261;
    uint64_t v3 = 0x7465646279746573;

    void round() {
        v0 += v1;
        v1 = std::rotl(v1, 13) ^ v0;
        v0 = std::rotl(v0, 32);
        v2 += v3;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 += v3;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 += v1;
        v1 = std::rotl(v1, 17) ^ v2;
        v2 = std::rotl(v2, 32);
    }
    void absorb(uint64_t word) {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }
};

}  // namespace

std::array<uint8_t, 16> sip_hash_128(Bytes bytes) {
    State state;
    size_t at = 0;
    for (; at + 8 <= bytes.size(); at += 8) state.absorb(load<uint64_t>(bytes.data() + at));
    // The length's low byte on top of the bytes that are left.
    uint64_t last = static_cast<uint64_t>(bytes.size()) << 56;
    for (size_t i = at; i < bytes.size(); ++i)
        last |= static_cast<uint64_t>(bytes[i]) << (8 * (i - at));
    state.absorb(last);
    // ClickHouse's own 128-bit form: the end is that of the 64-bit SipHash, but the four words are
    // folded to two. The reference's form runs the last rounds a second time.
    state.v2 ^= 0xff;
    for (int i = 0; i < 4; ++i) state.round();
    std::array<uint8_t, 16> hash{};
    store(hash.data(), state.v0 ^ state.v1);
    store(hash.data() + 8, state.v2 ^ state.v3);
    return hash;
}

}  // namespace ch::format
