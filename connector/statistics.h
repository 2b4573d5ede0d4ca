#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/column/scalar.h"
#include "engine/column/type.h"
#include "engine/table/table.h"

namespace ch::connector {

/// What a table's parts know of a column without reading it. Bounds hold for every row and are met
/// by one, unless lightweight deletes took it.
struct ColumnStatistics {
    column::TypePtr type;  ///< of min and max: exec::spark_type() of the column's
    std::optional<column::Scalar> min;
    std::optional<column::Scalar> max;
    std::optional<uint64_t> null_count;
    [[nodiscard]] bool empty() const { return !min && !null_count; }
};

/// From minmax_COLUMN.idx, or for the first column of the primary key from the first and last key
/// of each part. Reads primary indexes only of tables with few parts (limits.h). Throws
/// Error{Corrupt | Io}.
ColumnStatistics column_statistics(const table::Table& table, const table::TableColumn& column);

}  // namespace ch::connector
