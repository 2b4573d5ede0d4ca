#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/bytes.h"
#include "base/error.h"
#include "base/io/posix_fs.h"
#include "engine/exec/address_text.h"
#include "engine/exec/calendar.h"
#include "engine/exec/time_zone.h"
#include "engine/exec/value_order.h"
#include "engine/table/constant.h"

namespace ch::table {

using column::Int128;
using column::Scalar;
using column::Type;
using column::TypeId;

namespace {

constexpr Int128 kDaySeconds = 86'400;

[[noreturn]] void refuse(const std::string& what, const Type& to) {
    throw Error(ErrorCode::Unsupported, what + " is not converted to " + to.name());
}

bool is_signed(TypeId id) {
    return id >= TypeId::Int8 && id <= TypeId::Int128;
}
bool is_integer(TypeId id) {
    return is_signed(id) || (id >= TypeId::UInt8 && id <= TypeId::UInt64);
}

/// What the constant is a value of: of a literal the type that ClickHouse would give it.
TypeId source_id(const Constant& constant) {
    if (constant.type) return constant.type->id;
    if (constant.kind == Constant::Kind::Integer) return TypeId::Int64;
    return constant.kind == Constant::Kind::Float ? TypeId::Float64 : TypeId::String;
}

Constant stored(const Type& to, Scalar value) {
    Constant constant;
    constant.kind = Constant::Kind::Stored;
    constant.type = std::make_shared<const Type>(to);
    constant.value = std::move(value);
    return constant;
}

/// The low bytes of a number, as a type of `width` bytes holds them.
Int128 wrap(Int128 value, size_t width, bool with_sign) {
    if (width >= sizeof(Int128)) return value;
    Int128 modulus = Int128(1) << (8 * width);
    Int128 low = value & (modulus - 1);
    return with_sign && low >= modulus / 2 ? low - modulus : low;
}

Int128 truncate(double value, const Type& to) {
    constexpr double kMax = 1e37;
    if (!(std::fabs(value) < kMax)) refuse("the number", to);
    return static_cast<Int128>(value);
}

/// Digits with an optional sign and fraction, times 10^scale; further digits are cut off.
std::optional<Int128> parse_decimal(std::string_view text, unsigned scale) {
    bool is_negative = text.starts_with('-');
    if (is_negative || text.starts_with('+')) text.remove_prefix(1);
    constexpr size_t kDigitsMax = 38;
    Int128 value = 0;
    size_t digits = 0, fraction = 0;
    bool in_fraction = false, any = false;
    for (char c : text) {
        if (c == '.' && !in_fraction) {
            in_fraction = true;
            continue;
        }
        if (c < '0' || c > '9') return std::nullopt;
        any = true;
        if (in_fraction && fraction == scale) continue;
        if (in_fraction) ++fraction;
        // Before the digit is taken: one more than fit would wrap around to some other number.
        if ((value > 0 || c != '0') && ++digits > kDigitsMax) return std::nullopt;
        value = value * 10 + (c - '0');
    }
    if (!any || digits + (scale - fraction) > kDigitsMax) return std::nullopt;
    value *= exec::power_of_ten(static_cast<unsigned>(scale - fraction));
    return is_negative ? -value : value;
}

std::optional<int> digits_at(std::string_view text, size_t at, size_t count) {
    int value = 0;
    for (size_t i = at; i < at + count; ++i) {
        if (i >= text.size() || text[i] < '0' || text[i] > '9') return std::nullopt;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

/// YYYY-MM-DD at the start of the text, as days since 1970.
std::optional<Int128> parse_day(std::string_view text) {
    std::optional<int> year = digits_at(text, 0, 4), month = digits_at(text, 5, 2),
                       day = digits_at(text, 8, 2);
    if (!year || !month || !day || text[4] != '-' || text[7] != '-') return std::nullopt;
    if (*month < 1 || *month > 12 || *day < 1 || *day > 31) return std::nullopt;
    int32_t number = exec::day_number(*year, *month, *day);
    return exec::civil_day(number).day == *day ? std::optional<Int128>(number) : std::nullopt;
}

/// YYYY-MM-DD[ hh:mm:ss[.fraction]] as ticks of 10^-scale seconds since 1970, UTC.
std::optional<Int128> parse_time(std::string_view text, unsigned scale) {
    std::optional<Int128> day = parse_day(text);
    if (!day) return std::nullopt;
    Int128 second_scale = exec::power_of_ten(scale);
    if (text.size() == 10) return *day * kDaySeconds * second_scale;
    std::optional<int> hour = digits_at(text, 11, 2), minute = digits_at(text, 14, 2);
    bool separated = text.size() >= 19 && (text[10] == ' ' || text[10] == 'T') && text[13] == ':' &&
                     text[16] == ':';
    if (!separated || !hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
    std::optional<Int128> seconds = parse_decimal(text.substr(17), scale);
    if (!seconds || *seconds < 0 || *seconds >= 60 * second_scale) return std::nullopt;
    return (*day * kDaySeconds + *hour * 3600 + *minute * 60) * second_scale + *seconds;
}

/// A number as ticks or units of 10^-scale; of a decimal the digits that fit.
std::optional<Int128> scaled_number(const Constant& from, unsigned scale, const Type& to) {
    if (const auto* number = std::get_if<double>(&from.value))
        return truncate(*number * static_cast<double>(exec::power_of_ten(scale)), to);
    const auto* integer = std::get_if<Int128>(&from.value);
    if (!integer) return std::nullopt;
    unsigned from_scale = from.type ? from.type->scale : 0;
    if (from_scale > scale) return *integer / exec::power_of_ten(from_scale - scale);
    Int128 factor = exec::power_of_ten(scale - from_scale);
    Int128 limit = exec::power_of_ten(38) / factor;
    if (*integer > limit || *integer < -limit) refuse("the number", to);
    return *integer * factor;
}

/// Local ticks as ticks since 1970 UTC. `is_day`: the time is where a day begins, else it was read
/// from a text: ClickHouse takes a time that is skipped or comes twice differently.
Int128 ticks_in_utc(Int128 local, unsigned scale, bool is_day, const Type& to) {
    if (to.timezone.empty())
        refuse(
            "a local date or time (the column's time zone is the server's, which the table does "
            "not tell)",
            to);
    if (to.timezone == "UTC") return local;
    const Int128 second = exec::power_of_ten(scale);
    Int128 seconds = local / second;
    if (seconds * second > local) --seconds;
    const auto asked = static_cast<int64_t>(seconds);
    const exec::TimeZone zone = exec::TimeZone::load(io::PosixFs(), to.timezone);
    const int64_t instant = is_day ? zone.instant_of(asked) : zone.instant_of_text(asked);
    return local + Int128(instant - asked) * second;
}

Constant cast_to_integer(const Constant& from, const Type& to) {
    if (const auto* text = std::get_if<std::string>(&from.value)) {
        std::optional<Int128> value = parse_decimal(*text, 0);
        if (!value || text->find('.') != std::string::npos) refuse("'" + *text + "'", to);
        return stored(to, wrap(*value, to.width(), is_signed(to.id)));
    }
    Int128 value = scaled_number(from, 0, to).value();
    if (to.id == TypeId::Bool) return stored(to, Int128(value != 0 ? 1 : 0));
    return stored(to, wrap(value, to.width(), is_signed(to.id)));
}

Constant cast_to_bool(const Constant& from, const Type& to) {
    const auto* text = std::get_if<std::string>(&from.value);
    if (!text) {
        const auto* number = std::get_if<double>(&from.value);
        return number ? stored(to, Int128(*number != 0 ? 1 : 0)) : cast_to_integer(from, to);
    }
    if (*text == "true" || *text == "1") return stored(to, Int128(1));
    if (*text == "false" || *text == "0") return stored(to, Int128(0));
    refuse("'" + *text + "'", to);
}

Constant cast_to_float(const Constant& from, const Type& to) {
    double value = 0;
    if (const auto* number = std::get_if<double>(&from.value)) {
        value = *number;
    } else if (const auto* text = std::get_if<std::string>(&from.value)) {
        auto [rest, failure] = std::from_chars(text->data(), text->data() + text->size(), value);
        if (failure != std::errc() || rest != text->data() + text->size())
            refuse("'" + *text + "'", to);
    } else {
        unsigned scale = from.type ? from.type->scale : 0;
        value = static_cast<double>(std::get<Int128>(from.value)) /
                static_cast<double>(exec::power_of_ten(scale));
    }
    return stored(
        to, to.id == TypeId::Float32 ? static_cast<double>(static_cast<float>(value)) : value);
}

Constant cast_to_decimal(const Constant& from, const Type& to) {
    const auto* text = std::get_if<std::string>(&from.value);
    std::optional<Int128> value =
        text ? parse_decimal(*text, to.scale) : scaled_number(from, to.scale, to);
    Int128 limit = exec::power_of_ten(std::min<unsigned>(to.precision, 38));
    if (!value || *value >= limit || *value <= -limit)
        refuse(text ? "'" + *text + "'" : "the number", to);
    return stored(to, *value);
}

Constant cast_to_text(const Constant& from, const Type& to) {
    std::string text;
    if (const auto* same = std::get_if<std::string>(&from.value)) {
        if (from.type && from.type->id != TypeId::String && from.type->id != TypeId::FixedString)
            refuse("a " + from.type->name(), to);
        text = *same;
    } else if (source_id(from) == TypeId::Bool) {
        text = std::get<Int128>(from.value) != 0 ? "true" : "false";
    } else if (is_integer(source_id(from))) {
        Int128 value = std::get<Int128>(from.value);
        if (value > Int128(UINT64_MAX)) refuse("the number", to);
        text = value < 0 ? std::to_string(static_cast<int64_t>(value))
                         : std::to_string(static_cast<uint64_t>(value));
    } else {
        refuse("a value of another type", to);
    }
    if (to.id == TypeId::FixedString) {
        if (text.size() > to.fixed_bytes) refuse("'" + text + "'", to);
        text.resize(to.fixed_bytes, '\0');
    }
    return stored(to, std::move(text));
}

Constant cast_to_enum(const Constant& from, const Type& to) {
    for (const auto& [name, number] : to.enum_values) {
        const auto* text = std::get_if<std::string>(&from.value);
        const auto* integer = std::get_if<Int128>(&from.value);
        bool is_it = text ? *text == name : integer && *integer == number;
        if (is_it) return stored(to, Int128(number));
    }
    refuse("a value without a name", to);
}

Constant cast_to_date(const Constant& from, const Type& to) {
    if (const auto* text = std::get_if<std::string>(&from.value)) {
        std::optional<Int128> day = parse_day(*text);
        bool in_range = day && (to.id == TypeId::Date32 || (*day >= 0 && *day <= UINT16_MAX));
        if (!in_range) refuse("'" + *text + "'", to);
        return stored(to, *day);
    }
    TypeId source = source_id(from);
    const auto* integer = std::get_if<Int128>(&from.value);
    bool is_day = integer && (source == TypeId::Date || source == TypeId::Date32 ||
                              (is_integer(source) && *integer >= 0 && *integer <= UINT16_MAX));
    if (!is_day) refuse("the value", to);
    return stored(to, *integer);
}

Constant cast_to_time(const Constant& from, const Type& to) {
    unsigned scale = to.id == TypeId::DateTime64 ? to.scale : 0;
    TypeId source = source_id(from);
    std::optional<Int128> ticks;
    if (const auto* text = std::get_if<std::string>(&from.value)) {
        ticks = parse_time(*text, scale);
        if (!ticks) refuse("'" + *text + "'", to);
        ticks = ticks_in_utc(*ticks, scale, false, to);
    } else if (source == TypeId::Date || source == TypeId::Date32) {
        Int128 midnight = std::get<Int128>(from.value) * kDaySeconds * exec::power_of_ten(scale);
        ticks = ticks_in_utc(midnight, scale, true, to);
    } else {
        ticks = scaled_number(from, scale, to);
    }
    bool fits = to.id == TypeId::DateTime64 || (*ticks >= 0 && *ticks <= UINT32_MAX);
    if (!fits) refuse("the time", to);
    return stored(to, *ticks);
}

Constant cast_to_address(const Constant& from, const Type& to) {
    const auto* text = std::get_if<std::string>(&from.value);
    if (!text) refuse("a number", to);
    std::array<uint8_t, 16> bytes{};
    if (!exec::parse_address(*text, to, bytes.data())) refuse("'" + *text + "'", to);
    if (to.id == TypeId::IPv4) return stored(to, Int128{load<uint32_t>(bytes.data())});
    return stored(to, std::string(bytes.begin(), bytes.end()));
}

Constant cast_elements(const Constant& from, const Type& to) {
    Constant::Kind kind = to.id == TypeId::Array ? Constant::Kind::Array
                          : to.id == TypeId::Map ? Constant::Kind::Map
                                                 : Constant::Kind::Tuple;
    if (from.kind == Constant::Kind::Text) {
        const std::string& text = std::get<std::string>(from.value);
        std::vector<SqlToken> tokens = tokenize_sql(text);
        return cast_constant(parse_constant(std::span(tokens).first(tokens.size() - 1)), to);
    }
    if (from.kind != kind || (to.id == TypeId::Tuple && from.elements.size() != to.children.size()))
        refuse("the value", to);
    Constant constant;
    constant.kind = kind;
    constant.type = std::make_shared<const Type>(to);
    for (size_t i = 0; i < from.elements.size(); ++i)
        constant.elements.push_back(
            cast_constant(from.elements[i], *to.children[i % to.children.size()]));
    return constant;
}

}  // namespace

Constant cast_constant(const Constant& from, const Type& to) {
    if (to.id == TypeId::LowCardinality) {
        if (from.kind == Constant::Kind::Null && to.nullable) return from;
        return cast_constant(from, *to.children[0]);
    }
    if (to.id == TypeId::Array || to.id == TypeId::Map || to.id == TypeId::Tuple)
        return cast_elements(from, to);
    if (from.kind == Constant::Kind::Null) {
        if (!to.nullable) refuse("NULL", to);
        return from;
    }
    bool is_list = from.kind == Constant::Kind::Array || from.kind == Constant::Kind::Map ||
                   from.kind == Constant::Kind::Tuple;
    if (is_list) refuse("a list", to);
    if (from.kind == Constant::Kind::Stored && *from.type == to) return from;
    switch (to.id) {
        case TypeId::Bool:
            return cast_to_bool(from, to);
        case TypeId::Float32:
        case TypeId::Float64:
            return cast_to_float(from, to);
        case TypeId::Decimal:
            return cast_to_decimal(from, to);
        case TypeId::String:
        case TypeId::FixedString:
            return cast_to_text(from, to);
        case TypeId::Enum8:
        case TypeId::Enum16:
            return cast_to_enum(from, to);
        case TypeId::Date:
        case TypeId::Date32:
            return cast_to_date(from, to);
        case TypeId::DateTime:
        case TypeId::DateTime64:
            return cast_to_time(from, to);
        case TypeId::Uuid:
        case TypeId::IPv4:
        case TypeId::IPv6:
            return cast_to_address(from, to);
        default:
            break;
    }
    if (!is_integer(to.id)) refuse("the value", to);
    return cast_to_integer(from, to);
}

}  // namespace ch::table
