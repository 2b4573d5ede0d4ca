#include "engine/exec/pruning_range.h"

#include <limits>
#include <string>
#include <utility>

#include "engine/exec/calendar.h"
#include "engine/exec/expression_check.h"
#include "engine/exec/utf8.h"
#include "engine/exec/value_cast.h"
#include "engine/exec/value_order.h"

namespace ch::exec {

using column::Int128;
using column::Scalar;
using column::Type;
using column::TypeId;

namespace {

Range unknown(const Expression& expression) {
    Range range;
    range.type = expression.type;
    range.may_be_null = expression.type->nullable;
    return range;
}

Range of_column(const Expression& expression, const FactsOf& facts) {
    Range range = unknown(expression);
    std::optional<ColumnFacts> known = facts(expression.name);
    if (!known) return range;
    range.min = known->min;
    range.max = known->max;
    range.may_be_null = known->may_be_null;
    range.may_be_value = known->may_be_not_null;
    return range;
}

/// A cast keeps the order of values, and rounding to a float does not break it.
Scalar cast_bound(const Scalar& value, const Type& from, const Type& to) {
    const auto* number = std::get_if<Int128>(&value);
    if (number == nullptr) return value;
    // Rounded as the column's values are: a bound and the values may round to one float, and the
    // range stays closed on both sides.
    if (to.id == TypeId::Float32) return double{static_cast<float>(*number)};
    if (to.id == TypeId::Float64) return decimal_to_double(*number, scale_of(from));
    if (family_of(to) != Family::Number) return value;
    return *number * power_of_ten(scale_of(to) - scale_of(from));
}

/// A function's result is NULL if an argument is.
void take_nulls(const Expression& call, const FactsOf& facts, Range& range) {
    range.may_be_null = false;
    for (const ExpressionPtr& argument : call.arguments) {
        if (argument->kind == Expression::Kind::Literal && !column::is_null(argument->value))
            continue;
        Range of_argument = range_of(*argument, facts);
        range.may_be_null = range.may_be_null || of_argument.may_be_null;
        range.may_be_value = range.may_be_value && of_argument.may_be_value;
    }
}

/// `map` must never turn the order round: map(min) and map(max) then bound all that lies between.
/// Only strictness is lost (two days of one year), so bounds are always taken as closed.
template <typename Map>
Range mapped(const Expression& call, const FactsOf& facts, Map map) {
    Range input = range_of(*call.arguments[0], facts);
    Range range = unknown(call);
    range.may_be_null = input.may_be_null;
    range.may_be_value = input.may_be_value;
    if (input.min) range.min = map(*input.min);
    if (input.max) range.max = map(*input.max);
    return range;
}

/// The beginning of a text sorts as the text does.
Range of_substring(const Expression& call, const FactsOf& facts) {
    auto position = static_cast<int32_t>(std::get<Int128>(call.arguments[1]->value));
    int32_t length = std::numeric_limits<int32_t>::max();
    if (call.arguments.size() > 2)
        length = static_cast<int32_t>(std::get<Int128>(call.arguments[2]->value));
    bool binary = is_binary(*call.arguments[0]);
    // 0 and 1 both begin at the first character; any other beginning keeps no order.
    if (position < 0 || position > 1) {
        Range range = unknown(call);
        take_nulls(call, facts, range);
        return range;
    }
    return mapped(call, facts, [&](const Scalar& value) -> Scalar {
        const auto& text = std::get<std::string>(value);
        return std::string(binary ? substring_bytes(text, position, length)
                                  : substring_characters(text, position, length));
    });
}

Range of_number(const Expression& call, const FactsOf& facts, Int128 least, Int128 greatest) {
    Range range = unknown(call);
    take_nulls(call, facts, range);
    range.min = Scalar(least);
    range.max = Scalar(greatest);
    return range;
}

/// The smallest range that holds both.
/// A side without values (all NULL) has no bounds to widen by.
Range either(Range left, const Range& right) {
    if (!right.may_be_value || !left.may_be_value) {
        Range result = left.may_be_value ? left : right;
        result.may_be_null = left.may_be_null || right.may_be_null;
        return result;
    }
    auto widen = [&](std::optional<Scalar>& bound, const std::optional<Scalar>& other, int sign) {
        if (bound && other && compare_values(*other, *right.type, *bound, *left.type) * sign > 0)
            bound = other;
        else if (!other)
            bound.reset();
    };
    widen(left.min, right.min, -1);
    widen(left.max, right.max, 1);
    left.may_be_null = left.may_be_null || right.may_be_null;
    return left;
}

Range of_coalesce(const Expression& call, const FactsOf& facts) {
    Range range = range_of(*call.arguments[0], facts);
    bool null = range.may_be_null;
    // Behind an argument that is never NULL nothing is reached.
    for (size_t i = 1; i < call.arguments.size() && null; ++i) {
        Range next = range_of(*call.arguments[i], facts);
        null = next.may_be_null;
        range = either(std::move(range), next);
    }
    range.type = call.type;
    range.may_be_null = null;
    return range;
}

Range of_case(const Expression& call, const FactsOf& facts) {
    bool has_else = call.arguments.size() % 2 == 1;
    // Without ELSE the rest is NULL. Conditions are not looked at: every branch may be taken.
    Range range =
        has_else ? range_of(*call.arguments.back(), facts) : Range::of(Scalar(), call.type);
    for (size_t i = 1; i < call.arguments.size(); i += 2)
        range = either(std::move(range), range_of(*call.arguments[i], facts));
    range.type = call.type;
    return range;
}

Range of_call(const Expression& call, const FactsOf& facts) {
    switch (call.function) {
        case Function::Cast: {
            const Type& from = *call.arguments[0]->type;
            return mapped(call, facts,
                          [&](const Scalar& v) { return cast_bound(v, from, *call.type); });
        }
        case Function::Year:
            return mapped(call, facts, [](const Scalar& day) -> Scalar {
                return Int128{civil_day(static_cast<int32_t>(std::get<Int128>(day))).year};
            });
        case Function::YearOfWeek:
            return mapped(call, facts, [](const Scalar& day) -> Scalar {
                return Int128{iso_week_year(static_cast<int32_t>(std::get<Int128>(day)))};
            });
        case Function::Quarter:
            return of_number(call, facts, 1, 4);
        case Function::Month:
            return of_number(call, facts, 1, 12);
        case Function::Week:
            return of_number(call, facts, 1, 53);
        case Function::Day:
            return of_number(call, facts, 1, 31);
        case Function::DayOfWeek:
            return of_number(call, facts, 1, 7);
        case Function::DayOfYear:
            return of_number(call, facts, 1, 366);
        case Function::Length:
            return of_number(call, facts, 0, std::numeric_limits<int32_t>::max());
        case Function::Substring:
            return of_substring(call, facts);
        case Function::Coalesce:
            return of_coalesce(call, facts);
        case Function::CaseWhen:
            return of_case(call, facts);
        case Function::Trim:
        case Function::Concat: {
            Range range = unknown(call);
            take_nulls(call, facts, range);
            return range;
        }
        default:
            return unknown(call);
    }
}

}  // namespace

Range Range::of(Scalar value, column::TypePtr type) {
    Range range;
    range.type = std::move(type);
    range.may_be_null = column::is_null(value);
    range.may_be_value = !range.may_be_null;
    if (range.may_be_value) {
        range.min = value;
        range.max = std::move(value);
    }
    return range;
}

/// is_below() answers "surely" and may_be_below() "perhaps": an unknown bound makes the one false
/// and the other true. They are not each other's negation with the sides changed unless bounds are
/// known.
bool Range::is_below(const Range& other) const {
    return max && other.min && compare_values(*max, *type, *other.min, *other.type) < 0;
}

bool Range::may_be_below(const Range& other) const {
    return !min || !other.max || compare_values(*min, *type, *other.max, *other.type) < 0;
}

/// min and max of both meet crosswise only if all four are one value.
bool Range::is_one_value_with(const Range& other) const {
    return min && max && other.min && other.max &&
           compare_values(*min, *type, *other.max, *other.type) == 0 &&
           compare_values(*max, *type, *other.min, *other.type) == 0;
}

bool Range::may_hold(const Scalar& value, const Type& value_type) const {
    return may_be_value && (!min || compare_values(*min, *type, value, value_type) <= 0) &&
           (!max || compare_values(*max, *type, value, value_type) >= 0);
}

bool Range::is_only(const Scalar& value, const Type& value_type) const {
    return min && max && compare_values(*min, *type, value, value_type) == 0 &&
           compare_values(*max, *type, value, value_type) == 0;
}

bool Range::may_begin_with(std::string_view prefix) const {
    if (max && compare_text(std::get<std::string>(*max), prefix) < 0) return false;
    if (!min) return true;
    // Above all texts with the prefix is what is above it and does not begin with it.
    const auto& least = std::get<std::string>(*min);
    return compare_text(least, prefix) <= 0 || std::string_view(least).starts_with(prefix);
}

Range range_of(const Expression& expression, const FactsOf& facts) {
    switch (expression.kind) {
        case Expression::Kind::Column:
            return of_column(expression, facts);
        case Expression::Kind::Literal:
            return Range::of(expression.value, expression.type);
        case Expression::Kind::Call:
            return of_call(expression, facts);
    }
    return unknown(expression);
}

}  // namespace ch::exec
