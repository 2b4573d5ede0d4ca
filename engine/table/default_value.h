#pragma once

#include <memory>

#include "engine/column/column.h"
#include "engine/table/table.h"

namespace ch::table {

/// What a row has in a column that its part lacks: one row of the constant that the DEFAULT or
/// MATERIALIZED expression means, or of the type's default. Throws Error{Unsupported} naming
/// column, expression and remedy when that is no constant.
column::ColumnPtr default_value(const TableColumn& column, const std::shared_ptr<BufferPool>& pool);

/// `rows` rows of ClickHouse's default for the type: NULL, 0, empty, and the first value of an
/// Enum.
column::Column make_fill_column(const column::TypePtr& type, size_t rows,
                                const std::shared_ptr<BufferPool>& pool);

/// A column of one row, `rows` times.
column::ColumnPtr repeat(const column::Column& one, size_t rows,
                         const std::shared_ptr<BufferPool>& pool);

}  // namespace ch::table
