#include "tools/ch/comparison.h"

#include <array>

#include "base/error.h"
#include "tools/ch/literal_value.h"

namespace ch::tools {

using column::TypeId;
using exec::ExpressionPtr;
using exec::Function;

namespace {

[[noreturn]] void fail(const std::string& message) {
    throw Error(ErrorCode::InvalidArgument, message);
}

/// The type that is compared: LowCardinality is only a way to store values.
const column::Type& value_type(const column::Type& stored) {
    return stored.id == TypeId::LowCardinality ? *stored.children[0] : stored;
}

bool is_number(TypeId id) {
    switch (id) {
        case TypeId::Int8:
        case TypeId::Int16:
        case TypeId::Int32:
        case TypeId::Int64:
        case TypeId::Decimal:
        case TypeId::Float32:
        case TypeId::Float64:
            return true;
        default:
            return false;
    }
}

/// Text of these does not sort as ClickHouse sorts the values.
bool has_own_order(TypeId id) {
    return id == TypeId::Enum8 || id == TypeId::Enum16 || id == TypeId::Uuid ||
           id == TypeId::IPv4 || id == TypeId::IPv6;
}

bool is_ordering(Function function) {
    return function == Function::Less || function == Function::LessOrEqual ||
           function == Function::Greater || function == Function::GreaterOrEqual;
}

ExpressionPtr reference(const Operand& column) {
    return exec::make_column_reference(column.text, *column.stored);
}

ExpressionPtr cast_to(ExpressionPtr expression, const column::TypePtr& type) {
    if (*expression->type->with_nullable(false) == *type) return expression;
    return exec::make_call(Function::Cast, {std::move(expression)}, type);
}

std::string padded(const std::string& text, const column::Type& type) {
    if (text.size() > type.fixed_bytes) fail("'" + text + "' is longer than " + type.name());
    std::string result = text;
    // A FixedString is stored with zeros behind it, and compares with them.
    result.resize(type.fixed_bytes, '\0');
    return result;
}

/// A literal that is no number, beside a column of the stored type `beside`, whose normalised type
/// is `type`.
ExpressionPtr other_literal(const Operand& literal, const column::Type& beside,
                            const column::TypePtr& type, const io::FileSystem& files) {
    const bool is_text = literal.kind == Operand::Kind::Text;
    switch (type->id) {
        case TypeId::Bool:
            if (literal.kind == Operand::Kind::Flag)
                return exec::make_literal(type, column::Int128{literal.text == "TRUE" ? 1 : 0});
            break;
        case TypeId::Date32:
            if (is_text) return exec::make_literal(type, date_value(literal.text));
            break;
        case TypeId::DateTime64:
            if (is_text)
                return exec::make_literal(
                    type, time_value(literal.text, value_type(beside).timezone, files));
            break;
        case TypeId::String:
            if (is_text) return exec::make_literal(type, literal.text);
            break;
        case TypeId::FixedString:
            if (is_text) return exec::make_literal(type, padded(literal.text, *type));
            break;
        default:
            break;
    }
    fail("'" + literal.text + "' cannot be compared with a column of type " + beside.name());
}

/// The column and the literals in one type, the column first.
std::vector<ExpressionPtr> unify(const Operand& column, const std::vector<Operand>& literals,
                                 const io::FileSystem& files) {
    ExpressionPtr left = reference(column);
    column::TypePtr type = left->type->with_nullable(false);
    std::vector<std::string> numbers;
    for (const Operand& literal : literals)
        if (literal.kind == Operand::Kind::Number) numbers.push_back(literal.text);
    // One type for all literals of an IN: the widest that one of them needs.
    const bool numeric = is_number(type->id) && !numbers.empty();
    if (numeric) type = comparison_type(*type, numbers);

    std::vector<ExpressionPtr> arguments = {cast_to(std::move(left), type)};
    for (const Operand& literal : literals) {
        if (literal.kind == Operand::Kind::Null)
            arguments.push_back(exec::make_literal(type->with_nullable(true), std::monostate{}));
        else if (numeric && literal.kind == Operand::Kind::Number)
            arguments.push_back(exec::make_literal(type, number_value(literal.text, *type)));
        else
            arguments.push_back(other_literal(literal, *column.stored, type, files));
    }
    return arguments;
}

/// The narrowest type that holds two numeric types' values exactly.
column::TypePtr common_type(const column::Type& left, const column::Type& right) {
    auto is_float = [](TypeId id) { return id == TypeId::Float32 || id == TypeId::Float64; };
    if (is_float(left.id) || is_float(right.id)) return column::make_type(TypeId::Float64);
    // Enumerators of the signed integers rise with their width.
    if (left.id != TypeId::Decimal && right.id != TypeId::Decimal)
        return column::make_type(std::max(left.id, right.id));
    // A decimal's own digits as a literal make the other side wide enough for it.
    const column::Type& decimal = left.id == TypeId::Decimal ? left : right;
    const column::Type& other = left.id == TypeId::Decimal ? right : left;
    std::string widest(decimal.precision - decimal.scale, '9');
    (widest += '.').append(decimal.scale, '9');
    const std::array<std::string, 1> numbers = {widest};
    column::TypePtr type = comparison_type(other, numbers);
    return type->id == TypeId::Decimal ? type
                                       : column::make_decimal(decimal.precision, decimal.scale);
}

ExpressionPtr compare_columns(Function function, const Operand& left, const Operand& right) {
    ExpressionPtr first = reference(left);
    ExpressionPtr second = reference(right);
    if (is_number(first->type->id) && is_number(second->type->id)) {
        column::TypePtr type = common_type(*first->type, *second->type);
        first = cast_to(std::move(first), type);
        second = cast_to(std::move(second), type);
    }
    return exec::make_call(function, {std::move(first), std::move(second)});
}

Function mirrored(Function function) {
    switch (function) {
        case Function::Less:
            return Function::Greater;
        case Function::LessOrEqual:
            return Function::GreaterOrEqual;
        case Function::Greater:
            return Function::Less;
        case Function::GreaterOrEqual:
            return Function::LessOrEqual;
        default:
            return function;
    }
}

}  // namespace

ExpressionPtr make_comparison(Function function, const Operand& left, const Operand& right,
                              const io::FileSystem& files) {
    const bool left_is_column = left.kind == Operand::Kind::Column;
    const bool right_is_column = right.kind == Operand::Kind::Column;
    if (!left_is_column && !right_is_column) fail("a comparison needs a column");
    for (const Operand* side : {&left, &right}) {
        if (side->kind != Operand::Kind::Column || !is_ordering(function)) continue;
        if (has_own_order(value_type(*side->stored).id))
            fail("a column of type " + side->stored->name() +
                 " can be compared with = and != only");
    }
    if (left_is_column && right_is_column) return compare_columns(function, left, right);
    if (left_is_column) return exec::make_call(function, unify(left, {right}, files));
    // 5 < a is a > 5: literals are read by the column's type, so the column goes first.
    return exec::make_call(mirrored(function), unify(right, {left}, files));
}

ExpressionPtr make_membership(const Operand& column, const std::vector<Operand>& literals,
                              const io::FileSystem& files) {
    return exec::make_call(Function::In, unify(column, literals, files));
}

}  // namespace ch::tools
