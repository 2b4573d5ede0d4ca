#pragma once

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
    /// Calls each(from, to) for the runs of a container's numbers.
    template <typename Each>
    void each_run(const Container& container, Each each) const;

    std::string bytes_;
    std::vector<Container> containers_;
    uint64_t count_ = 0;
    uint64_t end_ = 0;
};

}  // namespace ch::format
