#include "connector/bind_expression.h"

#include <optional>
#include <utility>

#include "base/error.h"
#include "connector/literal.h"
#include "engine/exec/spark_types.h"
#include "engine/format/type_text.h"

namespace ch::connector {

using exec::ExpressionPtr;
using exec::Function;

namespace {

Function function_of(const std::string& name) {
    std::optional<Function> function = exec::find_function(name);
    if (!function)
        throw Error(ErrorCode::Unsupported, "function " + name + " is not known; do not push it");
    return *function;
}

/// AND and OR of many as a tree of pairs, so that its depth stays small.
ExpressionPtr fold(Function function, const std::vector<ExpressionPtr>& operands, size_t from,
                   size_t to) {
    if (to - from == 1) return operands[from];
    // The operands' order stays, and depth is log2 of their number: exec allows 400 calls above
    // each other, Spark's ORs may have thousands.
    size_t middle = from + (to - from + 1) / 2;
    return exec::make_call(
        function, {fold(function, operands, from, middle), fold(function, operands, middle, to)});
}

column::TypePtr result_type(const PlanExpression& call) {
    if (call.type.empty())
        throw Error(ErrorCode::InvalidArgument,
                    "call " + call.name + ": field \"type\" is missing");
    try {
        return exec::spark_type(*format::parse_type(call.type));
    } catch (const Error& error) {
        // The parser of types speaks of damaged files; here the text is the caller's.
        if (error.code() != ErrorCode::Corrupt) throw;
        throw Error(ErrorCode::InvalidArgument,
                    "call " + call.name + ": type \"" + call.type + "\": " + error.message());
    }
}

ExpressionPtr bind_call(const PlanExpression& call, const TypeOf& type_of,
                        std::string_view source) {
    Function function = function_of(call.name);
    std::vector<ExpressionPtr> arguments;
    for (const PlanExpression& argument : call.arguments)
        arguments.push_back(bind_expression(argument, type_of, source));
    if ((function == Function::And || function == Function::Or) && arguments.size() > 2)
        return fold(function, arguments, 0, arguments.size());
    if (function == Function::Cast || !call.type.empty())
        return exec::make_call(function, std::move(arguments), result_type(call));
    return exec::make_call(function, std::move(arguments));
}

}  // namespace

ExpressionPtr bind_expression(const PlanExpression& expression, const TypeOf& type_of,
                              std::string_view source) {
    switch (expression.kind) {
        case PlanExpression::Kind::Column: {
            column::TypePtr type = type_of(expression.name);
            if (type == nullptr)
                throw Error(ErrorCode::NotFound,
                            "column \"" + expression.name + "\" is not in " + std::string(source));
            return exec::make_column_reference(expression.name, *type);
        }
        case PlanExpression::Kind::Literal: {
            const std::string* text = expression.text ? &*expression.text : nullptr;
            Literal literal = parse_literal(text, expression.type);
            return exec::make_literal(literal.type, literal.value);
        }
        case PlanExpression::Kind::Call:
            return bind_call(expression, type_of, source);
    }
    CH_ASSERT(false);
}

}  // namespace ch::connector
