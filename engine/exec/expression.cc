#include "engine/exec/expression.h"

#include <algorithm>
#include <span>
#include <utility>

#include "base/error.h"
#include "engine/exec/expression_check.h"
#include "engine/exec/in_set.h"
#include "engine/exec/like_pattern.h"
#include "engine/exec/limits.h"
#include "engine/exec/spark_types.h"

namespace ch::exec {

using column::Scalar;
using column::Type;
using column::TypeId;
using column::TypePtr;

namespace {

/// LowCardinality is only a way to store the values of its child's type.
TypePtr value_type(const Type& stored) {
    TypePtr type = spark_type(stored);
    return type->id == TypeId::LowCardinality ? type->children[0]->with_nullable(type->nullable)
                                              : type;
}

void add_columns(Expression& call) {
    for (const ExpressionPtr& argument : call.arguments) {
        // Checked in make_call() before anything walks the tree: a deep plan is refused, not
        // overflowed.
        call.depth = std::max(call.depth, argument->depth + 1);
        for (const std::string& name : argument->columns)
            if (std::find(call.columns.begin(), call.columns.end(), name) == call.columns.end())
                call.columns.push_back(name);
    }
}

void prepare(Expression& call) {
    if (call.function == Function::In) {
        std::span<const ExpressionPtr> literals(call.arguments);
        call.in_set = std::make_shared<const InSet>(*call.arguments[0]->type, literals.subspan(1));
    } else if (call.function == Function::Like) {
        bool has_escape = call.arguments.size() > 2;
        call.like = std::make_shared<const LikePattern>(
            std::get<std::string>(call.arguments[1]->value),
            has_escape ? std::string_view(std::get<std::string>(call.arguments[2]->value)) : "\\");
    }
}

}  // namespace

ExpressionPtr make_column_reference(std::string name, const Type& stored) {
    auto column = std::make_shared<Expression>();
    column->kind = Expression::Kind::Column;
    column->type = value_type(stored);
    column->columns.push_back(name);
    column->name = std::move(name);
    return column;
}

ExpressionPtr make_literal(TypePtr type, const Scalar& value) {
    auto literal = std::make_shared<Expression>();
    literal->kind = Expression::Kind::Literal;
    bool null = column::is_null(value);
    literal->value = to_spark(value, *type);
    literal->type = value_type(*type)->with_nullable(null);
    check_literal(literal->value, *literal->type);
    if (literal->type->id == TypeId::FixedString && !null) {
        // Binary literals of any length compare with FixedString(N): no padding is added, as Spark
        // adds none.
        auto sized = std::make_shared<Type>(*literal->type);
        sized->fixed_bytes = static_cast<uint32_t>(std::get<std::string>(literal->value).size());
        literal->type = sized;
    }
    return literal;
}

ExpressionPtr make_call(Function function, std::vector<ExpressionPtr> arguments, TypePtr result) {
    if (arguments.size() > kArgumentsMax)
        throw Error(ErrorCode::InvalidArgument, std::string(function_name(function)) + " has " +
                                                    std::to_string(arguments.size()) +
                                                    " arguments; at most " +
                                                    std::to_string(kArgumentsMax) + " are taken");
    auto call = std::make_shared<Expression>();
    call->kind = Expression::Kind::Call;
    call->function = function;
    call->arguments = std::move(arguments);
    call->type = result;
    for (const ExpressionPtr& argument : call->arguments) CH_ASSERT(argument != nullptr);
    add_columns(*call);
    if (call->depth > kExpressionDepthMax)
        throw Error(ErrorCode::InvalidArgument, "an expression has more than " +
                                                    std::to_string(kExpressionDepthMax) +
                                                    " calls above each other; split the query");
    // Before prepare(), which trusts the arguments' kinds and types.
    call->type = check_call(*call, result);
    call->raises = can_raise(*call);
    prepare(*call);
    return call;
}

std::vector<std::string> referenced_columns(const Expression& expression) {
    return expression.columns;
}

std::vector<ExpressionPtr> conjuncts(const ExpressionPtr& predicate) {
    std::vector<ExpressionPtr> found;
    // A stack, not recursion, and reversed, so that conjuncts leave it from left to right: select()
    // runs them in the order given.
    std::vector<ExpressionPtr> open{predicate};
    while (!open.empty()) {
        ExpressionPtr next = std::move(open.back());
        open.pop_back();
        if (next->kind == Expression::Kind::Call && next->function == Function::And)
            open.insert(open.end(), next->arguments.rbegin(), next->arguments.rend());
        else
            found.push_back(std::move(next));
    }
    return found;
}

}  // namespace ch::exec
