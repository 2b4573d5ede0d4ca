#pragma once

#include "connector/bind.h"
#include "connector/plan.h"
#include "engine/exec/expression.h"

namespace ch::connector {

/// Looks up columns, types and functions of an expression. `source` names the input in errors, e.g.
/// `table /data/t`. Throws Error{NotFound} for a column, Error{Unsupported} for a function or cast
/// that this version does not have.
exec::ExpressionPtr bind_expression(const PlanExpression& expression, const TypeOf& type_of,
                                    std::string_view source);

}  // namespace ch::connector
