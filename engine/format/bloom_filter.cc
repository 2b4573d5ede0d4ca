#include "engine/format/bloom_filter.h"

#include <algorithm>
#include <cmath>

#include "engine/format/city_hash.h"

namespace ch::format {

namespace {

// Where ClickHouse's table ends, for p of 0.0001 and less (mergetree.md 6.3).
constexpr size_t kBitsPerValueMax = 19;

// Fixed by the format: the k-th hash of a value is Hash128to64(h, seed k).
constexpr uint64_t kSeeds[] = {
    13635471485423070496ULL, 10336109063487487899ULL, 17779957404565211594ULL,
    8988612159822229247ULL,  4954614162757618085ULL,  12980113590177089081ULL,
    9263883436177860930ULL,  3656772712723269762ULL,  10362091744962961274ULL,
    7582936617938287249ULL,  15033938188484401405ULL, 18286745649494826751ULL,
    6852245486148412312ULL,  8886056245089344681ULL,  10151472371158292780ULL,
};

// The share of false positives with k hashes over b bits a value.
double false_positives_of(size_t bits, size_t hashes) {
    double share = 1 - std::exp(-static_cast<double>(hashes) / static_cast<double>(bits));
    return std::pow(share, static_cast<double>(hashes));
}

size_t best_hash_count(size_t bits) {
    size_t best = 1;
    for (size_t k = 2; k <= std::size(kSeeds); ++k)
        if (false_positives_of(bits, k) < false_positives_of(bits, best)) best = k;
    return best;
}

}  // namespace

BloomFilterShape bloom_filter_shape(double false_positives) {
    // ClickHouse takes the fewest bits that reach p, then the fewest hashes that still do, by a
    // table of three digits. Its entry for 2 bits covers what 3 bits reach with one hash. A wrong
    // number of bits shows in the file's size.
    if (false_positives >= 0.283) return {2, 2};
    constexpr double kRounding = 1.005;
    for (size_t bits = 3; bits <= kBitsPerValueMax; ++bits) {
        size_t hashes = best_hash_count(bits);
        if (false_positives_of(bits, hashes) > false_positives * kRounding) continue;
        while (hashes > 1 && false_positives_of(bits, hashes - 1) <= false_positives * kRounding)
            --hashes;
        return {bits, hashes};
    }
    return {kBitsPerValueMax, best_hash_count(kBitsPerValueMax)};
}

void bloom_filter_add(std::span<uint8_t> filter, uint64_t value_hash, size_t hash_count) {
    uint64_t bits = uint64_t{filter.size()} * 8;
    for (size_t i = 0; i < std::min(hash_count, std::size(kSeeds)); ++i) {
        uint64_t bit = hash_128_to_64(value_hash, kSeeds[i]) % bits;
        filter[bit >> 3] |= static_cast<uint8_t>(1U << (bit & 7));
    }
}

bool bloom_filter_may_contain(Bytes filter, uint64_t value_hash, size_t hash_count) {
    // A filter of no values has no bytes: nothing is in it.
    if (filter.empty()) return false;
    uint64_t bits = uint64_t{filter.size()} * 8;
    for (size_t i = 0; i < std::min(hash_count, std::size(kSeeds)); ++i) {
        uint64_t bit = hash_128_to_64(value_hash, kSeeds[i]) % bits;
        if ((filter[bit >> 3] >> (bit & 7) & 1) == 0) return false;
    }
    return true;
}

// MurmurHash3's finalizer, which ClickHouse takes for integers before the seeds.
uint64_t bloom_filter_hash(uint64_t bits) {
    bits ^= bits >> 33;
    bits *= 0xff51afd7ed558ccdULL;
    bits ^= bits >> 33;
    bits *= 0xc4ceb9fe1a85ec53ULL;
    return bits ^ bits >> 33;
}

}  // namespace ch::format
