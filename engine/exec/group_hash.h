#pragma once

#include <cstdint>

namespace ch::exec {

/// Spreads a word's bits over all 64: a product of 128 bits, folded.
inline uint64_t mix(uint64_t word) {
    __extension__ using Wide = unsigned __int128;
    constexpr uint64_t kOdd = 0x9e3779b97f4a7c15;
    Wide product = static_cast<Wide>(word ^ 0x2545f4914f6cdd1d) * kOdd;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

}  // namespace ch::exec
