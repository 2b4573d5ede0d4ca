#include "connector/bind.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/error.h"
#include "connector/bind_expression.h"
#include "engine/table/column_source.h"

namespace ch::connector {

using column::TypePtr;

namespace {

/// The nodes between the scan and the root, the lowest first.
std::vector<const PlanNode*> nodes_above_scan(const Plan& plan) {
    std::vector<const PlanNode*> nodes;
    for (const PlanNode* node = &plan.root; !node->inputs.empty(); node = &node->inputs.front())
        nodes.push_back(node);
    // Plans nest from the root; rows flow from the scan.
    std::reverse(nodes.begin(), nodes.end());
    return nodes;
}

void add_column_names(const PlanExpression& expression, std::set<std::string>& names) {
    if (expression.kind == PlanExpression::Kind::Column) names.insert(expression.name);
    for (const PlanExpression& argument : expression.arguments) add_column_names(argument, names);
}

TypePtr required_type(const TypeOf& type_of, const std::string& name, const std::string& source) {
    TypePtr type = type_of(name);
    if (type == nullptr)
        throw Error(ErrorCode::NotFound, "column \"" + name + "\" is not in " + source);
    return type;
}

class Binder {
public:
    Binder(const Plan& plan, const TypeOf& type_of)
        : scan_(scan_of(plan)),
          nodes_(nodes_above_scan(plan)),
          type_of_(type_of),
          source_("table " + scan_.table) {}

    BoundPlan bind() {
        push_into_scan();
        choose_columns();
        for (; next_ < nodes_.size(); ++next_) std::visit(*this, nodes_[next_]->node);
        return std::move(bound_);
    }

    void operator()(const ScanNode&) const { CH_ASSERT(false); }
    void operator()(const FilterNode& filter) {
        FilterStep step;
        step.conjuncts = bind_predicate(filter, input_types());
        bound_.steps.emplace_back(std::move(step));
    }
    void operator()(const LimitNode& limit) { bound_.steps.emplace_back(LimitStep{limit.rows}); }
    void operator()(const ProjectNode& project) {
        ProjectStep step;
        std::vector<column::NameAndType> output;
        TypeOf types = input_types();
        for (const NamedExpression& column : project.columns) {
            ProjectStep::Column bound{column.name, nullptr, {}};
            TypePtr type;
            if (column.expression.kind == PlanExpression::Kind::Column) {
                bound.passed = column.expression.name;
                type = required_type(types, bound.passed, source_);
            } else {
                bound.expression = bind_expression(column.expression, types, source_);
                type = bound.expression->type;
            }
            step.columns.push_back(std::move(bound));
            output.push_back({column.name, std::move(type)});
        }
        bound_.steps.emplace_back(std::move(step));
        bound_.output = std::move(output);
        source_ = "the project node below";
    }
    void operator()(const AggregateNode& node) {
        exec::AggregateSpec spec;
        std::vector<column::NameAndType> output;
        TypeOf types = input_types();
        for (const NamedExpression& key : node.keys) {
            spec.keys.push_back(bind_expression(key.expression, types, source_));
            output.push_back({key.name, spec.keys.back()->type});
        }
        for (const NamedAggregate& call : node.aggregates) {
            spec.calls.push_back(exec::make_aggregate(
                aggregate_of(call.function),
                call.argument ? bind_expression(*call.argument, types, source_) : nullptr));
            output.push_back({call.name, spec.calls.back().type});
        }
        bound_.aggregate = std::move(spec);
        bound_.output = std::move(output);
    }

private:
    [[nodiscard]] std::vector<exec::ExpressionPtr> bind_predicate(const FilterNode& filter,
                                                                  const TypeOf& types) const {
        exec::ExpressionPtr predicate = bind_expression(filter.predicate, types, source_);
        // Pushed filters run before those that Spark keeps, which may spare a row the error.
        if (predicate->raises)
            throw Error(ErrorCode::Unsupported,
                        "the predicate " + predicate->text() + " may raise an error on a row");
        return exec::conjuncts(predicate);
    }
    static exec::AggregateFunction aggregate_of(const std::string& name) {
        std::optional<exec::AggregateFunction> function = exec::find_aggregate(name);
        if (!function)
            throw Error(ErrorCode::Unsupported,
                        "aggregate " + name + " is not known; do not push it");
        return *function;
    }

