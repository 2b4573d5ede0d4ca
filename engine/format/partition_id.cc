#include "engine/format/partition_id.h"

#include "base/bytes.h"
#include "engine/format/sip_hash.h"
#include "engine/format/write_value.h"

namespace ch::format {

namespace {

using column::Int128;
using column::Scalar;
using column::Type;
using column::TypeId;

// The type byte that stands before a value in the hashed bytes: ClickHouse's kinds of a Field.
enum class FieldKind : uint8_t {
    Null = 0x00,
    UInt64 = 0x01,
    Int64 = 0x02,
    Float64 = 0x03,
    UnsignedWide = 0x04,
    SignedWide = 0x05,
    Text = 0x10,
    Decimal32 = 0x13,
    Decimal64 = 0x14,
    Decimal128 = 0x15,
    IPv4 = 0x1e,
};

// The id is of the values; how a column stores them is not in it.
const Type& without_dictionary(const Type& type) {
    return type.id == TypeId::LowCardinality ? *type.children[0] : type;
}

bool is_integer_like(const Type& type) {
    switch (type.id) {
        case TypeId::Bool:
        case TypeId::Int8:
        case TypeId::Int16:
        case TypeId::Int32:
        case TypeId::Int64:
        case TypeId::UInt8:
        case TypeId::UInt16:
        case TypeId::UInt32:
        case TypeId::UInt64:
        case TypeId::Enum8:
        case TypeId::Enum16:
        case TypeId::Date:
        case TypeId::Date32:
        case TypeId::DateTime:
        case TypeId::IPv4:
            return true;
        default:
            return false;
    }
}

std::string padded(int64_t value, size_t digits) {
    std::string text = std::to_string(value);
    return text.size() < digits ? std::string(digits - text.size(), '0') + text : text;
}

std::string date_text(int64_t days) {
    // Civil calendar by eras of 400 years that begin in March; a Date is never before 1970.
    int64_t shifted = days + 719468;
    int64_t era = shifted / 146097;
    int64_t day_of_era = shifted % 146097;
    int64_t year =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    int64_t march_month = (5 * day_of_year + 2) / 153;
    int64_t month = march_month < 10 ? march_month + 3 : march_month - 9;
    int64_t day = day_of_year - (153 * march_month + 2) / 5 + 1;
    return padded(era * 400 + year + (month <= 2 ? 1 : 0), 4) + padded(month, 2) + padded(day, 2);
}

// Only a bare Date is written as a date: behind Nullable or LowCardinality it is its number of
// days.
std::string number_text(const Type& declared, const Type& type, const Scalar& value) {
    const auto* number = std::get_if<Int128>(&value);
    CH_ASSERT(number != nullptr);
    // YYYYMMDD, as in names that people read: 20240131.
    if (declared.id == TypeId::Date && !declared.nullable)
        return date_text(static_cast<int64_t>(*number));
    // The only type whose values pass int64.
    if (type.id == TypeId::UInt64) return std::to_string(static_cast<uint64_t>(*number));
    return std::to_string(static_cast<int64_t>(*number));
}

FieldKind field_kind(const Type& type) {
    switch (type.id) {
        case TypeId::Bool:
        case TypeId::UInt8:
        case TypeId::UInt16:
        case TypeId::UInt32:
        case TypeId::UInt64:
        case TypeId::Date:
        case TypeId::DateTime:
            return FieldKind::UInt64;
        case TypeId::Int8:
        case TypeId::Int16:
        case TypeId::Int32:
        case TypeId::Int64:
        case TypeId::Enum8:
        case TypeId::Enum16:
        case TypeId::Date32:
            return FieldKind::Int64;
        case TypeId::Float32:
        case TypeId::Float64:
            return FieldKind::Float64;
        case TypeId::Uuid:
        case TypeId::UInt128:
            return FieldKind::UnsignedWide;
        case TypeId::Int128:
            return FieldKind::SignedWide;
        case TypeId::String:
        case TypeId::FixedString:
        case TypeId::IPv6:
            return FieldKind::Text;
        case TypeId::IPv4:
            return FieldKind::IPv4;
        case TypeId::DateTime64:
            return FieldKind::Decimal64;
        case TypeId::Decimal:
            if (type.width() == 4) return FieldKind::Decimal32;
            if (type.width() == 8) return FieldKind::Decimal64;
            if (type.width() == 16) return FieldKind::Decimal128;
            [[fallthrough]];
        default:
            throw Error(ErrorCode::Unsupported,
                        "a partition key of type " + type.name() + " is not written");
    }
}

void append_field(std::string& to, const Type& type, const Scalar& value) {
    if (column::is_null(value)) return append(to, FieldKind::Null);
    FieldKind kind = field_kind(type);
    append(to, kind);
    if (kind == FieldKind::UInt64 || kind == FieldKind::Int64) {
        // ClickHouse widens to 64 bits before hashing: Int8 -1 is ff x 8.
        append(to, static_cast<uint64_t>(std::get<Int128>(value)));
    } else if (kind == FieldKind::Float64) {
        append(to, std::get<double>(value));
    } else {
        std::string bytes = value_bytes(type, value);
        // A length before it keeps ('a', 'bc') and ('ab', 'c') apart.
        if (kind == FieldKind::Text) append(to, uint64_t{bytes.size()});
        to += bytes;
    }
}

}  // namespace

std::string partition_id(std::span<const column::TypePtr> types, std::span<const Scalar> values) {
    CH_ASSERT(types.size() == values.size());
    if (types.empty()) return "all";
    // One value of another kind, or a NULL, and the whole key is hashed (mergetree.md 1.5).
    bool all_integers = true;
    for (size_t i = 0; i < types.size(); ++i)
        all_integers &=
            is_integer_like(without_dictionary(*types[i])) && !column::is_null(values[i]);
    std::string text;
    for (size_t i = 0; i < types.size(); ++i) {
        const Type& plain = without_dictionary(*types[i]);
        if (!all_integers) {
            append_field(text, plain, values[i]);
            continue;
        }
        if (i > 0) text += '-';
        text += number_text(*types[i], plain, values[i]);
    }
    return all_integers ? text : to_hex(sip_hash_128(as_bytes(text)));
}

}  // namespace ch::format
