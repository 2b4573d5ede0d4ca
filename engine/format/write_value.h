#pragma once

#include <string>

#include "engine/column/column.h"
#include "engine/column/scalar.h"

namespace ch::format {

// Single values as primary.idx, partition.dat, minmax_*.idx and minmax indices hold them;
// single_value.h has their grammar.

/// Throws Error{Unsupported} for a Map or an unsupported type. Requires: row < column.rows.
void append_value(std::string& to, const column::Column& column, size_t row);

/// A value of a type that holds no others, or NULL if the type is nullable. Throws
/// Error{Unsupported} for nested types.
void append_value(std::string& to, const column::Type& type, const column::Scalar& value);

/// The bytes of one value that is not NULL, as a column stores them. Throws Error{Unsupported} for
/// nested types.
std::string value_bytes(const column::Type& type, const column::Scalar& value);

/// Throws Error{Unsupported} for nested types. Requires: row < column.rows.
column::Scalar scalar_at(const column::Column& column, size_t row);

}  // namespace ch::format