    /// Filters up to the first limit, and limits, that stand right over the scan.
    void push_into_scan() {
        for (; next_ < nodes_.size(); ++next_) {
            const auto& node = nodes_[next_]->node;
            const auto* filter = std::get_if<FilterNode>(&node);
            const auto* limit = std::get_if<LimitNode>(&node);
            // A filter above a limit sees the limited rows only: pushing it below would choose
            // other ones. Limits may go down past each other, the least counts.
            if (filter != nullptr && !bound_.request.rows_max) {
                for (auto& conjunct : bind_predicate(*filter, type_of_))
                    // The scan prunes by them and reads their columns first; they run there, not
                    // again here.
                    bound_.request.predicate.push_back(std::move(conjunct));
            } else if (limit != nullptr) {
                bound_.request.rows_max =
                    std::min(bound_.request.rows_max.value_or(limit->rows), limit->rows);
            } else {
                return;
            }
        }
    }

    /// The columns that the node above the scan reads; nothing if that may be all.
    [[nodiscard]] std::optional<std::set<std::string>> needed_columns() const {
        if (next_ == nodes_.size()) return std::nullopt;
        std::set<std::string> needed;
        if (const auto* project = std::get_if<ProjectNode>(&nodes_[next_]->node)) {
            for (const NamedExpression& column : project->columns)
                add_column_names(column.expression, needed);
            return needed;
        }
        const auto* aggregate = std::get_if<AggregateNode>(&nodes_[next_]->node);
        if (aggregate == nullptr) return std::nullopt;
        for (const NamedExpression& key : aggregate->keys) add_column_names(key.expression, needed);
        for (const NamedAggregate& call : aggregate->aggregates)
            if (call.argument) add_column_names(*call.argument, needed);
        return needed;
    }

    void choose_columns() {
        std::optional<std::set<std::string>> needed = needed_columns();
        std::set<std::string> seen;
        for (const std::string& name : scan_.columns) {
            if (!seen.insert(name).second)
                throw Error(ErrorCode::InvalidArgument,
                            "node \"scan\": column \"" + name + "\" stands there twice");
            // Columns that only a pushed filter reads are the scan's own business.
            if (needed && !needed->contains(name)) continue;
            bound_.request.columns.push_back(name);
            bound_.output.push_back({name, required_type(type_of_, name, source_)});
        }
    }

    /// Types of the columns that the steps bound so far yield.
    [[nodiscard]] TypeOf input_types() const {
        // By value: `output` is replaced by each projection, and types are asked for while that is
        // made.
        return [output = bound_.output](std::string_view name) -> TypePtr {
            for (const auto& column : output)
                if (column.name == name) return column.type;
            return nullptr;
        };
    }

    const ScanNode& scan_;
    std::vector<const PlanNode*> nodes_;
    const TypeOf& type_of_;
    std::string source_;
    size_t next_ = 0;
    BoundPlan bound_;
};

}  // namespace

TypeOf types_of(const table::TableSchema& schema) {
    return [&schema](std::string_view name) -> TypePtr {
        const table::TableColumn* column = schema.find(name);
        return column != nullptr ? column->type : table::virtual_column_type(name);
    };
}

TypeOf types_of(const table::Split& split) {
    return [&split](std::string_view name) -> TypePtr {
        for (const table::TableColumn& column : split.columns)
            if (column.name == name) return column.type;
        return table::virtual_column_type(name);
    };
}

BoundPlan bind_plan(const Plan& plan, const TypeOf& type_of) {
    return Binder(plan, type_of).bind();
}

}  // namespace ch::connector
