#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace ch::format {

/// A 128-bit hash as ClickHouse stores it: low u64, then high u64.
struct Hash128 {
    uint64_t low = 0;
    uint64_t high = 0;
    bool operator==(const Hash128&) const = default;
};

/// CityHash v1.0.2 (2011), the version that ClickHouse froze; later versions give other values.
Hash128 city_hash_128(Bytes bytes);
Hash128 city_hash_128_with_seed(Bytes bytes, Hash128 seed);
uint64_t city_hash_64(Bytes bytes);
uint64_t hash_128_to_64(uint64_t low, uint64_t high);

/// The hash that checksums.txt holds for a file: city_hash_128_with_seed over blocks of 2048 bytes,
/// each result the seed of the next.
class FileHasher {
public:
    void update(Bytes bytes);
    /// The hash of all bytes given so far. May be called once.
    Hash128 finish();

private:
    std::array<uint8_t, 2048> pending_{};
    size_t pending_bytes_ = 0;
    Hash128 seed_;
};

}  // namespace ch::format
