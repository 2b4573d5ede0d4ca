#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/column/type.h"
#include "engine/exec/expression.h"

namespace ch::exec {

/// What a group's rows come to. NULL arguments are left out; SUM, MIN and MAX of none is NULL.
enum class AggregateFunction : uint8_t { Count, Sum, Min, Max };

std::string_view aggregate_name(AggregateFunction function);
std::optional<AggregateFunction> find_aggregate(std::string_view name);

/// A function over an expression; COUNT without one counts rows.
struct AggregateCall {
    AggregateFunction function = AggregateFunction::Count;
    ExpressionPtr argument;
    /// Of a partial result, which more rows are added to as rows are: Int64 for COUNT; for SUM an
    /// integer's Int64, a float's Float64, a decimal's own type; else the argument's.
    column::TypePtr type;
};

/// Throws Error{InvalidArgument | Unsupported} if the function does not take the argument.
AggregateCall make_aggregate(AggregateFunction function, ExpressionPtr argument);

}  // namespace ch::exec
