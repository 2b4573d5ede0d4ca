#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/part/part_reader.h"

namespace ch::table {

/// A PartReader that is asked for rows by number: it knows where each column stands, goes on from
/// there where that is near, and seeks where it is not. Used by one thread.
class RowReader {
public:
    RowReader(std::shared_ptr<const part::Part> part, part::PartReader::Options options);

    /// Rows [first, first + rows) of a column (index into Part::columns()). Cheapest when calls go
    /// forward. `granules_end`: reading goes on up to that granule.
    column::Column read(size_t column, uint64_t first, size_t rows, size_t granules_end);

private:
    std::shared_ptr<const part::Part> part_;
    part::PartReader reader_;
    std::vector<std::optional<uint64_t>> next_row_;  // one a column: where it stands
};

}  // namespace ch::table
