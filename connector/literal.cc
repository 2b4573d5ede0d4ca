#include "connector/literal.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "base/bytes.h"
#include "base/error.h"
#include "connector/hex_text.h"
#include "engine/format/type_text.h"

namespace ch::connector {

using column::Int128;
using column::Scalar;
using column::Type;
using column::TypeId;

namespace {

constexpr size_t kDigitsMax = 38;

[[noreturn]] void refuse(std::string_view text, const Type& type, const std::string& why) {
    constexpr size_t kShownBytesMax = 80;
    throw Error(ErrorCode::InvalidArgument, "literal \"" +
                                                std::string(text.substr(0, kShownBytesMax)) +
                                                "\" is no " + type.name() + ": " + why);
}

/// Digits with an optional sign; at most 38 digits that count, so that Int128 holds them.
Int128 parse_digits(std::string_view digits, std::string_view text, const Type& type) {
    bool negative = !digits.empty() && digits.front() == '-';
    if (!digits.empty() && (digits.front() == '-' || digits.front() == '+'))
        digits.remove_prefix(1);
    if (digits.empty()) refuse(text, type, "it has no digits");
    // Leading zeros do not count towards the 38.
    while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
    // 10^38 - 1 is below 2^127: no overflow in the loop, nor in the negation.
    if (digits.size() > kDigitsMax) refuse(text, type, "it has more than 38 digits");
    Int128 value = 0;
    for (char digit : digits) {
        if (digit < '0' || digit > '9') refuse(text, type, "a digit was expected");
        value = value * 10 + (digit - '0');
    }
    return negative ? -value : value;
}

Int128 parse_integer(std::string_view text, const Type& type, Int128 least, Int128 greatest) {
    Int128 value = parse_digits(text, text, type);
    if (value < least || value > greatest) refuse(text, type, "it is out of range");
    return value;
}

template <typename T>
Int128 parse_as(std::string_view text, const Type& type) {
    return parse_integer(text, type, std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
}

template <typename T>
double parse_float(std::string_view text, const Type& type) {
    std::string_view digits = text;
    if (!digits.empty() && digits.front() == '+') digits.remove_prefix(1);
    T value = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc::result_out_of_range) refuse(text, type, "it is out of range");
    if (error != std::errc() || end != digits.data() + digits.size())
        refuse(text, type, "expected e.g. 1.5e3, nan or -inf");
    return static_cast<double>(value);
}

Int128 power_of_ten(size_t exponent) {
    Int128 power = 1;
    for (size_t i = 0; i < exponent; ++i) power *= 10;
    return power;
}

Int128 parse_decimal(std::string_view text, const Type& type) {
    if (type.precision > kDigitsMax)
        throw Error(ErrorCode::Unsupported, "a literal of " + type.name() + "; at most 38 digits");
    size_t point = text.find('.');
    std::string digits(text.substr(0, point));
    size_t fraction_digits = 0;
    if (point != std::string_view::npos) {
        std::string_view fraction = text.substr(point + 1);
        // 1.500 is a Decimal(2, 1) too.
        while (!fraction.empty() && fraction.back() == '0') fraction.remove_suffix(1);
        fraction_digits = fraction.size();
        digits += fraction;
    }
    if (fraction_digits > type.scale) refuse(text, type, "it has more digits after the point");
    // Leading zeros may be many; this only bounds the text before parse_digits() counts what is
    // left.
    if (digits.size() + type.scale - fraction_digits > 2 * kDigitsMax)
        refuse(text, type, "it has too many digits");
    digits.append(type.scale - fraction_digits, '0');
    Int128 value = parse_digits(digits, text, type);
    Int128 bound = power_of_ten(type.precision);
    if (value >= bound || value <= -bound) refuse(text, type, "it has too many digits");
    return value;
}

/// Days since 1970-01-01 of a proleptic Gregorian date (eras of 400 years, years that begin in
/// March).
int64_t days_of(int64_t year, int64_t month, int64_t day) {
    year -= month <= 2 ? 1 : 0;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

std::string date_text(int64_t days) {
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted_month = (5 * day_of_year + 2) / 153;
    int64_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    int64_t month = shifted_month + (shifted_month < 10 ? 3 : -9);
    int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
    auto padded = [](int64_t value, size_t width) {
        std::string digits = std::to_string(value < 0 ? -value : value);
        if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
        return value < 0 ? "-" + digits : digits;
    };
    return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2);
}

Int128 parse_date(std::string_view text, const Type& type) {
    // From the right, since a year may be negative.
    size_t second = text.rfind('-');
    size_t first = second == std::string_view::npos || second == 0 ? std::string_view::npos
                                                                   : text.rfind('-', second - 1);
    if (first == std::string_view::npos || first == 0) refuse(text, type, "expected YYYY-MM-DD");
    constexpr int64_t kYearMax = 1'000'000;
    auto number = [&](std::string_view digits, int64_t least, int64_t greatest) {
        Int128 value = parse_digits(digits, text, type);
        if (value < least || value > greatest) refuse(text, type, "there is no such day");
        return static_cast<int64_t>(value);
    };
    int64_t year = number(text.substr(0, first), -kYearMax, kYearMax);
    int64_t month = number(text.substr(first + 1, second - first - 1), 1, 12);
    // A month's days as a difference of days, so that February needs no case.
    int64_t next_month = month == 12 ? days_of(year + 1, 1, 1) : days_of(year, month + 1, 1);
    int64_t month_days = next_month - days_of(year, month, 1);
    int64_t days = days_of(year, month, number(text.substr(second + 1), 1, month_days));
    if (type.id == TypeId::Date && (days < 0 || days > std::numeric_limits<uint16_t>::max()))
        refuse(text, type, "it is out of range");
    return days;
}

std::string parse_hex(std::string_view text, const Type& type) {
    std::optional<std::string> bytes = from_hex(text);
    if (!bytes) refuse(text, type, "expected two hex digits a byte");
    if (bytes->size() > type.fixed_bytes) refuse(text, type, "it has too many bytes");
    bytes->resize(type.fixed_bytes, '\0');
    return *std::move(bytes);
}

Scalar parse_value(std::string_view text, const Type& type) {
    switch (type.id) {
        case TypeId::Bool:
            if (text == "true") return Int128{1};
            if (text == "false") return Int128{0};
            refuse(text, type, "expected true or false");
        case TypeId::Int8:
            return parse_as<int8_t>(text, type);
        case TypeId::Int16:
            return parse_as<int16_t>(text, type);
        case TypeId::Int32:
        case TypeId::Time:
            return parse_as<int32_t>(text, type);
        case TypeId::Int64:
        case TypeId::DateTime64:
        case TypeId::Time64:
            return parse_as<int64_t>(text, type);
        case TypeId::UInt8:
            return parse_as<uint8_t>(text, type);
        case TypeId::UInt16:
            return parse_as<uint16_t>(text, type);
        case TypeId::UInt32:
        case TypeId::DateTime:
            return parse_as<uint32_t>(text, type);
        case TypeId::UInt64:
            return parse_as<uint64_t>(text, type);
        case TypeId::Float32:
            return parse_float<float>(text, type);
        case TypeId::Float64:
            return parse_float<double>(text, type);
        case TypeId::Decimal:
            return parse_decimal(text, type);
        case TypeId::String:
            return std::string(text);
        case TypeId::FixedString:
            return parse_hex(text, type);
        case TypeId::Date:
        case TypeId::Date32:
            return parse_date(text, type);
        default:
            throw Error(ErrorCode::Unsupported, "a literal of type " + type.name());
    }
}

column::TypePtr literal_type(const std::string* text, std::string_view name) {
    // Binary of any length: the type takes the literal's own.
    if (name == "FixedString") {
        auto type = std::make_shared<Type>();
        type->id = TypeId::FixedString;
        type->fixed_bytes = text == nullptr ? 0 : static_cast<uint32_t>(text->size() / 2);
        return type;
    }
    try {
        return format::parse_type(name);
    } catch (const Error& error) {
        throw Error(ErrorCode::InvalidArgument,
                    "type \"" + std::string(name) + "\" in the plan: " + error.message());
    }
}

std::string integer_text(Int128 value) {
    if (value == 0) return "0";
    bool negative = value < 0;
    std::string digits;
    for (; value != 0; value /= 10) {
        int digit = static_cast<int>(value % 10);
        digits.insert(digits.begin(), static_cast<char>('0' + (digit < 0 ? -digit : digit)));
    }
    return negative ? "-" + digits : digits;
}

std::string decimal_text(Int128 value, size_t scale) {
    std::string digits = integer_text(value);
    bool negative = digits.front() == '-';
    if (negative) digits.erase(0, 1);
    if (scale > 0) {
        if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
        digits.insert(digits.size() - scale, ".");
    }
    return negative ? "-" + digits : digits;
}

}  // namespace

Literal parse_literal(const std::string* text, std::string_view type_name) {
    Literal literal;
    literal.type = literal_type(text, type_name);
    if (text != nullptr) {
        literal.value = parse_value(*text, *literal.type);
        literal.type = literal.type->with_nullable(false);
    } else {
        literal.type = literal.type->with_nullable(true);
    }
    return literal;
}

std::string literal_text(const Scalar& value, const Type& type) {
    if (const auto* number = std::get_if<double>(&value)) {
        char text[32];
        // The shortest text that reads back as the same double.
        auto [end, error] = std::to_chars(text, text + sizeof(text), *number);
        CH_ASSERT(error == std::errc());
        return {text, end};
    }
    if (const auto* bytes = std::get_if<std::string>(&value))
        return type.id == TypeId::String ? *bytes : to_hex(as_bytes(*bytes));
    CH_ASSERT(std::holds_alternative<Int128>(value));
    Int128 number = std::get<Int128>(value);
    switch (type.id) {
        case TypeId::Bool:
            return number != 0 ? "true" : "false";
        case TypeId::Decimal:
            return decimal_text(number, type.scale);
        case TypeId::Date:
        case TypeId::Date32:
            return date_text(static_cast<int64_t>(number));
        default:
            return integer_text(number);
    }
}

}  // namespace ch::connector
