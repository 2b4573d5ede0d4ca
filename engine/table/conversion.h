#pragma once

#include <memory>

#include "engine/column/column.h"

namespace ch::table {

/// Whether every value of type `from` has exactly one counterpart in `to`: wider integers, decimals
/// and floats, Date to Date32, finer DateTime64, more Enum values, String and FixedString with and
/// without LowCardinality, Nullable added, another time zone, and the same inside Array, Map and
/// Tuple. Taking Nullable away is allowed too; convert() then refuses a NULL.
bool can_convert(const column::Type& from, const column::Type& to);

/// The column as type `to`. Requires: can_convert(). Throws Error{Unsupported} for a NULL that `to`
/// cannot hold, Error{MemoryLimit}.
column::ColumnPtr convert(const column::ColumnPtr& column, const column::TypePtr& to,
                          const std::shared_ptr<BufferPool>& pool);

}  // namespace ch::table
