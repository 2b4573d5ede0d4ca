#include "engine/exec/expression_check.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "engine/exec/value_order.h"

namespace ch::exec {

using column::Int128;
using column::Scalar;
using column::Type;
using column::TypeId;
using column::TypePtr;

namespace {

[[noreturn]] void refuse(const Expression& call, const std::string& why) {
    throw Error(ErrorCode::InvalidArgument, "in " + call.text() + ": " + why);
}

void need_count(const Expression& call, size_t least, size_t most) {
    size_t found = call.arguments.size();
    if (found < least || found > most)
        refuse(call, std::string(function_name(call.function)) + " takes " + std::to_string(least) +
                         (most == least ? "" : " or more") + " arguments, found " +
                         std::to_string(found));
}

constexpr size_t kAny = std::numeric_limits<size_t>::max();

void need_family(const Expression& call, size_t from, Family family, const char* what) {
    for (size_t i = from; i < call.arguments.size(); ++i)
        if (family_of(*call.arguments[i]->type) != family)
            refuse(call, "argument " + std::to_string(i + 1) + " must be " + what + ", found " +
                             call.arguments[i]->type->name());
}

/// Within a family kernels compare different widths and scales exactly; across families Spark would
/// have inserted a cast, which has to be in the plan to be judged.
void need_same_family(const Expression& call) {
    Family family = family_of(*call.arguments[0]->type);
    for (const ExpressionPtr& argument : call.arguments)
        if (family == Family::None || family_of(*argument->type) != family)
            refuse(call, "cannot compare " + call.arguments[0]->type->name() + " with " +
                             argument->type->name() + "; cast one to the other's type");
}

const Scalar& need_literal(const Expression& call, size_t index) {
    const Expression& argument = *call.arguments[index];
    if (argument.kind != Expression::Kind::Literal || column::is_null(argument.value))
        refuse(call,
               "argument " + std::to_string(index + 1) + " must be a literal that is not NULL");
    return argument.value;
}

void need_int32(const Expression& call, size_t index) {
    const auto* number = std::get_if<Int128>(&need_literal(call, index));
    bool fits = number != nullptr && scale_of(*call.arguments[index]->type) == 0 &&
                *number >= std::numeric_limits<int32_t>::min() &&
                *number <= std::numeric_limits<int32_t>::max();
    if (!fits) refuse(call, "argument " + std::to_string(index + 1) + " must be a 32-bit integer");
}

bool any_nullable(const Expression& call) {
    return std::any_of(call.arguments.begin(), call.arguments.end(),
                       [](const ExpressionPtr& argument) { return argument->type->nullable; });
}

TypePtr like_type(const Expression& call) {
    need_count(call, 2, 3);
    need_family(call, 0, Family::Text, "text");
    for (size_t i = 1; i < call.arguments.size(); ++i) need_literal(call, i);
    // Spark would cast it to text first, and that cast is not done here.
    if (is_binary(*call.arguments[0])) refuse(call, "LIKE takes no binary");
    return column::make_type(TypeId::Bool, any_nullable(call));
}

TypePtr text_type(const Expression& call) {
    const Expression& value = *call.arguments[0];
    switch (call.function) {
        case Function::Substring:
            need_count(call, 2, 3);
            if (family_of(*value.type) != Family::Text) refuse(call, "SUBSTRING takes text");
            for (size_t i = 1; i < call.arguments.size(); ++i) need_int32(call, i);
            return column::make_type(TypeId::String, value.type->nullable);
        case Function::Length:
            need_count(call, 1, 1);
            need_family(call, 0, Family::Text, "text");
            return column::make_type(TypeId::Int32, any_nullable(call));
        case Function::Trim:
            need_count(call, 1, 1);
            need_family(call, 0, Family::Text, "text");
            if (is_binary(value)) refuse(call, "TRIM takes no binary");
            return column::make_type(TypeId::String, any_nullable(call));
        default:
            need_family(call, 0, Family::Text, "text");
            // Spark would cast the binary ones to text, and that cast is not done here.
            for (const ExpressionPtr& argument : call.arguments)
                if (is_binary(*argument) != is_binary(value))
                    refuse(call, "it mixes text and binary");
            return column::make_type(TypeId::String, any_nullable(call));
    }
}

/// Decimal digits in front of the point that every value of the type fits into.
int whole_digits(const Type& type) {
    switch (type.id) {
        case TypeId::Bool:
            return 1;
        case TypeId::Int8:
            return 3;
        case TypeId::Int16:
            return 5;
        case TypeId::Int32:
            return 10;
        case TypeId::Int64:
            return 19;
        default:
            return type.precision - type.scale;
    }
}

bool is_integer(TypeId id) {
    return id == TypeId::Bool || id == TypeId::Int8 || id == TypeId::Int16 || id == TypeId::Int32 ||
           id == TypeId::Int64;
}

/// What becomes of a cast that fails depends on Spark's ANSI mode, of which the engine is not told:
/// so only casts that cannot fail are taken.
bool can_cast(const Type& from, const Type& to) {
    if (from == *to.with_nullable(from.nullable)) return true;
    bool integer = is_integer(from.id);
    bool decimal = from.id == TypeId::Decimal;
    switch (to.id) {
        case TypeId::Int8:
        case TypeId::Int16:
        case TypeId::Int32:
        case TypeId::Int64:
            // Digits rise with the width, so this is: not to a narrower one.
            return integer && whole_digits(from) <= whole_digits(to);
        case TypeId::Decimal:
            // Spark's longest; Decimal256 is beyond the kernels' 128 bits as well.
            if (to.precision > 38) return false;
            return (integer || (decimal && from.scale <= to.scale)) &&
                   whole_digits(from) <= whole_digits(to);
        case TypeId::Float32:
            return integer;
        case TypeId::Float64:
            return integer || decimal || from.id == TypeId::Float32;
        default:
            return false;
    }
}

TypePtr cast_type(const Expression& call, const TypePtr& result) {
    need_count(call, 1, 1);
    if (result == nullptr) refuse(call, "CAST needs a type");
    const Type& from = *call.arguments[0]->type;
    if (!can_cast(from, *result))
        refuse(call, "a cast from " + from.name() + " to " + result->name() +
                         " could fail or lose digits, so it is not done here");
    return result->with_nullable(from.nullable);
}

/// The one type of arguments [from], [from + step], ...
TypePtr common_type(const Expression& call, size_t from, size_t step) {
    TypePtr type = call.arguments[from]->type;
    for (size_t i = from; i < call.arguments.size(); i += step)
        if (!(*call.arguments[i]->type->with_nullable(false) == *type->with_nullable(false)))
            refuse(call, "its values differ in type: " + type->name() + " and " +
                             call.arguments[i]->type->name());
    if (family_of(*type) == Family::None) refuse(call, "it does not take " + type->name());
    return type;
}

TypePtr case_type(const Expression& call) {
    need_count(call, 2, kAny);
    size_t pairs = call.arguments.size() / 2;
    TypePtr type = common_type(call, 1, 2);
    // Without ELSE a row that no condition takes is NULL.
    bool has_else = call.arguments.size() % 2 == 1;
    bool nullable = !has_else || call.arguments.back()->type->nullable;
    if (has_else &&
        !(*call.arguments.back()->type->with_nullable(false) == *type->with_nullable(false)))
        refuse(call, "its values differ in type: " + type->name() + " and " +
                         call.arguments.back()->type->name());
    for (size_t i = 0; i < pairs; ++i) {
        if (call.arguments[2 * i]->type->id != TypeId::Bool)
            refuse(call,
                   "its condition must be Bool, found " + call.arguments[2 * i]->type->name());
        nullable = nullable || call.arguments[2 * i + 1]->type->nullable;
    }
    return type->with_nullable(nullable);
}

TypePtr coalesce_type(const Expression& call) {
    TypePtr type = common_type(call, 0, 1);
    // COALESCE is NULL only if all of its arguments are.
    bool nullable = std::all_of(call.arguments.begin(), call.arguments.end(),
                                [](const ExpressionPtr& value) { return value->type->nullable; });
    return type->with_nullable(nullable);
}

bool is_arithmetic(Function function) {
    return function == Function::Add || function == Function::Subtract ||
           function == Function::Multiply;
}

/// The digits in front of the point that hold every value of decimal arithmetic.
int whole_digits_of(Function function, const Type& left, const Type& right) {
    if (function == Function::Multiply) return whole_digits(left) + whole_digits(right) + 1;
    return std::max(whole_digits(left), whole_digits(right)) + 1;
}

TypePtr arithmetic_type(const Expression& call, const TypePtr& result) {
    need_count(call, 2, 2);
    const Type& left = *call.arguments[0]->type;
    const Type& right = *call.arguments[1]->type;
    bool nullable = any_nullable(call);
    if (left.id == right.id && family_of(left) == Family::Float)
        return column::make_type(left.id, nullable);
    if (left.id != TypeId::Decimal || right.id != TypeId::Decimal)
        refuse(call, "it takes two decimals or two floats of one type");
    if (result == nullptr || result->id != TypeId::Decimal || result->precision > 38)
        refuse(call, "its type must be given, a decimal of at most 38 digits");
    int scale = call.function == Function::Multiply ? left.scale + right.scale
                                                    : std::max(left.scale, right.scale);
    if (result->scale != scale || result->precision < std::max(left.precision, right.precision))
        refuse(call, "a result of type " + result->name() + " would be rounded");
    bool fits = whole_digits_of(call.function, left, right) <= whole_digits(*result);
    // Brought to one scale, two numbers may pass 128 bits whose sum does not.
    if (!fits && (result->precision < 38 ||
                  (call.function != Function::Multiply && left.scale != right.scale)))
        refuse(call, "its type " + result->name() + " is too small for it");
    return result->with_nullable(nullable);
}

}  // namespace

bool can_raise(const Expression& call) {
    if (call.kind != Expression::Kind::Call) return false;
    bool argument_raises =
        std::any_of(call.arguments.begin(), call.arguments.end(),
                    [](const ExpressionPtr& argument) { return argument->raises; });
    if (!is_arithmetic(call.function)) {
        // Its argument may be evaluated where Spark would not: in a branch that is not taken.
        if (argument_raises) refuse(call, "it may raise an error in an argument");
        return false;
    }
    if (call.type->id != TypeId::Decimal) return argument_raises;
    return argument_raises || whole_digits_of(call.function, *call.arguments[0]->type,
                                              *call.arguments[1]->type) > whole_digits(*call.type);
}

bool is_binary(const Expression& expression) {
    if (expression.type->id == TypeId::FixedString) return true;
    // The type String says no more than "bytes with offsets"; where they came from tells whether
    // characters or bytes are counted. CASE's first argument is a condition.
    return expression.kind == Expression::Kind::Call && expression.type->id == TypeId::String &&
           is_binary(*expression.arguments[expression.function == Function::CaseWhen ? 1 : 0]);
}

TypePtr check_call(const Expression& call, const TypePtr& result) {
    need_count(call, 1, kAny);
    switch (call.function) {
        case Function::Equal:
        case Function::EqualNullSafe:
        case Function::NotEqual:
        case Function::Less:
        case Function::LessOrEqual:
        case Function::Greater:
        case Function::GreaterOrEqual:
            need_count(call, 2, 2);
            need_same_family(call);
            return column::make_type(
                TypeId::Bool, call.function != Function::EqualNullSafe && any_nullable(call));
        case Function::And:
        case Function::Or:
            need_family(call, 0, Family::Bool, "Bool");
            return column::make_type(TypeId::Bool, any_nullable(call));
        case Function::Not:
            need_count(call, 1, 1);
            need_family(call, 0, Family::Bool, "Bool");
            return call.arguments[0]->type;
        case Function::In:
            need_same_family(call);
            for (size_t i = 1; i < call.arguments.size(); ++i)
                if (call.arguments[i]->kind != Expression::Kind::Literal)
                    refuse(call, "the list of IN must be literals");
            return column::make_type(TypeId::Bool, any_nullable(call));
        case Function::IsNull:
        case Function::IsNotNull:
            need_count(call, 1, 1);
            return column::make_type(TypeId::Bool);
        case Function::StartsWith:
        case Function::EndsWith:
        case Function::Contains:
            need_count(call, 2, 2);
            need_family(call, 0, Family::Text, "text");
            return column::make_type(TypeId::Bool, any_nullable(call));
        case Function::Like:
            return like_type(call);
        case Function::Substring:
        case Function::Length:
        case Function::Trim:
        case Function::Concat:
            return text_type(call);
        case Function::Year:
        case Function::Quarter:
        case Function::Month:
        case Function::Week:
        case Function::Day:
        case Function::DayOfWeek:
        case Function::DayOfYear:
        case Function::YearOfWeek:
            need_count(call, 1, 1);
            need_family(call, 0, Family::Date, "a date");
            return column::make_type(TypeId::Int32, any_nullable(call));
        case Function::Cast:
            return cast_type(call, result);
        case Function::Coalesce:
            return coalesce_type(call);
        case Function::CaseWhen:
            return case_type(call);
        case Function::Add:
        case Function::Subtract:
        case Function::Multiply:
            return arithmetic_type(call, result);
    }
    refuse(call, "there is no such function");
}

void check_literal(const Scalar& value, const Type& type) {
    if (column::is_null(value)) return;
    Family family = family_of(type);
    bool good = false;
    if (family == Family::Text) {
        good = std::holds_alternative<std::string>(value);
    } else if (family == Family::Float) {
        good = std::holds_alternative<double>(value);
    } else if (const auto* number = std::get_if<Int128>(&value)) {
        // Decimals are symmetric (-(10^p - 1) .. 10^p - 1), two's complement is not.
        Int128 bound = type.id == TypeId::Decimal ? power_of_ten(type.precision)
                                                  : Int128{1} << (8 * type.width() - 1);
        if (type.id == TypeId::Bool) bound = 2;
        Int128 least = type.id == TypeId::Bool      ? 0
                       : type.id == TypeId::Decimal ? 1 - bound
                                                    : -bound;
        good = family != Family::None && *number >= least && *number < bound;
    }
    if (!good)
        throw Error(ErrorCode::InvalidArgument,
                    "a literal of type " + type.name() + " has a value that is none of it");
}

}  // namespace ch::exec
