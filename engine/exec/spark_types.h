#pragma once

#include <memory>

#include "engine/column/column.h"
#include "engine/column/scalar.h"

namespace ch::exec {

/// The type by which Spark sees a stored type (design section 7), itself written as a ClickHouse
/// type:
///   UInt8 -> Int16, UInt16 -> Int32, UInt32 -> Int64, UInt64 -> Decimal(20, 0), Date -> Date32,
///   DateTime and DateTime64(any) -> DateTime64(6), Enum8/16, UUID, IPv4, IPv6 -> String,
///   FixedString stays (Spark binary), Nested types by their children; all others themselves.
/// Throws Error{Unsupported} naming the type for those that Spark has no place for (Int128 and
/// wider, Decimal over 38 digits, Time, ...).
column::TypePtr spark_type(const column::Type& stored);

/// The column in spark_type(*column->type); the same pointer when nothing changes. LowCardinality
/// stays a dictionary; an Enum becomes one (LowCardinality(String) codes over its names). Throws
/// Error{Unsupported} for a DateTime64 value with digits below a microsecond, naming it: no value
/// is silently changed.
column::ColumnPtr to_spark(const column::ColumnPtr& column,
                           const std::shared_ptr<BufferPool>& pool);

/// One value converted the same way. Nothing if the conversion does not keep the order of the
/// type's sort (Enum, UUID, IPv4, IPv6 -> text).
bool spark_order_is_stored_order(const column::Type& stored);
column::Scalar to_spark(const column::Scalar& value, const column::Type& stored);

}  // namespace ch::exec
