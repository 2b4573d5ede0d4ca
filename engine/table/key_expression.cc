#include "engine/table/key_expression.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>

#include "engine/exec/calendar.h"
#include "engine/exec/spark_types.h"
#include "engine/exec/stored_order.h"
#include "engine/exec/value_order.h"
#include "engine/format/single_value.h"
#include "engine/table/sql_token.h"

namespace ch::table {

using column::Int128;
using column::Scalar;
using column::Type;
using column::TypeId;
using column::TypePtr;

namespace {

constexpr int64_t kDaySeconds = 86'400;
constexpr int64_t kMicros = 1'000'000;

/// A function that cuts its argument down to the start of a period; its key is that start, as a
/// time, a day, a month or a year.
struct Truncation {
    std::string_view name;
    TypeId result;
    int64_t seconds_max;  ///< length of the longest period
};
/// Daylight saving moves the edges of a period by up to an hour, twice for the two ends.
constexpr int64_t kShift = 2 * 3'600;
constexpr std::array<Truncation, 14> kTruncations = {{
    {"toStartOfMinute", TypeId::DateTime, 60},
    {"toStartOfFiveMinutes", TypeId::DateTime, 300},
    {"toStartOfFiveMinute", TypeId::DateTime, 300},
    {"toStartOfTenMinutes", TypeId::DateTime, 600},
    {"toStartOfFifteenMinutes", TypeId::DateTime, 900},
    {"toStartOfHour", TypeId::DateTime, 3'600},
    {"toStartOfDay", TypeId::DateTime, kDaySeconds},
    {"toDate", TypeId::Date, kDaySeconds},
    {"toMonday", TypeId::Date, 7 * kDaySeconds},
    {"toStartOfMonth", TypeId::Date, 31 * kDaySeconds},
    {"toStartOfQuarter", TypeId::Date, 92 * kDaySeconds},
    {"toStartOfYear", TypeId::Date, 366 * kDaySeconds},
    {"toYear", TypeId::UInt16, 366 * kDaySeconds},
    {"toYYYYMM", TypeId::UInt32, 31 * kDaySeconds},
}};

/// Functions whose values say nothing of their argument's bounds, but which have one type whatever
/// the argument.
struct OpaqueFunction {
    std::string_view name;
    TypeId result;
};
constexpr std::array<OpaqueFunction, 20> kOpaqueFunctions = {{
    {"cityHash64", TypeId::UInt64},     {"sipHash64", TypeId::UInt64},
    {"xxHash64", TypeId::UInt64},       {"xxHash32", TypeId::UInt32},
    {"farmHash64", TypeId::UInt64},     {"metroHash64", TypeId::UInt64},
    {"murmurHash2_64", TypeId::UInt64}, {"murmurHash3_64", TypeId::UInt64},
    {"intHash32", TypeId::UInt32},      {"intHash64", TypeId::UInt64},
    {"length", TypeId::UInt64},         {"lower", TypeId::String},
    {"upper", TypeId::String},          {"toHour", TypeId::UInt8},
    {"toMinute", TypeId::UInt8},        {"toSecond", TypeId::UInt8},
    {"toMonth", TypeId::UInt8},         {"toDayOfMonth", TypeId::UInt8},
    {"toDayOfWeek", TypeId::UInt8},     {"toString", TypeId::String},
}};

const Truncation* find_truncation(std::string_view name) {
    for (const Truncation& one : kTruncations)
        if (one.name == name) return &one;
    return nullptr;
}

/// The type without LowCardinality, NULL kept.
const Type& plain_type(const Type& type) {
    return type.id == TypeId::LowCardinality ? *type.children[0] : type;
}
bool is_nullable(const Type& type) {
    return type.nullable || plain_type(type).nullable;
}

/// Seconds since 1970, UTC, at which the period of a key begins, as if the time zone were UTC.
int64_t period_start(const Truncation& truncation, Int128 key) {
    auto value = static_cast<int64_t>(key);
    if (truncation.result == TypeId::DateTime) return value;
    if (truncation.result == TypeId::Date) return value * kDaySeconds;
    if (truncation.result == TypeId::UInt16)
        return exec::day_number(static_cast<int32_t>(value), 1, 1) * kDaySeconds;
    auto year = static_cast<int32_t>(value / 100);
    return exec::day_number(year, static_cast<int32_t>(std::clamp<int64_t>(value % 100, 1, 12)),
                            1) *
           kDaySeconds;
}

bool is_value(const KeyBound& bound) {
    return bound && !column::is_null(*bound);
}

/// Bounds in Spark's type: days of a Date32, microseconds of a timestamp.
void bound_by_period(exec::ColumnFacts& facts, const Truncation& truncation, const Type& type,
                     const KeyBound& lower, const KeyBound& upper) {
    bool is_date = type.id == TypeId::Date || type.id == TypeId::Date32;
    // A key that is a date or a number is one of a local day: up to 14 hours away from UTC's.
    int64_t slack = is_date ? 0 : truncation.result == TypeId::DateTime ? kShift : kDaySeconds;
    auto in_spark = [&](int64_t seconds) -> Int128 {
        return is_date ? Int128(seconds / kDaySeconds) : Int128(seconds) * kMicros;
    };
    // The first days of 1970 are where ClickHouse's keys stop falling, in zones west of Greenwich.
    bool is_exact =
        is_value(lower) &&
        (is_date || period_start(truncation, std::get<Int128>(*lower)) > 2 * kDaySeconds);
    if (is_exact) facts.min = in_spark(period_start(truncation, std::get<Int128>(*lower)) - slack);
    if (is_value(upper))
        facts.max = in_spark(period_start(truncation, std::get<Int128>(*upper)) +
                             truncation.seconds_max + slack);
}

/// Whether a text is one of the stored values between the bounds, in the order of those: what sorts
/// by number, or by its second half, is no range of texts. Refers to `type`.
std::function<bool(const Scalar&)> texts_between(const Type& type, const KeyBound& lower,
                                                 const KeyBound& upper) {
    return [&type, lower, upper](const Scalar& text) {
        std::optional<Scalar> value = exec::stored_value_of_text(std::get<std::string>(text), type);
        return value && (!lower || exec::compare_stored(type, *lower, *value) <= 0) &&
               (!upper || exec::compare_stored(type, *value, *upper) <= 0);
    };
}

/// -x lies between the bounds. The type's least value has no counterpart and is its own negation.
void bound_by_negation(exec::ColumnFacts& facts, const Type& key_type, const KeyBound& lower,
                       const KeyBound& upper) {
    Int128 least = -(Int128(1) << (key_type.width() * 8 - 1));
    if (!is_value(lower) || std::get<Int128>(*lower) == least) return;
    facts.max = -std::get<Int128>(*lower);
    if (is_value(upper)) facts.min = -std::get<Int128>(*upper);
}

bool has_nanos(const Type& type) {
    return type.id == TypeId::DateTime64 && type.scale > 6;
}

/// DateTime64 with more digits than Spark's microseconds: rounded to the outer side.
Scalar outer_micros(Int128 ticks, unsigned scale, bool up) {
    Int128 divisor = 1;
    for (unsigned digit = 6; digit < scale; ++digit) divisor *= 10;
    Int128 micros = ticks / divisor;
    if (!up && micros * divisor > ticks) --micros;
    if (up && micros * divisor < ticks) ++micros;
    return micros;
}

std::optional<Scalar> spark_bound(const Type& type, const Scalar& value, bool up) {
    if (has_nanos(type)) return outer_micros(std::get<Int128>(value), type.scale, up);
    if (!exec::spark_order_is_stored_order(type)) return std::nullopt;
    return exec::to_spark(value, type);
}

TypePtr negated_type(const Type& type) {
    switch (type.id) {
        case TypeId::Int8:
        case TypeId::Int16:
        case TypeId::Int32:
        case TypeId::Int64:
            return column::make_type(type.id, type.nullable);
        case TypeId::UInt8:
            return column::make_type(TypeId::Int16, type.nullable);
        case TypeId::UInt16:
            return column::make_type(TypeId::Int32, type.nullable);
        case TypeId::UInt32:
            return column::make_type(TypeId::Int64, type.nullable);
        default:
            return nullptr;
    }
}

std::optional<KeyExpression> understand_column(const SqlToken& token, const TypeOf& type_of) {
    KeyExpression key;
    key.column = unquote(token);
    key.column_type = type_of(key.column);
    if (!key.column_type) return std::nullopt;
    key.type = format::index_type(key.column_type);
    return key;
}

/// `function(column)` and `-column`.
std::optional<KeyExpression> understand_call(std::string_view function, const SqlToken& argument,
                                             const TypeOf& type_of) {
    std::optional<KeyExpression> key = understand_column(argument, type_of);
    if (!key) return std::nullopt;
    const Type& type = *key->type;
    key->function = function;
    if (function == "negate") {
        key->type = negated_type(type);
        return key->type ? key : std::nullopt;
    }
    if (const Truncation* truncation = find_truncation(function)) {
        // Date32 and DateTime64 reach further than a Date or a DateTime: their keys may wrap
        // around.
        bool is_number =
            truncation->result == TypeId::UInt16 || truncation->result == TypeId::UInt32;
        bool is_narrow_date = type.id == TypeId::Date && truncation->result != TypeId::DateTime;
        bool exact = is_narrow_date || type.id == TypeId::DateTime ||
                     (type.id == TypeId::Date32 && is_number);
        // What toStartOf... and toMonday make of the wider types depends on the server's settings.
        if (!exact && function != "toDate" && !is_number) return std::nullopt;
        key->type = column::make_type(truncation->result, type.nullable);
        if (!exact) key->column.clear();
        return key;
    }
    if (type.nullable) return std::nullopt;
    for (const OpaqueFunction& opaque : kOpaqueFunctions) {
        if (opaque.name != function) continue;
        KeyExpression known;
        known.type = column::make_type(opaque.result);
        return known;
    }
    return std::nullopt;
}

}  // namespace

exec::ColumnFacts facts_of_bounds(const Type& type, const KeyBound& lower, const KeyBound& upper) {
    exec::ColumnFacts facts;
    const Type& plain = plain_type(type);
    facts.may_be_not_null = !lower || is_value(lower);
    facts.may_be_null = is_nullable(type) && !is_value(upper);
    if (!facts.may_be_not_null) return facts;
    if (lower && upper && *lower == *upper && !has_nanos(plain)) {
        facts.min = facts.max = exec::to_spark(*lower, plain);
        return facts;
    }
    if (lower) facts.min = spark_bound(plain, *lower, false);
    if (is_value(upper)) facts.max = spark_bound(plain, *upper, true);
    return facts;
}

std::optional<Scalar> stored_value(const Scalar& value, const Type& type) {
    bool is_time = type.id == TypeId::DateTime || type.id == TypeId::DateTime64;
    if (!is_time) return value;
    Int128 micros = std::get<Int128>(value);
    Int128 tick = exec::power_of_ten(6U - (type.id == TypeId::DateTime64 ? type.scale : 0U));
    if (micros % tick != 0) return std::nullopt;
    return micros / tick;
}

exec::ColumnFacts facts_of_min_max(const Type& type, const Scalar& min, const Scalar& max) {
    exec::ColumnFacts facts = facts_of_bounds(type, min, max);
    // ClickHouse widens a range that is NaN so far by whatever comes next, and lets NaN forget what
    // came before: 1, NaN, 5 gives 5 to 5. A range of floats bounds nothing.
    if (std::holds_alternative<double>(min) || std::holds_alternative<double>(max)) {
        facts.min.reset();
        facts.max.reset();
    }
    // Of a LowCardinality ClickHouse leaves NULL out of the range before 2024, and a range that
    // began with nothing but NULL may keep it.
    if (type.id == TypeId::LowCardinality && is_nullable(type))
        facts.may_be_null = facts.may_be_not_null = true;
    return facts;
}

exec::ColumnFacts KeyExpression::facts(const KeyBound& lower, const KeyBound& upper) const {
    const KeyBound& low = descending ? upper : lower;
    const KeyBound& high = descending ? lower : upper;
    exec::ColumnFacts facts;
    if (function.empty()) {
        facts = facts_of_bounds(*type, low, high);
        if (exec::is_text_in_spark_only(plain_type(*type)))
            facts.may_contain = texts_between(plain_type(*type), low, high);
        return facts;
    }
    facts.may_be_not_null = !low || is_value(low);
    facts.may_be_null = is_nullable(*column_type) && !is_value(high);
    if (function == "negate")
        bound_by_negation(facts, *type, low, high);
    else
        bound_by_period(facts, *find_truncation(function), plain_type(*column_type), low, high);
    return facts;
}

std::optional<KeyExpression> understand_key(std::string_view sql, const TypeOf& type_of) {
    std::vector<SqlToken> storage = tokenize_sql(sql);
    std::span<const SqlToken> tokens = std::span<const SqlToken>(storage).first(storage.size() - 1);
    bool descending = tokens.size() > 1 && tokens.back().is_word("DESC");
    if (tokens.size() > 1 && (descending || tokens.back().is_word("ASC")))
        tokens = tokens.first(tokens.size() - 1);
    auto is_name = [](const SqlToken& token) {
        return token.kind == SqlToken::Kind::Word || token.kind == SqlToken::Kind::QuotedName;
    };
    std::optional<KeyExpression> key;
    if (tokens.size() == 1 && is_name(tokens[0])) {
        key = understand_column(tokens[0], type_of);
    } else if (tokens.size() == 2 && tokens[0].is_symbol("-") && is_name(tokens[1])) {
        key = understand_call("negate", tokens[1], type_of);
    } else if (tokens.size() == 4 && tokens[1].is_symbol("(") && tokens[3].is_symbol(")") &&
               is_name(tokens[2])) {
        key = understand_call(unquote(tokens[0]), tokens[2], type_of);
    }
    if (!key) return std::nullopt;
    key->descending = descending;
    // Where NULL stands in a falling key is not known.
    if (descending && key->column_type && is_nullable(*key->column_type)) key->column.clear();
    return key;
}

}  // namespace ch::table
