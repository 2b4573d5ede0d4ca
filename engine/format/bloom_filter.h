#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace ch::format {

/// The shape of ClickHouse's bloom_filter(p) (mergetree.md 6.3).
struct BloomFilterShape {
    size_t bits_per_value = 0;
    size_t hash_count = 0;  ///< never more than ClickHouse used: fewer only find less to skip
};
BloomFilterShape bloom_filter_shape(double false_positives);

/// Sets the bits of a value. Requires: the filter has a byte.
void bloom_filter_add(std::span<uint8_t> filter, uint64_t value_hash, size_t hash_count);

/// False only if no value with this hash was added. An empty filter holds nothing.
bool bloom_filter_may_contain(Bytes filter, uint64_t value_hash, size_t hash_count);

/// The hash of an integer, by the bits of its type widened with zeros.
uint64_t bloom_filter_hash(uint64_t bits);

}  // namespace ch::format
