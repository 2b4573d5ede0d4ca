#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "engine/column/column.h"
#include "engine/column/scalar.h"

namespace ch::exec {

/// The type by which Spark sees a stored type (design section 7), itself written as a ClickHouse
/// type:
///   UInt8 -> Int16, UInt16 -> Int32, UInt32 -> Int64, UInt64 -> Decimal(20, 0), BFloat16 ->
///   Float32, Date -> Date32, DateTime and DateTime64(any) -> DateTime64(6) without time zone,
///   UUID, IPv4, IPv6 -> String, Enum8/16 -> LowCardinality(String) (a string, stored as a
///   dictionary of its names), FixedString stays (Spark binary), LowCardinality(T) ->
///   LowCardinality(spark_type(T)), nested types by their children; all others themselves.
/// Throws Error{Unsupported} naming the type for those that Spark has no place for (Int128 and
/// wider, Decimal over 38 digits, Time, ...).
column::TypePtr spark_type(const column::Type& stored);

/// The column in spark_type(*column->type); the same pointer when nothing changes. LowCardinality
/// stays a dictionary. Throws Error{Unsupported} for a DateTime64 value that Spark cannot hold
/// (digits below a microsecond, or outside of its range), naming it: no value is silently changed.
/// Throws Error{Corrupt} for an enum number without a name.
column::ColumnPtr to_spark(const column::ColumnPtr& column,
                           const std::shared_ptr<BufferPool>& pool);

/// True if values of the stored type sort as what Spark sees of them does, and each can be
/// converted: bounds that an index has of them may then be converted by the function below. False
/// for Enum, UUID, IPv4, IPv6, DateTime64 with over 6 digits, LowCardinality of such, and for
/// nested types.
bool spark_order_is_stored_order(const column::Type& stored);
/// One value converted the same way as a column. Requires: `stored` is not nested.
column::Scalar to_spark(const column::Scalar& value, const column::Type& stored);

/// True for Enum, UUID, IPv4 and IPv6, whose values are texts in Spark only.
bool is_text_in_spark_only(const column::Type& stored);
/// The stored value that Spark sees as exactly this text; nothing if there is none. Requires:
/// is_text_in_spark_only(stored).
std::optional<column::Scalar> stored_value_of_text(std::string_view text,
                                                   const column::Type& stored);

}  // namespace ch::exec
