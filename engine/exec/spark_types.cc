#include "engine/exec/spark_types.h"

#include <array>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "engine/exec/address_text.h"
#include "engine/exec/value_order.h"

namespace ch::exec {

using column::Int128;
using column::Scalar;
using column::Type;
using column::TypeId;
using column::TypePtr;

namespace {

// Spark's limits: a TIMESTAMP counts microseconds, DecimalType ends at 38 digits.
constexpr uint8_t kMicrosDigits = 6;
constexpr uint8_t kDecimalDigitsMax = 38;

[[noreturn]] void refuse(const Type& type) {
    throw Error(ErrorCode::Unsupported, "Spark has no type for ClickHouse's " + type.name() +
                                            "; leave the column out, or convert it in ClickHouse");
}

TypePtr with_spark_children(const Type& stored) {
    auto changed = std::make_shared<Type>(stored);
    for (TypePtr& child : changed->children) child = spark_type(*child);
    return changed;
}

/// LowCardinality of an enum would be a dictionary of a dictionary: one of the two is left.
TypePtr spark_low_cardinality(const Type& stored) {
    auto changed = std::make_shared<Type>(stored);
    TypePtr inner = spark_type(*stored.children[0]);
    changed->children[0] = inner->id == TypeId::LowCardinality ? inner->children[0] : inner;
    return changed;
}

TypePtr dictionary_of_strings(bool nullable) {
    auto type = std::make_shared<Type>();
    type->id = TypeId::LowCardinality;
    type->nullable = nullable;
    type->children.push_back(column::make_type(TypeId::String));
    return type;
}

std::string address(const Scalar& value, const Type& stored) {
    std::string bytes;
    if (const auto* text = std::get_if<std::string>(&value)) {
        bytes = *text;
    } else {
        Int128 number = std::get<Int128>(value);
        bytes.assign(reinterpret_cast<const char*>(&number), stored.width());
    }
    if (bytes.size() != stored.width())
        throw Error(ErrorCode::InvalidArgument,
                    "a value of " + stored.name() + " needs " + std::to_string(stored.width()) +
                        " bytes, found " + std::to_string(bytes.size()));
    char text[kAddressTextMax];
    const auto* from = reinterpret_cast<const uint8_t*>(bytes.data());
    size_t size = stored.id == TypeId::Uuid   ? write_uuid(from, text)
                  : stored.id == TypeId::IPv4 ? write_ipv4(from, text)
                                              : write_ipv6(from, text);
    return {text, size};
}

Scalar micros(Int128 ticks, const Type& stored) {
    unsigned digits = stored.id == TypeId::DateTime ? 0 : stored.scale;
    // At most 64 bits times 10^6: no overflow in 128.
    if (digits <= kMicrosDigits) return ticks * power_of_ten(kMicrosDigits - digits);
    Int128 unit = power_of_ten(digits - kMicrosDigits);
    if (ticks % unit != 0)
        throw Error(ErrorCode::Unsupported,
                    "the value " + value_text(ticks, *column::make_decimal(38, stored.scale)) +
                        " (seconds since 1970) of type " + stored.name() +
                        " is no whole number of microseconds, which is all that Spark can hold");
    return ticks / unit;
}

std::string enum_name(Int128 number, const Type& stored) {
    for (const auto& [name, value] : stored.enum_values)
        if (value == number) return name;
    throw Error(ErrorCode::InvalidArgument,
                "the number " + value_text(number, *column::make_type(TypeId::Int64)) +
                    " has no name in " + stored.name());
}

}  // namespace

TypePtr spark_type(const Type& stored) {
    switch (stored.id) {
        case TypeId::UInt8:
            return column::make_type(TypeId::Int16, stored.nullable);
        case TypeId::UInt16:
            return column::make_type(TypeId::Int32, stored.nullable);
        case TypeId::UInt32:
            return column::make_type(TypeId::Int64, stored.nullable);
        case TypeId::UInt64:
            // 2^64 - 1 has 20 digits, and no integer type of Spark holds it.
            return column::make_decimal(20, 0, stored.nullable);
        case TypeId::BFloat16:
            return column::make_type(TypeId::Float32, stored.nullable);
        case TypeId::Date:
            return column::make_type(TypeId::Date32, stored.nullable);
        case TypeId::DateTime:
        case TypeId::DateTime64:
            return column::make_datetime64(kMicrosDigits, {}, stored.nullable);
        case TypeId::Uuid:
        case TypeId::IPv4:
        case TypeId::IPv6:
            return column::make_type(TypeId::String, stored.nullable);
        case TypeId::Enum8:
        case TypeId::Enum16:
            return dictionary_of_strings(stored.nullable);
        case TypeId::Decimal:
            if (stored.precision > kDecimalDigitsMax) refuse(stored);
            return std::make_shared<Type>(stored);
        case TypeId::LowCardinality:
            return spark_low_cardinality(stored);
        case TypeId::Array:
        case TypeId::Map:
        case TypeId::Tuple:
            return with_spark_children(stored);
        case TypeId::Bool:
        case TypeId::Int8:
        case TypeId::Int16:
        case TypeId::Int32:
        case TypeId::Int64:
        case TypeId::Float32:
        case TypeId::Float64:
        case TypeId::String:
        case TypeId::FixedString:
        case TypeId::Date32:
            return std::make_shared<Type>(stored);
        case TypeId::Int128:
        case TypeId::Int256:
        case TypeId::UInt128:
        case TypeId::UInt256:
        case TypeId::Time:
        case TypeId::Time64:
        case TypeId::Unsupported:
            break;
    }
    refuse(stored);
}

/// Not for Enum (ClickHouse sorts numbers, Spark names), UUID (second half first), IPv4 and IPv6
/// (numbers against their text).
bool spark_order_is_stored_order(const Type& stored) {
    switch (stored.id) {
        case TypeId::Bool:
        case TypeId::Int8:
        case TypeId::Int16:
        case TypeId::Int32:
        case TypeId::Int64:
        case TypeId::UInt8:
        case TypeId::UInt16:
        case TypeId::UInt32:
        case TypeId::UInt64:
        case TypeId::Float32:
        case TypeId::Float64:
        case TypeId::BFloat16:
        case TypeId::String:
        case TypeId::FixedString:
        case TypeId::Date:
        case TypeId::Date32:
        case TypeId::DateTime:
            return true;
        case TypeId::Decimal:
            return stored.precision <= kDecimalDigitsMax;
        case TypeId::DateTime64:
            return stored.scale <= kMicrosDigits;
        case TypeId::LowCardinality:
            return spark_order_is_stored_order(*stored.children[0]);
        default:
            return false;
    }
}

Scalar to_spark(const Scalar& value, const Type& stored) {
    if (column::is_null(value)) return value;
    switch (stored.id) {
        case TypeId::DateTime:
        case TypeId::DateTime64:
            return micros(std::get<Int128>(value), stored);
        case TypeId::Uuid:
        case TypeId::IPv4:
        case TypeId::IPv6:
            return address(value, stored);
        case TypeId::Enum8:
        case TypeId::Enum16:
            return enum_name(std::get<Int128>(value), stored);
        case TypeId::LowCardinality:
            return to_spark(value, *stored.children[0]);
        default:
            return value;
    }
}

bool is_text_in_spark_only(const Type& stored) {
    switch (stored.id) {
        case TypeId::Uuid:
        case TypeId::IPv4:
        case TypeId::IPv6:
        case TypeId::Enum8:
        case TypeId::Enum16:
            return true;
        default:
            return false;
    }
}

std::optional<Scalar> stored_value_of_text(std::string_view text, const Type& stored) {
    for (const auto& [name, number] : stored.enum_values)
        if (name == text) return Int128{number};
    if (stored.id == TypeId::Enum8 || stored.id == TypeId::Enum16) return std::nullopt;
    std::array<uint8_t, 16> bytes{};
    if (!parse_address(text, stored, bytes.data())) return std::nullopt;
    Scalar value =
        std::string(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(stored.width()));
    if (stored.id == TypeId::IPv4) value = Int128{load<uint32_t>(bytes.data())};
    // Another spelling of an address is another text, which no row has.
    if (address(value, stored) != text) return std::nullopt;
    return value;
}

}  // namespace ch::exec
