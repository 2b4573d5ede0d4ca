#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/column/column.h"
#include "engine/table/row_reader.h"
#include "engine/table/table.h"

namespace ch::table {

/// Columns that a scan makes up: each row's part, partition id and row number in the part.
constexpr std::string_view kPartColumn = "_part";
constexpr std::string_view kPartitionIdColumn = "_partition_id";
constexpr std::string_view kPartOffsetColumn = "_part_offset";

/// The type of a made-up column, or null for any other name. A table's own column of that name
/// comes first.
column::TypePtr virtual_column_type(std::string_view name);

/// For a column that columns.txt does not list: throws Error{Corrupt} when other files of the part
/// tell of it. columns.txt has no checksum; a name damaged there would turn rows into defaults.
void check_not_stored(const part::Part& part, const std::string& column);

/// Gives one column of a part as the table has it today: as stored, converted, by its default where
/// the part lacks it, or made up. Used by one thread, with one RowReader.
class ColumnSource {
public:
    /// `column` is today's definition; null means a made-up column of that name. Throws
    /// Error{Unsupported} naming the column if it cannot be read, Error{InvalidArgument} for a name
    /// that is neither.
    ColumnSource(std::shared_ptr<const part::Part> part, std::string name,
                 const TableColumn* column, std::shared_ptr<BufferPool> pool);

    /// Rows [first, first + rows) of the part. Cheapest when calls go forward. `granules_end`:
    /// reading goes on up to that granule.
    column::ColumnPtr read(RowReader& reader, uint64_t first, size_t rows, size_t granules_end);
    /// Whether reading it takes bytes from files.
    [[nodiscard]] bool is_stored() const { return stored_.has_value(); }
    [[nodiscard]] const std::string& name() const { return name_; }

private:
    void find_stored(const TableColumn& column);
    void find_alias(const TableColumn& column);
    column::ColumnPtr read_stored(RowReader& reader, uint64_t first, size_t rows,
                                  size_t granules_end);
    column::ColumnPtr row_numbers(uint64_t first, size_t rows) const;

    std::shared_ptr<const part::Part> part_;
    std::string name_;
    column::TypePtr type_;
    std::shared_ptr<BufferPool> pool_;
    std::optional<size_t> stored_;  // index into Part::columns()
    bool converts_ = false;         // the stored type is not today's
    bool sizes_only_ = false;  // only the array sizes of stored_ count: a later member of a Nested
    column::ColumnPtr constant_;  // one row; null if the column is stored or the row number
    column::ColumnPtr repeated_;  // constant_, as often as last asked for
};

}  // namespace ch::table
