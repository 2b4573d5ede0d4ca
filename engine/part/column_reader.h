#pragma once

#include <deque>
#include <memory>

#include "engine/part/decoder.h"
#include "engine/part/part.h"
#include "engine/part/part_reader.h"

namespace ch::part {

/// Reads one column of a part; PartReader's rules.
class ColumnReader {
public:
    virtual ~ColumnReader() = default;
    virtual void seek(size_t granule) = 0;
    virtual void expect_end(size_t granule) = 0;
    virtual column::Column read(size_t rows) = 0;
    virtual void skip(size_t rows) = 0;
};

std::unique_ptr<ColumnReader> make_wide_reader(std::shared_ptr<const Part> part, size_t column,
                                               const PartReader::Options& options);
std::unique_ptr<ColumnReader> make_compact_reader(std::shared_ptr<const Part> part, size_t column,
                                                  const PartReader::Options& options);

/// Where a reader stands among a part's rows and granules.
class RowPosition {
public:
    explicit RowPosition(const format::Granules& granules) : granules_(granules) {}
    [[nodiscard]] uint64_t row() const { return row_; }
    [[nodiscard]] size_t granule() const { return granule_; }
    [[nodiscard]] bool at_granule_begin() const { return row_ == granules_.first_row[granule_]; }
    [[nodiscard]] uint64_t rows_left_in_granule() const {
        return granules_.first_row[granule_ + 1] - row_;
    }
    [[nodiscard]] uint64_t rows_left() const { return granules_.first_row.back() - row_; }
    void seek(size_t granule) {
        granule_ = granule;
        row_ = granules_.first_row[granule];
    }
    /// Requires: rows <= rows_left_in_granule().
    void advance(uint64_t rows) {
        row_ += rows;
        if (row_ == granules_.first_row[granule_ + 1] && granule_ + 1 < granules_.count())
            ++granule_;
    }

private:
    const format::Granules& granules_;
    size_t granule_ = 0;
    uint64_t row_ = 0;
};

}  // namespace ch::part
