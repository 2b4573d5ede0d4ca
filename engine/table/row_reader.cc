#include "engine/table/row_reader.h"

#include <algorithm>

namespace ch::table {

RowReader::RowReader(std::shared_ptr<const part::Part> part, part::PartReader::Options options)
    : part_(std::move(part)),
      reader_(part_, std::move(options)),
      next_row_(part_->columns().size()) {}

column::Column RowReader::read(size_t column, uint64_t first, size_t rows, size_t granules_end) {
    const std::vector<uint64_t>& starts = part_->granules().first_row;
    auto behind = std::upper_bound(starts.begin(), starts.end(), first);
    auto granule = static_cast<size_t>(behind - starts.begin()) - 1;
    uint64_t from = starts[granule];
    std::optional<uint64_t>& next_row = next_row_[column];
    if (next_row && *next_row <= first && *next_row > from)
        from = *next_row;
    else
        reader_.seek(column, granule, granules_end);
    next_row.reset();
    if (from < first) reader_.skip(column, first - from);
    column::Column result = reader_.read(column, rows);
    next_row = first + rows;
    return result;
}

}  // namespace ch::table
