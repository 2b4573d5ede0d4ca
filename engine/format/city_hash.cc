#include "engine/format/city_hash.h"

#include <algorithm>
#include <utility>

namespace ch::format {

namespace {

// The constants and the mixing steps are those of CityHash 1.0.2; 1.0.3 and later differ in the
// seeds and in the tail.
constexpr uint64_t k0 = 0xc3a5c85c97cb3127;
constexpr uint64_t k1 = 0xb492b66fbe98f273;
constexpr uint64_t k2 = 0x9ae16a3b2f90404f;
constexpr uint64_t k3 = 0xc949d7c7509e6557;
constexpr uint64_t kMul = 0x9ddfea08eb382d69;

constexpr size_t kLongBytes = 128;  // shorter inputs take the Murmur-like path

uint64_t fetch64(const uint8_t* from) {
    return load<uint64_t>(from);
}
uint64_t fetch32(const uint8_t* from) {
    return load<uint32_t>(from);
}
uint64_t rotate(uint64_t value, int by) {
    return std::rotr(value, by);
}
uint64_t shift_mix(uint64_t value) {
    return value ^ (value >> 47);
}

// Here and below first and last words overlap where the size is no multiple of 8: every byte is
// read, no tail loop is needed.
uint64_t hash_up_to_16(const uint8_t* s, size_t size) {
    if (size > 8) {
        uint64_t a = fetch64(s);
        uint64_t b = fetch64(s + size - 8);
        return hash_128_to_64(a, rotate(b + size, static_cast<int>(size))) ^ b;
    }
    if (size >= 4) return hash_128_to_64(size + (fetch32(s) << 3), fetch32(s + size - 4));
    if (size == 0) return k2;
    uint64_t y = s[0] + (static_cast<uint64_t>(s[size >> 1]) << 8);
    uint64_t z = size + (static_cast<uint64_t>(s[size - 1]) << 2);
    return shift_mix(y * k2 ^ z * k3) * k2;
}

uint64_t hash_17_to_32(const uint8_t* s, size_t size) {
    uint64_t a = fetch64(s) * k1;
    uint64_t b = fetch64(s + 8);
    uint64_t c = fetch64(s + size - 8) * k2;
    uint64_t d = fetch64(s + size - 16) * k0;
    return hash_128_to_64(rotate(a - b, 43) + rotate(c, 30) + d, a + rotate(b ^ k3, 20) - c + size);
}

struct Pair {
    uint64_t first;
    uint64_t second;
};

// One half of the 33..64 byte hash: the sums over 32 bytes given as four words.
Pair half_of_64(uint64_t a, uint64_t w1, uint64_t w2, uint64_t z) {
    uint64_t b = rotate(a + z, 52);
    uint64_t c = rotate(a, 37);
    a += w1;
    c += rotate(a, 7);
    a += w2;
    return {a + z, b + rotate(a, 31) + c};
}

// v from the front and w from the back, each over 32 bytes; for sizes below 64 they overlap.
uint64_t hash_33_to_64(const uint8_t* s, size_t size) {
    const uint8_t* end = s + size;
    Pair v = half_of_64(fetch64(s) + (size + fetch64(end - 16)) * k0, fetch64(s + 8),
                        fetch64(s + 16), fetch64(s + 24));
    Pair w = half_of_64(fetch64(s + 16) + fetch64(end - 32), fetch64(end - 24), fetch64(end - 16),
                        fetch64(end - 8));
    uint64_t r = shift_mix((v.first + w.second) * k2 + (w.first + v.second) * k0);
    return shift_mix(r * k0 + v.second) * k2;
}

// Weak: it only mixes 32 bytes and two seeds into two words, for State to mix on.
inline Pair weak_hash_32(const uint8_t* s, uint64_t a, uint64_t b) {
    uint64_t w0 = fetch64(s);
    uint64_t w3 = fetch64(s + 24);
    a += w0;
    b = rotate(b + a + w3, 21);
    uint64_t c = a;
    a += fetch64(s + 8);
    a += fetch64(s + 16);
    b += rotate(a, 44);
    return {a + w3, b + c};
}

// The 56 bytes of state that the long inputs of both widths are folded into, 64 bytes a step.
struct State {
    uint64_t x;
    uint64_t y;
    uint64_t z;
    Pair v;
    Pair w;

