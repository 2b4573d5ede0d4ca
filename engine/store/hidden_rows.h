#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/column/column.h"

namespace ch::storage {

/// The rows of a part that are hidden, being found.
class HiddenRows {
public:
    explicit HiddenRows(uint64_t part_rows) : words_((part_rows + 63) / 64) {}
    void add(uint64_t row) { words_[row / 64] |= uint64_t{1} << (row % 64); }
    /// The rows from `first` on whose flag is not 0.
    void add_flagged(uint64_t first, const column::Column& flags);
    [[nodiscard]] std::span<uint64_t> words() { return words_; }
    [[nodiscard]] uint64_t count() const;

private:
    std::vector<uint64_t> words_;
};

}  // namespace ch::storage
