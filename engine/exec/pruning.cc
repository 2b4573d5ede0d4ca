#include "engine/exec/pruning.h"

#include <algorithm>
#include <string>

#include "engine/exec/calendar.h"
#include "engine/exec/in_set.h"
#include "engine/exec/like_pattern.h"
#include "engine/exec/pruning_range.h"
#include "engine/exec/value_order.h"

namespace ch::exec {

using column::Scalar;
using column::TypeId;

namespace {

/// What a predicate can be for some row. A possibility that cannot be ruled out is kept.
struct Truth {
    bool can_be_true = true;
    bool can_be_false = true;
    bool can_be_null = true;
};

Truth truth_of(const Expression& predicate, const FactsOf& facts);

/// NOT of a predicate cannot be pruned from `can_be_true` alone; hence all three are kept.
Truth negated(Truth truth) {
    return {truth.can_be_false, truth.can_be_true, truth.can_be_null};
}

/// Kleene's AND over possibilities. The sides are taken to be independent, which can only keep too
/// much: (a < 1 AND a > 2) may be true by this, and the rows are filtered later anyway.
Truth both(Truth left, Truth right) {
    Truth result;
    result.can_be_true = left.can_be_true && right.can_be_true;
    result.can_be_false = left.can_be_false || right.can_be_false;
    result.can_be_null = (left.can_be_null && (right.can_be_null || right.can_be_true)) ||
                         (right.can_be_null && left.can_be_true);
    return result;
}

/// Of a predicate on values that are not NULL, made to hold for those that may be.
Truth with_nulls(bool can_be_true, bool can_be_false, const Range& left, const Range& right) {
    // A comparison of NULL is NULL, so with all rows NULL on one side it is neither true nor false.
    bool values = left.may_be_value && right.may_be_value;
    return {values && can_be_true, values && can_be_false, left.may_be_null || right.may_be_null};
}

bool may_contain(const Expression& value, const Range& range, const Scalar& wanted,
                 const FactsOf& facts) {
    if (!range.may_hold(wanted, *value.type)) return false;
    if (value.kind != Expression::Kind::Column) return true;
    std::optional<ColumnFacts> known = facts(value.name);
    return !known || !known->may_contain || known->may_contain(wanted);
}

/// A literal in the units of the column it is compared with, for an index that knows exact values;
/// nothing if it has none there.
std::optional<Scalar> in_units_of(const Expression& literal, const column::Type& type) {
    ExpressionPtr copy = std::make_shared<Expression>(literal);
    // InSet's rules, so that IN (x) and = x ask an index for the same value.
    InSet set(type, std::span<const ExpressionPtr>(&copy, 1));
    if (set.values().empty()) return std::nullopt;
    return set.values().front();
}

bool may_equal(const Expression& left, const Range& a, const Expression& right, const Range& b,
               const FactsOf& facts) {
    if (a.is_above(b) || b.is_above(a)) return false;
    const Expression& value = right.kind == Expression::Kind::Literal ? left : right;
    const Expression& literal = right.kind == Expression::Kind::Literal ? right : left;
    if (literal.kind != Expression::Kind::Literal || column::is_null(literal.value)) return true;
    std::optional<Scalar> wanted = in_units_of(literal, *value.type);
    return wanted && may_contain(value, &value == &left ? a : b, *wanted, facts);
}

Truth compare(const Expression& call, const FactsOf& facts) {
    const Expression& left = *call.arguments[0];
    const Expression& right = *call.arguments[1];
    Range a = range_of(left, facts);
    Range b = range_of(right, facts);
    switch (call.function) {
        case Function::Less:
            return with_nulls(a.may_be_below(b), !a.is_below(b), a, b);
        case Function::Greater:
            return with_nulls(b.may_be_below(a), !b.is_below(a), a, b);
        case Function::LessOrEqual:
            return with_nulls(!a.is_above(b), b.may_be_below(a), a, b);
        case Function::GreaterOrEqual:
            return with_nulls(!b.is_above(a), a.may_be_below(b), a, b);
        default:
            break;
    }
    bool may = may_equal(left, a, right, b, facts);
    bool may_differ = !a.is_one_value_with(b);
    if (call.function == Function::NotEqual) return with_nulls(may_differ, may, a, b);
    Truth equal = with_nulls(may, may_differ, a, b);
    if (call.function == Function::Equal) return equal;
    // <=> is never NULL: two NULLs make it true, one makes it false.
    bool one_null = (a.may_be_null && b.may_be_value) || (b.may_be_null && a.may_be_value);
    return {equal.can_be_true || (a.may_be_null && b.may_be_null), equal.can_be_false || one_null,
            false};
}

Truth in_list(const Expression& call, const FactsOf& facts) {
    const Expression& value = *call.arguments[0];
    Range range = range_of(value, facts);
    const std::vector<Scalar>& wanted = call.in_set->values();
    bool may = std::any_of(wanted.begin(), wanted.end(), [&](const Scalar& literal) {
        return may_contain(value, range, literal, facts);
    });
    // Needed for NOT IN: rows that all hold one listed value can be left out.
    bool surely = std::any_of(wanted.begin(), wanted.end(), [&](const Scalar& literal) {
        return range.is_only(literal, *value.type);
    });
    bool has_null = call.in_set->has_null();
    return {range.may_be_value && may, range.may_be_value && !surely && !has_null,
            range.may_be_null || (has_null && !surely)};
}

/// A predicate that is true exactly (`exact`), or at most, for texts that begin with the prefix.
Truth prefix(const Range& range, const std::string& text, bool exact) {
    // Texts between two that begin with the prefix begin with it too.
    bool all = range.min && range.max && std::get<std::string>(*range.min).starts_with(text) &&
               std::get<std::string>(*range.max).starts_with(text);
    bool some = range.may_begin_with(text);
    return {range.may_be_value && some, range.may_be_value && !(exact && all), range.may_be_null};
}

Truth text_test(const Expression& call, const FactsOf& facts) {
    Range range = range_of(*call.arguments[0], facts);
    if (call.function == Function::Like) {
        const LikePattern& pattern = *call.like;
        if (!pattern.is_exact()) return prefix(range, pattern.prefix(), pattern.is_prefix());
        Range literal = Range::of(Scalar(pattern.prefix()), call.arguments[0]->type);
        bool may = may_contain(*call.arguments[0], range, Scalar(pattern.prefix()), facts);
        return with_nulls(may, !range.is_one_value_with(literal), range, literal);
    }
    const Expression& part = *call.arguments[1];
    Range other = range_of(part, facts);
    bool literal = part.kind == Expression::Kind::Literal && !column::is_null(part.value);
    if (call.function == Function::StartsWith && literal)
        return prefix(range, std::get<std::string>(part.value), true);
    return with_nulls(true, true, range, other);
}

Truth null_test(const Expression& call, const FactsOf& facts) {
    Range range = range_of(*call.arguments[0], facts);
    Truth is_null{range.may_be_null, range.may_be_value, false};
    return call.function == Function::IsNull ? is_null : negated(is_null);
}

/// OR by De Morgan, NOT (NOT a AND NOT b), which Kleene's logic has too. AND of nothing is true.
Truth all_or_any(const Expression& call, const FactsOf& facts) {
    bool any = call.function == Function::Or;
    Truth result{true, false, false};
    for (const ExpressionPtr& argument : call.arguments) {
        Truth next = truth_of(*argument, facts);
        result = both(result, any ? negated(next) : next);
    }
    return any ? negated(result) : result;
}

/// A value of type Bool that is no predicate known here: false is 0, true 1.
Truth of_range(const Range& range) {
    bool may_true = !range.max || std::get<column::Int128>(*range.max) >= 1;
    bool may_false = !range.min || std::get<column::Int128>(*range.min) <= 0;
    return {range.may_be_value && may_true, range.may_be_value && may_false, range.may_be_null};
}

Truth truth_of(const Expression& predicate, const FactsOf& facts) {
    if (predicate.kind != Expression::Kind::Call) return of_range(range_of(predicate, facts));
    switch (predicate.function) {
        case Function::Equal:
        case Function::EqualNullSafe:
        case Function::NotEqual:
        case Function::Less:
        case Function::LessOrEqual:
        case Function::Greater:
        case Function::GreaterOrEqual:
            return compare(predicate, facts);
        case Function::And:
        case Function::Or:
            return all_or_any(predicate, facts);
        case Function::Not:
            return negated(truth_of(*predicate.arguments[0], facts));
        case Function::In:
            return in_list(predicate, facts);
        case Function::IsNull:
        case Function::IsNotNull:
            return null_test(predicate, facts);
        case Function::StartsWith:
        case Function::EndsWith:
        case Function::Contains:
        case Function::Like:
            return text_test(predicate, facts);
        default:
            return of_range(range_of(predicate, facts));
    }
}

}  // namespace

bool may_match(const Expression& predicate, const FactsOf& facts) {
    // What is not understood is kept: select() refuses a filter that is no Bool, with a message.
    return predicate.type->id != TypeId::Bool || truth_of(predicate, facts).can_be_true;
}

}  // namespace ch::exec