    inline void step(const uint8_t* s) {
        x = rotate(x + y + v.first + fetch64(s + 16), 37) * k1;
        y = rotate(y + v.second + fetch64(s + 48), 42) * k1;
        x ^= w.second;
        y ^= v.first;
        z = rotate(z ^ w.first, 33);
        v = weak_hash_32(s, v.second * k1, x + w.first);
        w = weak_hash_32(s + 32, z + w.second, y);
        std::swap(z, x);
    }
};

Hash128 hash_short_with_seed(Bytes bytes, Hash128 seed) {
    const uint8_t* s = bytes.data();
    size_t size = bytes.size();
    uint64_t a = seed.low;
    uint64_t b = seed.high;
    uint64_t c = 0;
    uint64_t d = 0;
    if (size <= 16) {
        a = shift_mix(a * k1) * k1;
        c = b * k1 + hash_up_to_16(s, size);
        d = shift_mix(a + (size >= 8 ? fetch64(s) : c));
    } else {
        c = hash_128_to_64(fetch64(s + size - 8) + k1, a);
        d = hash_128_to_64(b + size, c + fetch64(s + size - 16));
        a += d;
        for (size_t at = 0; at + 16 < size; at += 16) {
            a ^= shift_mix(fetch64(s + at) * k1) * k1;
            a *= k1;
            b ^= a;
            c ^= shift_mix(fetch64(s + at + 8) * k1) * k1;
            c *= k1;
            d ^= c;
        }
    }
    a = hash_128_to_64(a, c);
    b = hash_128_to_64(d, b);
    return {a ^ b, hash_128_to_64(b, a)};
}

}  // namespace

uint64_t hash_128_to_64(uint64_t low, uint64_t high) {
    uint64_t a = (low ^ high) * kMul;
    a ^= a >> 47;
    uint64_t b = (high ^ a) * kMul;
    b ^= b >> 47;
    return b * kMul;
}

uint64_t city_hash_64(Bytes bytes) {
    const uint8_t* s = bytes.data();
    size_t size = bytes.size();
    if (size <= 16) return hash_up_to_16(s, size);
    if (size <= 32) return hash_17_to_32(s, size);
    if (size <= 64) return hash_33_to_64(s, size);

    const uint8_t* end = s + size;
    State state{};
    uint64_t y = fetch64(end - 16) ^ k1;
    state.v = weak_hash_32(end - 64, size, y);
    state.w = weak_hash_32(end - 32, size * k1, k0);
    state.z = (fetch64(end - 56) ^ k0) + shift_mix(state.v.second) * k1;
    state.x = rotate(state.z + fetch64(s), 39) * k1;
    state.y = rotate(y, 33) * k1;
    // Whole steps of 64 bytes, but never the last 1 to 64, which v and w above began with.
    for (size_t left = (size - 1) & ~size_t{63}; left != 0; left -= 64, s += 64) state.step(s);
    return hash_128_to_64(
        hash_128_to_64(state.v.first, state.w.first) + shift_mix(state.y) * k1 + state.z,
        hash_128_to_64(state.v.second, state.w.second) + state.x);
}

Hash128 city_hash_128_with_seed(Bytes bytes, Hash128 seed) {
    size_t size = bytes.size();
    // x, y and z begin with the seed and the size, v and w with the first bytes, so that no long
    // input begins from a fixed state.
    if (size < kLongBytes) return hash_short_with_seed(bytes, seed);

    const uint8_t* s = bytes.data();
    State state{seed.low, seed.high, size * k1, {}, {}};
    state.v.first = rotate(state.y ^ k1, 49) * k1 + fetch64(s);
    state.v.second = rotate(state.v.first, 42) * k1 + fetch64(s + 8);
    state.w.first = rotate(state.y + state.z, 35) * k1 + state.x;
    state.w.second = rotate(state.x + fetch64(s + 88), 53) * k1;
    for (; size >= kLongBytes; size -= kLongBytes, s += kLongBytes) {
        state.step(s);
        state.step(s + 64);
    }
    auto [x, y, z, v, w] = state;
    y += rotate(w.first, 37) * k0 + z;
    x += rotate(v.first + z, 49) * k0;
    // Up to four pieces of 32 bytes, taken from the end; the last may reach back into the loop's
    // bytes.
    // Safe to reach back: at least 128 bytes were folded before, and at most 31 are read again.
    for (size_t done = 0; done < size;) {
        done += 32;
        const uint8_t* piece = s + size - done;
        y = rotate(y - x, 42) * k0 + v.second;
        w.first += fetch64(piece + 16);
        x = rotate(x, 49) * k0 + w.first;
        w.first += v.first;
        v = weak_hash_32(piece, v.first, v.second);
    }
    x = hash_128_to_64(x, v.first);
    y = hash_128_to_64(y, w.first);
    return {hash_128_to_64(x + v.second, w.second) + y, hash_128_to_64(x + w.second, y + v.second)};
}

Hash128 city_hash_128(Bytes bytes) {
    const uint8_t* s = bytes.data();
    size_t size = bytes.size();
    if (size >= 16)
        return city_hash_128_with_seed(bytes.subspan(16), {fetch64(s) ^ k3, fetch64(s + 8)});
    if (size >= 8)
        return city_hash_128_with_seed({}, {fetch64(s) ^ (size * k0), fetch64(s + size - 8) ^ k1});
    return city_hash_128_with_seed(bytes, {k0, k1});
}

// The hash of a file in checksums.txt is no hash of the whole: blocks of 2048 bytes, each seeded by
// the result of the one before (mergetree.md 2.2). So pieces of any size must be cut at multiples
// of 2048 of the file.
void FileHasher::update(Bytes bytes) {
    if (pending_bytes_ > 0) {
        size_t count = std::min(bytes.size(), pending_.size() - pending_bytes_);
        std::copy_n(bytes.data(), count, pending_.data() + pending_bytes_);
        pending_bytes_ += count;
        bytes = bytes.subspan(count);
        if (pending_bytes_ < pending_.size()) return;
        seed_ = city_hash_128_with_seed(pending_, seed_);
        pending_bytes_ = 0;
    }
    for (; bytes.size() >= pending_.size(); bytes = bytes.subspan(pending_.size()))
        seed_ = city_hash_128_with_seed(bytes.first(pending_.size()), seed_);
    std::copy_n(bytes.data(), bytes.size(), pending_.data());
    pending_bytes_ = bytes.size();
}

Hash128 FileHasher::finish() {
    // The last block is hashed as long as it is; a file of whole blocks has no empty one.
    if (pending_bytes_ > 0)
        seed_ = city_hash_128_with_seed(Bytes(pending_).first(pending_bytes_), seed_);
    pending_bytes_ = 0;
    return seed_;
}

}  // namespace ch::format
