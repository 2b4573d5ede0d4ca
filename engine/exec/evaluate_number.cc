#include <array>
#include <charconv>
#include <cmath>

#include "base/error.h"
#include "engine/exec/calendar.h"
#include "engine/exec/evaluator.h"
#include "engine/exec/gather.h"
#include "engine/exec/value_cast.h"
#include "engine/exec/value_order.h"

namespace ch::exec {

using column::Column;
using column::ColumnPtr;
using column::Int128;
using column::Type;
using column::TypeId;

namespace {

template <typename Part>
void map_days(const Column& days, Column& result, Part part) {
    const auto* from = days.data.as<int32_t>();
    auto* to = result.data.as<int32_t>();
    for (size_t i = 0; i < days.rows; ++i) to[i] = part(from[i]);
}

template <typename Part>
void map_dates(const Column& days, Column& result, Part part) {
    const auto* from = days.data.as<int32_t>();
    // One pass over the days decides for all of them: 32-bit divisions by constants vectorise,
    // 64-bit ones do not. Any real date is narrow; days of NULL rows hold anything, and then the
    // wide loop, which is right for every int32, is taken.
    uint8_t narrow = 1;
    for (size_t i = 0; i < days.rows; ++i)
        narrow &= static_cast<uint8_t>(from[i] <= kNarrowDaysMax && from[i] >= -kNarrowDaysMax);
    if (narrow != 0)
        map_days(days, result, [part](int32_t day) { return part(civil_day<uint32_t>(day)); });
    else
        map_days(days, result, [part](int32_t day) { return part(civil_day(day)); });
}

template <typename From, typename To>
void convert(const Column& column, Column& result, Int128 factor) {
    const From* from = column.data.as<From>();
    To* to = result.data.as<To>();
    if (factor == 1) {
        for (size_t i = 0; i < column.rows; ++i) to[i] = static_cast<To>(from[i]);
    } else {
        // Rows that are NULL hold anything; the product of those may wrap, so it is taken unsigned.
        using Wide = unsigned __int128;
        for (size_t i = 0; i < column.rows; ++i)
            to[i] = static_cast<To>(static_cast<Wide>(Int128{from[i]}) * static_cast<Wide>(factor));
    }
}

template <typename From>
void cast_integers(const Column& column, Column& result) {
    unsigned from_scale = scale_of(*column.type);
    if (result.type->id == TypeId::Float32) return convert<From, float>(column, result, 1);
    if (result.type->id == TypeId::Float64) {
        if (from_scale == 0) return convert<From, double>(column, result, 1);
        for (size_t i = 0; i < column.rows; ++i)
            result.data.as<double>()[i] = decimal_to_double(column.data.as<From>()[i], from_scale);
        return;
    }
    // Not negative: can_cast() lets scales only grow, and whole digits too, so that the product
    // fits.
    Int128 factor = power_of_ten(scale_of(*result.type) - from_scale);
    switch (result.type->width()) {
        case 1:
            return convert<From, int8_t>(column, result, factor);
        case 2:
            return convert<From, int16_t>(column, result, factor);
        case 4:
            return convert<From, int32_t>(column, result, factor);
        case 8:
            return convert<From, int64_t>(column, result, factor);
        default:
            return convert<From, Int128>(column, result, factor);
    }
}

void cast_values(const Column& column, Column& result) {
    switch (physical_of(*column.type)) {
        case Physical::U8:
            return cast_integers<uint8_t>(column, result);
        case Physical::I8:
            return cast_integers<int8_t>(column, result);
        case Physical::I16:
            return cast_integers<int16_t>(column, result);
        case Physical::I32:
            return cast_integers<int32_t>(column, result);
        case Physical::I64:
            return cast_integers<int64_t>(column, result);
        case Physical::I128:
            return cast_integers<Int128>(column, result);
        case Physical::F32:
            for (size_t i = 0; i < column.rows; ++i)
                result.data.as<double>()[i] = column.data.as<float>()[i];
            return;
        default:
            CH_ASSERT(false && "a cast that was not checked");
    }
}

}  // namespace

double decimal_to_double(Int128 value, unsigned scale) {
    // Both are exact in a double here, so their quotient is the nearest one, as Java's is.
    constexpr Int128 kExact = Int128{1} << 53;
    if (value > -kExact && value < kExact && scale <= 15)
        return static_cast<double>(static_cast<int64_t>(value)) /
               static_cast<double>(static_cast<int64_t>(power_of_ten(scale)));
    // Division would round twice (the value to a double, then the quotient); from_chars rounds the
    // decimal text once, as BigDecimal does.
    std::string text =
        value_text(value, *column::make_decimal(38, 0)) + "e-" + std::to_string(scale);
    double result = 0;
    std::from_chars(text.data(), text.data() + text.size(), result);
    return result;
}

Column evaluate_date_part(const Expression& call, const Evaluation& evaluation) {
    ColumnPtr days = values_of(*call.arguments[0], evaluation);
    Column result = make_result(call, evaluation, {days.get()});
    switch (call.function) {
        case Function::Year:
            map_dates(*days, result, [](CivilDay date) { return date.year; });
            break;
        case Function::Month:
            map_dates(*days, result, [](CivilDay date) { return date.month; });
            break;
        case Function::Day:
            map_dates(*days, result, [](CivilDay date) { return date.day; });
            break;
        case Function::Quarter:
            map_dates(*days, result, [](CivilDay date) { return (date.month + 2) / 3; });
            break;
        case Function::Week:
            map_days(*days, result, iso_week);
            break;
        case Function::DayOfWeek:
            map_days(*days, result, iso_day_of_week);
            break;
        case Function::DayOfYear:
            map_days(*days, result, day_of_year);
            break;
        default:
            map_days(*days, result, iso_week_year);
    }
    return result;
}

Column evaluate_cast(const Expression& call, const Evaluation& evaluation) {
    ColumnPtr values = values_of(*call.arguments[0], evaluation);
    const Type& from = *values->type;
    if (!(*from.with_nullable(false) == *call.type->with_nullable(false))) {
        Column result = make_result(call, evaluation, {values.get()});
        cast_values(*values, result);
        return result;
    }
    // Nothing but nullability changes; such casts are left in plans by Spark.
    Column same;
    same.type = call.type;
    same.rows = values->rows;
    same.data = copy_of(values->data, evaluation.pool);
    same.offsets = copy_of(values->offsets, evaluation.pool);
    same.nulls = copy_of(values->nulls, evaluation.pool);
    return same;
}

}  // namespace ch::exec
