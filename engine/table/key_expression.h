#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/column/type.h"
#include "engine/exec/pruning.h"

namespace ch::table {

/// A stored value, NULL included, or no bound.
using KeyBound = std::optional<column::Scalar>;

/// What one expression of a sorting or partition key tells about a column.
struct KeyExpression {
    column::TypePtr type;  ///< of the key's values, as indexes hold them
    bool descending = false;
    std::string column;  ///< the column that the values bound; empty = none, only `type` is known
    column::TypePtr column_type;
    std::string function;  ///< applied to the column; empty = none

    /// The column's bounds where the key lies from `lower` to `upper`, in the key's order (NULL
    /// last), both included; an absent one does not bound. The facts refer to `type`. Requires:
    /// `column` is not empty.
    [[nodiscard]] exec::ColumnFacts facts(const KeyBound& lower, const KeyBound& upper) const;
};

/// The type of a column in the part at hand, or null if there is none.
using TypeOf = std::function<column::TypePtr(std::string_view column)>;

/// Understands a column, and one of the functions whose values keep their argument's order, over a
/// column. Others are known by their type alone, if their name gives it away; nothing if it does
/// not.
std::optional<KeyExpression> understand_key(std::string_view sql, const TypeOf& type_of);

/// What bounds of stored values say of a column of that type, in Spark's type. A NULL is above all
/// values.
exec::ColumnFacts facts_of_bounds(const column::Type& type, const KeyBound& lower,
                                  const KeyBound& upper);

/// The same of a range that a minmax file or index holds, which ClickHouse's versions did not
/// always compute right.
exec::ColumnFacts facts_of_min_max(const column::Type& type, const column::Scalar& min,
                                   const column::Scalar& max);

/// Spark's value as the type stores it; nothing if the type has no such value. Requires: the type
/// stores a value of Spark's in one way only, and is no LowCardinality.
std::optional<column::Scalar> stored_value(const column::Scalar& value, const column::Type& type);

}  // namespace ch::table
