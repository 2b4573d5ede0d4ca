#include "engine/exec/value_order.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/bytes.h"
#include "base/error.h"
#include "engine/exec/calendar.h"
#include "engine/exec/limits.h"

namespace ch::exec {

using column::Int128;
using column::Scalar;
using column::Type;
using column::TypeId;

namespace {

// 10^38 is the greatest power of ten below 2^127.
constexpr unsigned kExponentMax = 38;

constexpr std::array<Int128, kExponentMax + 1> make_powers() {
    std::array<Int128, kExponentMax + 1> powers{};
    powers[0] = 1;
    for (unsigned i = 1; i <= kExponentMax; ++i) powers[i] = powers[i - 1] * 10;
    return powers;
}
constexpr std::array<Int128, kExponentMax + 1> kPowers = make_powers();

template <typename T>
int sign_of_difference(const T& left, const T& right) {
    return left < right ? -1 : right < left ? 1 : 0;
}

std::string integer_text(Int128 value) {
    if (value == 0) return "0";
    // Negative digits, so that the least value needs no special case.
    bool negative = value < 0;
    Int128 rest = negative ? value : -value;
    std::string digits;
    for (; rest != 0; rest /= 10) digits.insert(digits.begin(), static_cast<char>('0' - rest % 10));
    return negative ? "-" + digits : digits;
}

std::string decimal_text(Int128 value, unsigned scale) {
    std::string digits = integer_text(value);
    if (scale == 0) return digits;
    size_t sign = value < 0 ? 1 : 0;
    // At least one digit before the point: 5 at scale 2 is 0.05.
    if (digits.size() - sign <= scale) digits.insert(sign, scale + 1 - (digits.size() - sign), '0');
    return digits.insert(digits.size() - scale, 1, '.');
}

std::string padded(int64_t value, size_t width) {
    std::string digits = std::to_string(value < 0 ? -value : value);
    if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
    return value < 0 ? "-" + digits : digits;
}

std::string date_text(int32_t days) {
    CivilDay date = civil_day(days);
    return padded(date.year, 4) + "-" + padded(date.month, 2) + "-" + padded(date.day, 2);
}

std::string timestamp_text(int64_t micros) {
    constexpr int64_t kDayMicros = 86'400'000'000;
    // Rounded down, so that the time of day is not negative before 1970.
    int64_t days = micros / kDayMicros - (micros % kDayMicros < 0 ? 1 : 0);
    int64_t rest = micros - days * kDayMicros;
    std::string text = date_text(static_cast<int32_t>(days)) + " " +
                       padded(rest / 3'600'000'000, 2) + ":" + padded(rest / 60'000'000 % 60, 2) +
                       ":" + padded(rest / 1'000'000 % 60, 2);
    if (rest % 1'000'000 != 0) text += "." + padded(rest % 1'000'000, 6);
    return text + "Z";
}

std::string quoted(std::string_view text) {
    std::string result = "'";
    for (char c : text.substr(0, kTextShownBytesMax))
        result += c == '\'' ? "''" : std::string(1, c);
    return result + (text.size() > kTextShownBytesMax ? "...'" : "'");
}

std::string float_text(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
    std::array<char, 32> buffer;
    auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    return {buffer.data(), end};
}

}  // namespace

Family family_of(const Type& type) {
    switch (type.id) {
        case TypeId::Bool:
            return Family::Bool;
        case TypeId::Int8:
        case TypeId::Int16:
        case TypeId::Int32:
        case TypeId::Int64:
        case TypeId::Decimal:
            return Family::Number;
        case TypeId::Float32:
        case TypeId::Float64:
            return Family::Float;
        case TypeId::String:
        case TypeId::FixedString:
            return Family::Text;
        case TypeId::Date32:
            return Family::Date;
        case TypeId::DateTime64:
            return Family::Timestamp;
        default:
            return Family::None;
    }
}

Int128 power_of_ten(unsigned exponent) {
    CH_ASSERT(exponent <= kExponentMax);
    return kPowers[exponent];
}

unsigned scale_of(const Type& type) {
    return type.id == TypeId::Decimal ? type.scale : 0;
}

int compare_scaled(Int128 left, unsigned left_scale, Int128 right, unsigned right_scale) {
    if (left_scale == right_scale) return sign_of_difference(left, right);
    // Whole parts first: scaling a 38-digit value up could pass 128 bits, scaling a fraction
    // cannot.
    Int128 left_unit = kPowers[left_scale];
    Int128 right_unit = kPowers[right_scale];
    int whole = sign_of_difference(left / left_unit, right / right_unit);
    if (whole != 0) return whole;
    unsigned scale = left_scale > right_scale ? left_scale : right_scale;
    return sign_of_difference(left % left_unit * kPowers[scale - left_scale],
                              right % right_unit * kPowers[scale - right_scale]);
}

int compare_floats(double left, double right) {
    // 1 - 0, 0 - 1 or 1 - 1: NaN above all numbers and equal to itself.
    if (std::isnan(left) || std::isnan(right))
        return static_cast<int>(std::isnan(left)) - static_cast<int>(std::isnan(right));
    return sign_of_difference(left, right);
}

int compare_text(std::string_view left, std::string_view right) {
    int order = left.compare(right);  // char_traits<char> compares unsigned bytes
    return order < 0 ? -1 : order > 0 ? 1 : 0;
}

int compare_values(const Scalar& left, const Type& left_type, const Scalar& right,
                   const Type& right_type) {
    switch (family_of(left_type)) {
        case Family::Float:
            return compare_floats(std::get<double>(left), std::get<double>(right));
        case Family::Text:
            return compare_text(std::get<std::string>(left), std::get<std::string>(right));
        default:
            return compare_scaled(std::get<Int128>(left), scale_of(left_type),
                                  std::get<Int128>(right), scale_of(right_type));
    }
}

std::string value_text(const Scalar& value, const Type& type) {
    if (column::is_null(value)) return "NULL";
    if (const auto* number = std::get_if<double>(&value)) return float_text(*number);
    if (const auto* text = std::get_if<std::string>(&value)) {
        // Binary is shown as hex: any byte may stand in it, and the text goes to EXPLAIN and
        // errors.
        if (type.id == TypeId::FixedString)
            return "X'" + to_hex(as_bytes(std::string_view(*text).substr(0, kTextShownBytesMax))) +
                   "'";
        return quoted(*text);
    }
    Int128 integer = std::get<Int128>(value);
    switch (type.id) {
        case TypeId::Bool:
            return integer != 0 ? "TRUE" : "FALSE";
        case TypeId::Decimal:
            return decimal_text(integer, type.scale);
        case TypeId::Date32:
            return "DATE '" + date_text(static_cast<int32_t>(integer)) + "'";
        case TypeId::DateTime64:
            return "TIMESTAMP '" + timestamp_text(static_cast<int64_t>(integer)) + "'";
        default:
            return integer_text(integer);
    }
}

}  // namespace ch::exec
