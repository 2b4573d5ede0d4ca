#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "engine/column/scalar.h"
#include "engine/exec/expression.h"

namespace ch::exec {

/// What an index knows of a column within some set of rows, in the column's normalised (Spark)
/// type.
struct ColumnFacts {
    std::optional<column::Scalar> min;  ///< no non-NULL value is below (NaN is above all numbers)
    std::optional<column::Scalar> max;
    bool may_be_null = true;
    bool may_be_not_null = true;
    /// False only if no row has exactly this value (Bloom filter, set index); empty = not known.
    std::function<bool(const column::Scalar&)> may_contain;
};
/// Facts for a column by name; nothing if no index knows it.
using FactsOf = std::function<std::optional<ColumnFacts>(std::string_view column)>;

/// False only if the predicate is certainly not true for any row that fits the facts. Understands
/// comparisons of a column with literals (either side, through order-keeping functions and casts),
/// IN, prefixes, LIKE with a literal prefix, IS [NOT] NULL, column-to-column, AND, OR, NOT.
bool may_match(const Expression& predicate, const FactsOf& facts);

}  // namespace ch::exec
