#include <cstring>
#include <string_view>

#include "base/error.h"
#include "engine/exec/evaluator.h"
#include "engine/exec/in_set.h"
#include "engine/exec/text_kernels.h"
#include "engine/exec/value_order.h"

namespace ch::exec {

using column::Column;
using column::ColumnPtr;
using column::Int128;
using column::Scalar;
using column::Type;
using column::TypeId;

namespace {

constexpr Int128 kInt128Max = static_cast<Int128>(~static_cast<unsigned __int128>(0) >> 1);
constexpr Int128 kInt128Min = -kInt128Max - 1;

/// `left function right`, as one of four comparisons, perhaps with the sides or the answer changed.
///       a < b    Less               a > b    Less, swapped
///       a <= b   LessOrEqual        a >= b   LessOrEqual, swapped
struct Plan {
    Comparison comparison;
    bool swapped;
};

Plan plan_of(Function function) {
    switch (function) {
        case Function::NotEqual:
            return {Comparison::NotEqual, false};
        case Function::Less:
            return {Comparison::Less, false};
        case Function::LessOrEqual:
            return {Comparison::LessOrEqual, false};
        case Function::Greater:
            return {Comparison::Less, true};
        case Function::GreaterOrEqual:
            return {Comparison::LessOrEqual, true};
        default:
            return {Comparison::Equal, false};
    }
}

/// How many of Spark's units one unit of the stored type is: 10^6 microseconds a second of
/// DateTime, ...
Int128 units_of(const Type& stored) {
    if (stored.id == TypeId::DateTime) return power_of_ten(6);
    if (stored.id == TypeId::DateTime64) return power_of_ten(6 - stored.scale);
    return 1;
}

/// numerator / denominator rounded down, and whether that is exact.
struct Quotient {
    Int128 floor;
    bool exact;
};
Quotient divide(Int128 numerator, Int128 denominator) {
    // C++ rounds towards zero; dates before 1970 and negative decimals need it downwards.
    Int128 floor = numerator / denominator;
    bool exact = floor * denominator == numerator;
    return {floor - (!exact && numerator < 0 ? 1 : 0), exact};
}

/// The literal in the column's stored units. If the scaled literal needs more than 128 bits it is
/// beyond all values, which have 38 digits.
Quotient literal_in_units(Int128 literal, unsigned literal_scale, const Type& stored) {
    unsigned scale = scale_of(stored);
    if (literal_scale > scale) return divide(literal, power_of_ten(literal_scale - scale));
    Int128 scaled = 0;
    // Not exact, so that equality finds nothing even in a column that holds the extreme value.
    if (__builtin_mul_overflow(literal, power_of_ten(scale - literal_scale), &scaled))
        return {literal < 0 ? kInt128Min : kInt128Max, false};
    return divide(scaled, units_of(stored));
}

/// The stored values for which `value comparison literal` holds, or `literal comparison value` if
/// swapped.
/// With v a stored value, L the literal in stored units and f = floor(L); `exact` is L == f:
///   v =  L    [f, f]      if exact, else no value        L <  v    [f + 1, max]
///   v <= L    [min, f]                                   L <= v    [f, max] if exact,
///   v <  L    [min, f - 1] if exact, else [min, f]                 else [f + 1, max]
/// E.g. a DateTime (seconds) < 10.5 s is v <= 10. Where f + 1 or f - 1 would overflow nothing
/// matches.
Interval interval_of(Plan plan, Quotient literal) {
    constexpr Int128 kMax = kInt128Max;
    constexpr Int128 kMin = kInt128Min;
    Int128 floor = literal.floor;
    switch (plan.comparison) {
        case Comparison::Equal:
        case Comparison::NotEqual: {
            bool outside = plan.comparison == Comparison::NotEqual;
            return literal.exact ? Interval{floor, floor, outside} : Interval{0, -1, outside};
        }
        case Comparison::Less:
            if (plan.swapped) return floor == kMax ? Interval{} : Interval{floor + 1, kMax, false};
            if (!literal.exact) return {kMin, floor, false};
            return floor == kMin ? Interval{} : Interval{kMin, floor - 1, false};
        case Comparison::LessOrEqual:
            if (!plan.swapped) return {kMin, floor, false};
            if (literal.exact) return {floor, kMax, false};
            return floor == kMax ? Interval{} : Interval{floor + 1, kMax, false};
    }
    return {};
}

void compare_with_literal(Plan plan, const Column& column, const Expression& literal,
                          uint8_t* out) {
    const Type& type = *column.type;
    if (const auto* text = std::get_if<std::string>(&literal.value)) {
        bool order =
            plan.comparison == Comparison::Less || plan.comparison == Comparison::LessOrEqual;
        if (!plan.swapped || !order) return text_compare(column, plan.comparison, *text, out);
        // literal < value is NOT value <= literal.
        text_compare(
            column,
            plan.comparison == Comparison::Less ? Comparison::LessOrEqual : Comparison::Less, *text,
            out);
        for (size_t i = 0; i < column.rows; ++i) out[i] ^= 1;
        return;
    }
    if (const auto* number = std::get_if<double>(&literal.value))
        return compare_floats_with(physical_of(type), plan.comparison, column.data.data(), *number,
                                   plan.swapped, column.rows, out);
    Quotient units =
        literal_in_units(std::get<Int128>(literal.value), scale_of(*literal.type), type);
    within(physical_of(type), column.data.data(), column.rows, interval_of(plan, units), out);
}

/// U16 to U64 are left out: both sides come from values_of(), in Spark's types, of which Bool alone
/// is unsigned.
Int128 integer_at(const Column& column, Physical physical, size_t row) {
    switch (physical) {
        case Physical::I8:
            return column.data.as<int8_t>()[row];
        case Physical::U8:
            return column.data.as<uint8_t>()[row];
        case Physical::I16:
            return column.data.as<int16_t>()[row];
        case Physical::I32:
            return column.data.as<int32_t>()[row];
        case Physical::I64:
            return column.data.as<int64_t>()[row];
        default:
            return column.data.as<Int128>()[row];
    }
}

bool holds(Comparison comparison, int order) {
    switch (comparison) {
        case Comparison::Equal:
            return order == 0;
        case Comparison::NotEqual:
            return order != 0;
        case Comparison::Less:
            return order < 0;
        case Comparison::LessOrEqual:
            return order <= 0;
    }
    return false;
}

/// Values of one family that differ in width or scale.
void compare_mixed(Comparison comparison, const Column& left, const Column& right, uint8_t* out) {
    Physical left_physical = physical_of(*left.type);
    Physical right_physical = physical_of(*right.type);
    unsigned left_scale = scale_of(*left.type);
    unsigned right_scale = scale_of(*right.type);
    for (size_t i = 0; i < left.rows; ++i) {
        int order = compare_scaled(integer_at(left, left_physical, i), left_scale,
                                   integer_at(right, right_physical, i), right_scale);
        out[i] = holds(comparison, order) ? 1 : 0;
    }
}

void compare_mixed_floats(Comparison comparison, const Column& left, const Column& right,
                          uint8_t* out) {
    auto at = [](const Column& column, size_t row) {
        return column.type->id == TypeId::Float32 ? double{column.data.as<float>()[row]}
                                                  : column.data.as<double>()[row];
    };
    for (size_t i = 0; i < left.rows; ++i)
        out[i] = holds(comparison, compare_floats(at(left, i), at(right, i))) ? 1 : 0;
}

void compare_columns(Comparison comparison, const Column& left, const Column& right, uint8_t* out) {
    Family family = family_of(*left.type);
    if (family == Family::Text) {
        for (size_t i = 0; i < left.rows; ++i)
            out[i] = holds(comparison, compare_text(left.text(i), right.text(i))) ? 1 : 0;
        return;
    }
    Physical physical = physical_of(*left.type);
    // Same bytes and same scale: the values' order is the order of the integers as they lie.
    if (physical == physical_of(*right.type) && scale_of(*left.type) == scale_of(*right.type))
        return compare_arrays(physical, comparison, left.data.data(), right.data.data(), left.rows,
                              out);
    if (family == Family::Float) return compare_mixed_floats(comparison, left, right, out);
    compare_mixed(comparison, left, right, out);
}

/// Turns the NULLs of an equality into answers: NULL <=> NULL is true, NULL <=> value false.
void settle_nulls(Column& result, const Column& left, const Column& right) {
    if (!result.has_nulls()) return;
    uint8_t* value = result.data.data();
    for (size_t i = 0; i < result.rows; ++i) {
        auto both = static_cast<uint8_t>(left.is_null(i) && right.is_null(i));
        value[i] = result.nulls.data()[i] != 0 ? both : value[i];
    }
    result.nulls = Buffer();
}

Column null_comparison(const Expression& call, const Expression& other,
                       const Evaluation& evaluation) {
    if (call.function != Function::EqualNullSafe) return make_nulls(call, evaluation);
    ColumnPtr values = values_of(other, evaluation);
    Column result = make_result(call, evaluation, {});
    for (size_t i = 0; i < result.rows; ++i) result.data.data()[i] = values->is_null(i) ? 1 : 0;
    return result;
}

}  // namespace

Column evaluate_comparison(const Expression& call, const Evaluation& evaluation) {
    const Expression* left = call.arguments[0].get();
    const Expression* right = call.arguments[1].get();
    Plan plan = plan_of(call.function);
    if (left->kind == Expression::Kind::Literal) {
        // Literal on the right: a < b is b > a, which is the plan with its sides changed.
        std::swap(left, right);
        plan.swapped = !plan.swapped;
    }
    if (right->kind != Expression::Kind::Literal) {
        ColumnPtr a = values_of(*left, evaluation);
        ColumnPtr b = values_of(*right, evaluation);
        Column result = make_result(call, evaluation, {a.get(), b.get()});
        // Behind make_result(), which does not care for sides: the kernel takes left and right.
        if (plan.swapped) std::swap(a, b);
        compare_columns(plan.comparison, *a, *b, result.data.data());
        if (call.function == Function::EqualNullSafe) settle_nulls(result, *a, *b);
        return result;
    }
    if (column::is_null(right->value)) return null_comparison(call, *left, evaluation);
    ColumnPtr values = stored_values_of(*left, evaluation);
    Column result = make_result(call, evaluation, {values.get()});
    compare_with_literal(plan, *values, *right, result.data.data());
    if (call.function == Function::EqualNullSafe && result.has_nulls()) {
        for (size_t i = 0; i < result.rows; ++i)
            result.data.data()[i] = result.nulls.data()[i] != 0 ? 0 : result.data.data()[i];
        result.nulls = Buffer();
    }
    return result;
}

Column evaluate_in(const Expression& call, const Evaluation& evaluation) {
    ColumnPtr values = values_of(*call.arguments[0], evaluation);
    Column result = make_result(call, evaluation, {values.get()});
    uint8_t* found = result.data.data();
    call.in_set->find(*values, found);
    if (!call.in_set->has_null() || result.rows == 0) return result;
    if (!result.has_nulls()) {
        result.nulls = evaluation.pool->make(result.rows);
        std::memset(result.nulls.data(), 0, result.rows);
    }
    // x IN (1, NULL) is x = 1 OR x = NULL: true if found, else NULL, never false.
    for (size_t i = 0; i < result.rows; ++i) result.nulls.data()[i] |= found[i] == 0 ? 1 : 0;
    return result;
}

}  // namespace ch::exec
