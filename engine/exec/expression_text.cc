#include <array>
#include <utility>

#include "engine/exec/expression.h"
#include "engine/exec/limits.h"
#include "engine/exec/value_order.h"

namespace ch::exec {

namespace {

constexpr std::array<std::pair<Function, std::string_view>, 35> kNames{{
    {Function::Equal, "="},
    {Function::EqualNullSafe, "<=>"},
    {Function::NotEqual, "<>"},
    {Function::Less, "<"},
    {Function::LessOrEqual, "<="},
    {Function::Greater, ">"},
    {Function::GreaterOrEqual, ">="},
    {Function::And, "AND"},
    {Function::Or, "OR"},
    {Function::Not, "NOT"},
    {Function::In, "IN"},
    {Function::IsNull, "IS_NULL"},
    {Function::IsNotNull, "IS_NOT_NULL"},
    {Function::StartsWith, "STARTS_WITH"},
    {Function::EndsWith, "ENDS_WITH"},
    {Function::Contains, "CONTAINS"},
    {Function::Like, "LIKE"},
    {Function::Substring, "SUBSTRING"},
    {Function::Length, "LENGTH"},
    {Function::Trim, "TRIM"},
    {Function::Concat, "CONCAT"},
    {Function::Year, "YEAR"},
    {Function::Quarter, "QUARTER"},
    {Function::Month, "MONTH"},
    {Function::Week, "WEEK"},
    {Function::Day, "DAY"},
    {Function::DayOfWeek, "DAY_OF_WEEK"},
    {Function::DayOfYear, "DAY_OF_YEAR"},
    {Function::YearOfWeek, "YEAR_OF_WEEK"},
    {Function::Cast, "CAST"},
    {Function::Coalesce, "COALESCE"},
    {Function::CaseWhen, "CASE_WHEN"},
    {Function::Add, "+"},
    {Function::Subtract, "-"},
    {Function::Multiply, "*"},
}};

bool is_infix(Function function) {
    return function <= Function::Or || function == Function::Like || function == Function::In ||
           function >= Function::Add;
}

/// Infix operands are set in brackets, so that the text needs no rules of precedence.
std::string operand(const Expression& expression) {
    bool infix =
        expression.kind == Expression::Kind::Call &&
        (is_infix(expression.function) || expression.function == Function::Not ||
         expression.function == Function::IsNull || expression.function == Function::IsNotNull);
    return infix ? "(" + expression.text() + ")" : expression.text();
}

std::string list(const Expression& call, size_t from, const char* separator) {
    std::string text;
    for (size_t i = from; i < call.arguments.size(); ++i) {
        if (i > from) text += separator;
        // IN lists may have thousands of literals, and plans are logged.
        if (i - from == kArgumentsShownMax) {
            text += "... " + std::to_string(call.arguments.size() - i) + " more";
            break;
        }
        text += *separator == ',' ? call.arguments[i]->text() : operand(*call.arguments[i]);
    }
    return text;
}

std::string case_text(const Expression& call) {
    std::string text = "CASE";
    size_t i = 0;
    for (; i + 1 < call.arguments.size(); i += 2)
        text += " WHEN " + call.arguments[i]->text() + " THEN " + call.arguments[i + 1]->text();
    if (i < call.arguments.size()) text += " ELSE " + call.arguments[i]->text();
    return text + " END";
}

std::string call_text(const Expression& call) {
    std::string name(function_name(call.function));
    if (call.arguments.empty()) return name + "()";
    switch (call.function) {
        case Function::Not:
            return "NOT " + operand(*call.arguments[0]);
        case Function::IsNull:
            return operand(*call.arguments[0]) + " IS NULL";
        case Function::IsNotNull:
            return operand(*call.arguments[0]) + " IS NOT NULL";
        case Function::In:
            return operand(*call.arguments[0]) + " IN (" + list(call, 1, ", ") + ")";
        case Function::Like: {
            if (call.arguments.size() < 2) break;
            std::string text = operand(*call.arguments[0]) + " LIKE " + call.arguments[1]->text();
            return call.arguments.size() > 2 ? text + " ESCAPE " + call.arguments[2]->text() : text;
        }
        case Function::Cast:
            return "CAST(" + call.arguments[0]->text() + " AS " +
                   (call.type == nullptr ? "?" : call.type->name()) + ")";
        case Function::CaseWhen:
            return case_text(call);
        default:
            break;
    }
    if (is_infix(call.function)) return list(call, 0, (" " + name + " ").c_str());
    return name + "(" + list(call, 0, ", ") + ")";
}

}  // namespace

std::string_view function_name(Function function) {
    for (const auto& [known, name] : kNames)
        if (known == function) return name;
    return "?";
}

std::optional<Function> find_function(std::string_view name) {
    for (const auto& [function, known] : kNames)
        if (known == name) return function;
    return std::nullopt;
}

std::string Expression::text() const {
    switch (kind) {
        case Kind::Column:
            return name;
        case Kind::Literal:
            return value_text(value, *type);
        case Kind::Call:
            break;
    }
    return call_text(*this);
}

}  // namespace ch::exec
