#pragma once

#include <memory>

#include "engine/column/column.h"

namespace ch::connector {

/// The column as type `to`, each value exactly: what a writer does with values before a table takes
/// them. Lossless both ways, so that a reader sees what was written.
///   integers, decimals          any of them whose range and scale hold every value; Bool only Bool
///   floats                      the same or a wider one
///   Date32 -> Date, DateTime64 -> DateTime and other scales, Time64 -> Time
///   String -> Enum (by name), UUID, IPv4, IPv6 (as ClickHouse prints them), FixedString (its
///   length), and back for FixedString
///   FixedString -> types of as many bytes that Arrow has no other form for (IPv6, Int128, ...)
///   UInt32 -> IPv4, Float32 -> BFloat16
///   LowCardinality, Nullable, Array, Map, Tuple: by their values
/// Throws Error{InvalidArgument} naming the first value that has no place, its row and what does;
/// Error{Unsupported} for types of which none has.
column::ColumnPtr cast_exactly(const column::ColumnPtr& column, const column::TypePtr& to,
                               const std::shared_ptr<BufferPool>& pool);

}  // namespace ch::connector
