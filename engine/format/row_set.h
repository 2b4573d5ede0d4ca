#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace ch::format {

/// Row numbers below 2^32 as Roaring's portable format has them, by the high halves of the numbers:
///
///   u32 12346, u32 n | u32 12347 + (n - 1) << 16, ceil(n / 8) bytes: bit i = container i has runs
///   n x (u16 high half, u16 count - 1)
///   n x u32 offset of the container          absent with runs and n < 4
///   containers: runs: u16 m, m x (u16 first, u16 length - 1) | count <= 4096: count x u16
///               | 8192 bytes, a bit a number
///
/// Immutable, thread-safe; holds the encoded bytes.
class RowSet {
public:
    /// Throws Error{Corrupt} with the offset.
    static RowSet parse(std::string bytes);
    /// The bits that are set, encoded without runs.
    static std::string encode(std::span<const uint64_t> words);

    [[nodiscard]] uint64_t count() const { return count_; }
    /// The greatest number plus one; 0 if there is none.
    [[nodiscard]] uint64_t end() const { return end_; }
    /// Sets flags[i] to 0 for each number `first` + i, i below `rows`, that is in the set.
    void clear(uint64_t first, size_t rows, uint8_t* flags) const;
    /// Calls each(from, to) for runs of numbers in [first, end) that are in the set, rising; two
    /// may touch.
    template <typename Each>
    void each_run(uint64_t first, uint64_t end, Each each) const;
    /// Sets the bits of all numbers. Requires: words for end() of them.
    void add_to(std::span<uint64_t> words) const;

private:
    enum class Kind : uint8_t { Runs, Numbers, Bits };
    struct Container {
        uint64_t base = 0;
        Kind kind = Kind::Numbers;
        size_t offset = 0;
        uint32_t count = 0;  ///< of runs, or of numbers
    };
    void read_containers(ByteReader& reader);
    void check(const Container& container, uint32_t cardinality);
    /// The same for the numbers of one container: all, or at least those in [first, end).
    template <typename Each>
    void each_run(const Container& container, Each each) const {
        each_run(container, 0, UINT64_MAX, each);
    }
    template <typename Each>
    void each_run(const Container& container, uint64_t first, uint64_t end, Each each) const;
    template <typename Each>
    void each_bit_run(const Container& container, uint64_t first, uint64_t end, Each each) const;

    std::string bytes_;
    std::vector<Container> containers_;
    uint64_t count_ = 0;
    uint64_t end_ = 0;
};

template <typename Each>
void RowSet::each_bit_run(const Container& container, uint64_t first, uint64_t end,
                          Each each) const {
    constexpr uint64_t kRows = 1u << 16;
    const uint64_t from_word = first <= container.base ? 0 : (first - container.base) / 64;
    const uint64_t to_row = end <= container.base ? 0 : std::min(end - container.base, kRows);
    for (uint64_t word = from_word; word * 64 < to_row; ++word) {
        auto bits = load<uint64_t>(bytes_.data() + container.offset + word * sizeof(uint64_t));
        while (bits != 0) {
            const auto from = static_cast<uint32_t>(std::countr_zero(bits));
            const auto length = static_cast<uint32_t>(std::countr_one(bits >> from));
            const uint64_t number = container.base + word * 64 + from;
            each(number, number + length);
            if (from + length == 64) break;
            bits &= ~uint64_t{0} << (from + length);
        }
    }
}

template <typename Each>
void RowSet::each_run(const Container& container, uint64_t first, uint64_t end, Each each) const {
    if (container.kind == Kind::Bits) return each_bit_run(container, first, end, each);
    auto half_at = [&](uint64_t number) {
        return load<uint16_t>(bytes_.data() + container.offset + number * sizeof(uint16_t));
    };
    if (container.kind == Kind::Runs) {
        for (uint64_t i = 0; i < container.count; ++i) {
            const uint64_t from = container.base + half_at(2 * i);
            each(from, from + half_at(2 * i + 1) + 1);
        }
        return;
    }
    uint64_t at = 0;
    for (uint64_t high = container.count; first > container.base && at < high;) {
        const uint64_t middle = at + (high - at) / 2;
        if (container.base + half_at(middle) < first)
            at = middle + 1;
        else
            high = middle;
    }
    for (; at < container.count; ++at) {
        const uint64_t number = container.base + half_at(at);
        if (number >= end) break;
        each(number, number + 1);
    }
}

template <typename Each>
void RowSet::each_run(uint64_t first, uint64_t end, Each each) const {
    auto container = std::upper_bound(
        containers_.begin(), containers_.end(), first,
        [](uint64_t row, const Container& candidate) { return row < candidate.base; });
    if (container != containers_.begin()) --container;
    for (; container != containers_.end() && container->base < end; ++container)
        each_run(*container, first, end, [&](uint64_t from, uint64_t to) {
            from = std::max(from, first);
            to = std::min(to, end);
            if (from < to) each(from, to);
        });
}

}  // namespace ch::format
