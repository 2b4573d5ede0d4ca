#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/column/column.h"
#include "engine/column/scalar.h"
#include "engine/table/sql_token.h"

namespace ch::table {

/// A constant of ClickHouse's SQL, as in a column's DEFAULT.
struct Constant {
    enum class Kind : uint8_t { Null, Integer, Float, Text, Stored, Array, Map, Tuple };
    Kind kind = Kind::Null;
    column::TypePtr
        type;  ///< Stored: what `value` is of; others: null for a literal, else what it was cast to
    column::Scalar value;            ///< Integer, Float, Text, Stored
    std::vector<Constant> elements;  ///< Array, Tuple; Map: key, value, key, value, ...
};

/// Literals, arrays, tuples, map(...), CAST in its three spellings, and to<Type>(...) of such.
/// Throws Error{Unsupported} with the reason for anything else. Requires: tokens come from
/// tokenize_sql, without End.
Constant parse_constant(std::span<const SqlToken> tokens);

/// As ClickHouse's CAST computes it: integers wrap, fractions are cut off. The result is Null,
/// Stored, or an Array, Map or Tuple of such. Throws Error{Unsupported} for what it does not know
/// or ClickHouse refuses.
Constant cast_constant(const Constant& constant, const column::Type& to);

/// A column with one row a constant. Requires: each was cast to `type`.
column::Column constant_column(const column::TypePtr& type, std::span<const Constant> constants,
                               const std::shared_ptr<BufferPool>& pool);

}  // namespace ch::table
