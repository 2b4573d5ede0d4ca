#pragma once

#include <cstdint>

namespace ch::storage {

/// A timestamp of TiDB is milliseconds since 1970 above this many bits that number those within one
/// (PD's timestamp oracle).
constexpr int kTsoLogicalBits = 18;

/// The latest moment that such a timestamp can hold.
constexpr uint64_t kTsoMsMax = UINT64_MAX >> kTsoLogicalBits;

/// The first timestamp of a millisecond. Requires: ms <= kTsoMsMax.
constexpr uint64_t tso_of_ms(uint64_t ms) {
    return ms << kTsoLogicalBits;
}

constexpr uint64_t ms_of_tso(uint64_t tso) {
    return tso >> kTsoLogicalBits;
}

}  // namespace ch::storage
