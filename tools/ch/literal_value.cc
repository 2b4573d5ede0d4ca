#include "tools/ch/literal_value.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "engine/exec/calendar.h"
#include "engine/exec/time_zone.h"

namespace ch::tools {

using column::Int128;
using column::TypeId;

namespace {

constexpr uint32_t kDecimalDigitsMax = 38;
constexpr int64_t kSecondsPerDay = 86'400;
constexpr int64_t kMicrosecondsPerSecond = 1'000'000;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Decimal digits that hold every value of an integer type; 0 for any other type.
uint32_t integer_digits(TypeId id) {
    switch (id) {
        case TypeId::Int8:
            return 3;
        case TypeId::Int16:
            return 5;
        case TypeId::Int32:
            return 10;
        case TypeId::Int64:
            return 19;
        default:
            return 0;
    }
}

bool fits_integer(const DecimalLiteral& number, size_t width_bytes) {
    const Int128 limit = Int128{1} << (8 * width_bytes - 1);
    return number.scale == 0 && number.digits >= -limit && number.digits < limit;
}

[[noreturn]] void fail_value(const std::string& text, const char* expected) {
    throw Error(ErrorCode::InvalidArgument, "'" + text + "' is no " + expected);
}

/// Fixed-width digits at an offset; false if there are others.
bool read_digits(std::string_view text, size_t at, size_t count, int32_t& value) {
    if (text.size() < at + count) return false;
    value = 0;
    for (char c : text.substr(at, count)) {
        if (!is_digit(c)) return false;
        value = value * 10 + (c - '0');
    }
    return true;
}

std::optional<int32_t> read_date(std::string_view text) {
    int32_t year = 0, month = 0, day = 0;
    const bool shaped = read_digits(text, 0, 4, year) && read_digits(text, 5, 2, month) &&
                        read_digits(text, 8, 2, day) && text[4] == '-' && text[7] == '-';
    if (!shaped || month < 1 || month > 12 || day < 1) return std::nullopt;
    const int32_t number = exec::day_number(year, month, day);
    // day_number() carries a day too many into the next month.
    if (exec::civil_day(number).month != month) return std::nullopt;  // February 30
    return number;
}

/// " 12:34:56[.789]" as microseconds after midnight.
std::optional<int64_t> read_clock(std::string_view text) {
    int32_t hour = 0, minute = 0, second = 0;
    const bool shaped = text.size() >= 9 && (text[0] == ' ' || text[0] == 'T') && text[3] == ':' &&
                        text[6] == ':' && read_digits(text, 1, 2, hour) &&
                        read_digits(text, 4, 2, minute) && read_digits(text, 7, 2, second);
    if (!shaped || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    int64_t microseconds = (hour * 3600 + minute * 60 + second) * kMicrosecondsPerSecond;
    std::string_view fraction = text.substr(9);
    if (fraction.empty()) return microseconds;
    // At most microseconds, which is what the engine compares in.
    if (fraction[0] != '.' || fraction.size() < 2 || fraction.size() > 7) return std::nullopt;
    int32_t value = 0;
    if (!read_digits(fraction, 1, fraction.size() - 1, value)) return std::nullopt;
    for (size_t digits = fraction.size() - 1; digits < 6; ++digits) value *= 10;
    return microseconds + value;
}

}  // namespace

uint32_t DecimalLiteral::precision() const {
    uint32_t count = 0;
    for (Int128 rest = digits; rest != 0; rest /= 10) ++count;
    return std::max({count, scale, 1U});
}

std::optional<DecimalLiteral> parse_decimal_literal(std::string_view text) {
    DecimalLiteral literal;
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    bool after_point = false;
    uint32_t count = 0;
    for (char c : text) {
        if (c == '.' && !after_point) {
            after_point = true;
            continue;
        }
        if (!is_digit(c)) return std::nullopt;
        // Leading zeros are no digits of the value.
        if (literal.digits != 0 || c != '0') ++count;
        if (after_point) ++literal.scale;
        if (count > kDecimalDigitsMax || literal.scale > kDecimalDigitsMax) return std::nullopt;
        literal.digits = literal.digits * 10 + (c - '0');
    }
    if (negative) literal.digits = -literal.digits;
    return literal;
}

/// The type in which column and literals compare exactly, the column's own if that will do: a cast
/// of the column would cost a pass, and could keep an index from pruning.
column::TypePtr comparison_type(const column::Type& type, std::span<const std::string> numbers) {
    if (type.id == TypeId::Float32 || type.id == TypeId::Float64)
        return column::make_type(TypeId::Float64);
    const uint32_t digits = integer_digits(type.id);
    bool fits = digits > 0;
    bool fits_int64 = digits > 0;
    uint32_t scale = type.scale;
    uint32_t whole_digits = digits > 0 ? digits : uint32_t{type.precision} - type.scale;
    for (const std::string& text : numbers) {
        std::optional<DecimalLiteral> number = parse_decimal_literal(text);
        if (!number)
            throw Error(ErrorCode::InvalidArgument,
                        "'" + text + "' cannot be compared with " + type.name() +
                            "; write it without exponent and with at most 38 digits");
        fits = fits && fits_integer(*number, type.width());
        fits_int64 = fits_int64 && fits_integer(*number, sizeof(int64_t));
        scale = std::max(scale, number->scale);
        whole_digits = std::max(whole_digits, number->precision() - number->scale);
    }
    if (fits) return column::make_type(type.id);
    if (fits_int64) return column::make_type(TypeId::Int64);
    if (whole_digits + scale > kDecimalDigitsMax)
        throw Error(ErrorCode::InvalidArgument, "comparing needs " +
                                                    std::to_string(whole_digits + scale) +
                                                    " digits; at most 38 are possible");
    return column::make_decimal(static_cast<uint8_t>(whole_digits + scale),
                                static_cast<uint8_t>(scale));
}

column::Scalar number_value(const std::string& text, const column::Type& type) {
    if (type.id == TypeId::Float64) {
        double value = 0;
        const char* begin = text.data() + (text[0] == '+' ? 1 : 0);
        const auto result = std::from_chars(begin, text.data() + text.size(), value);
        if (result.ec != std::errc()) fail_value(text, "number that fits Float64");
        return value;
    }
    std::optional<DecimalLiteral> number = parse_decimal_literal(text);
    if (!number) fail_value(text, "number");
    Int128 value = number->digits;
    for (uint32_t scale = number->scale; scale < type.scale; ++scale) value *= 10;
    return value;
}

column::Scalar date_value(const std::string& text) {
    std::optional<int32_t> day = read_date(text);
    if (!day || text.size() != 10) fail_value(text, "date; expected 'YYYY-MM-DD'");
    return Int128{*day};
}

column::Scalar time_value(const std::string& text, const std::string& zone,
                          const io::FileSystem& files) {
    constexpr const char* kExpected =
        "time; expected 'YYYY-MM-DD' or 'YYYY-MM-DD HH:MM:SS[.ffffff]'";
    std::optional<int32_t> day = read_date(text);
    if (!day) fail_value(text, kExpected);
    int64_t microseconds = 0;
    if (text.size() > 10) {
        std::optional<int64_t> clock = read_clock(std::string_view(text).substr(10));
        if (!clock) fail_value(text, kExpected);
        microseconds = *clock;
    }
    // Text without a zone is local time, as ClickHouse reads it: the column's zone, or the
    // machine's in place of the server's.
    const exec::TimeZone clocks =
        zone.empty() ? exec::TimeZone::local(files) : exec::TimeZone::load(files, zone);
    const int64_t local = *day * kSecondsPerDay + microseconds / kMicrosecondsPerSecond;
    return Int128{clocks.instant_of_text(local)} * kMicrosecondsPerSecond +
           microseconds % kMicrosecondsPerSecond;
}

}  // namespace ch::tools
