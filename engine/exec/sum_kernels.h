#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "engine/column/scalar.h"

namespace ch::exec {

/// Not below any value's distance from 0, and less than twice the largest one's. What NULL rows
/// hold counts too.
template <typename T>
auto magnitude_max(const T* values, size_t rows) {
    if constexpr (sizeof(T) == 16) {
        unsigned __int128 bits = 0;
        for (size_t i = 0; i < rows; ++i)
            bits |= static_cast<unsigned __int128>(values[i] ^ (values[i] >> 127));
        // -1 turns into 0 by the exclusive or: one more.
        return bits + 1;
    } else {
        uint64_t bits = 0;
        for (size_t i = 0; i < rows; ++i) {
            auto value = static_cast<int64_t>(values[i]);
            bits |= static_cast<uint64_t>(value ^ (value >> 63));
        }
        return bits + 1;
    }
}

/// Adds each value to its group's sum. `nulls`: null, or 1 for a row that is left out. Requires: no
/// sum leaves S.
template <typename T, typename S>
void add_to_groups(const T* values, const uint8_t* nulls, std::span<const uint32_t> groups, S* sums,
                   uint8_t* seen) {
    if (nulls == nullptr) {
        for (size_t i = 0; i < groups.size(); ++i) {
            sums[groups[i]] += static_cast<S>(values[i]);
            seen[groups[i]] = 1;
        }
        return;
    }
    for (size_t i = 0; i < groups.size(); ++i) {
        sums[groups[i]] += nulls[i] == 0 ? static_cast<S>(values[i]) : S{0};
        seen[groups[i]] = static_cast<uint8_t>(seen[groups[i]] | (nulls[i] ^ 1));
    }
}

/// The same for rows of one group.
template <typename T, typename S>
void add_to_one(const T* values, const uint8_t* nulls, size_t rows, S* sum, uint8_t* seen) {
    S total = 0;
    if (nulls == nullptr) {
        for (size_t i = 0; i < rows; ++i) total += static_cast<S>(values[i]);
        if (rows > 0) *seen = 1;
    } else {
        uint8_t any = 0;
        for (size_t i = 0; i < rows; ++i) {
            total += nulls[i] == 0 ? static_cast<S>(values[i]) : S{0};
            any = static_cast<uint8_t>(any | (nulls[i] ^ 1));
        }
        *seen = static_cast<uint8_t>(*seen | any);
    }
    *sum += total;
}

}  // namespace ch::exec
