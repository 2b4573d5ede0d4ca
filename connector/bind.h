#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "connector/plan.h"
#include "engine/column/type.h"
#include "engine/exec/aggregation.h"
#include "engine/exec/expression.h"
#include "engine/table/scan.h"

namespace ch::connector {

/// Operators that run on the blocks of a scan, in order.
struct FilterStep {
    std::vector<exec::ExpressionPtr> conjuncts;
};
struct ProjectStep {
    struct Column {
        std::string name;
        exec::ExpressionPtr expression;
        std::string passed;  ///< not empty: the input column of this name as it is
    };
    std::vector<Column> columns;
};
struct LimitStep {
    uint64_t rows = 0;
};
using Step = std::variant<FilterStep, ProjectStep, LimitStep>;

/// A plan with its names looked up: what the scan does by itself, and what is left to do on its
/// blocks.
struct BoundPlan {
    table::ScanRequest request;
    std::vector<Step> steps;
    std::optional<exec::AggregateSpec> aggregate;  ///< behind the steps
    std::vector<column::NameAndType> output;       ///< stored types

    /// Whether there is a result even without a row, so that a scan needs a split.
    [[nodiscard]] bool is_never_empty() const { return aggregate && aggregate->keys.empty(); }
};

/// The stored type of a column of the scanned table, or null if there is none of that name.
using TypeOf = std::function<column::TypePtr(std::string_view column)>;

/// The columns of a table as it is, or of a split, with the virtual ones. Requires: the argument
/// outlives the function.
TypeOf types_of(const table::TableSchema& schema);
TypeOf types_of(const table::Split& split);

/// Filters and limits that stand right over the scan become part of its request, and columns that
/// only they or nobody needs are not read. Throws Error{NotFound} for a name that its input does
/// not have, Error{InvalidArgument | Unsupported} for an expression.
BoundPlan bind_plan(const Plan& plan, const TypeOf& type_of);

}  // namespace ch::connector
