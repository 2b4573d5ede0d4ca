#include <limits>
#include <string>
#include <unordered_map>

#include "base/error.h"
#include "engine/exec/address_text.h"
#include "engine/exec/gather.h"
#include "engine/exec/spark_types.h"
#include "engine/exec/value_order.h"

namespace ch::exec {

using column::Column;
using column::ColumnPtr;
using column::Int128;
using column::TypeId;
using column::TypePtr;

using Pool = std::shared_ptr<BufferPool>;

namespace {

template <typename From, typename To>
void widen(const Column& column, Column& to) {
    const From* from = column.data.as<From>();
    for (size_t i = 0; i < column.rows; ++i) to.data.as<To>()[i] = static_cast<To>(from[i]);
}

void widen_bfloat16(const Column& column, Column& to) {
    // bfloat16 is the upper half of a float32.
    for (size_t i = 0; i < column.rows; ++i)
        to.data.as<uint32_t>()[i] = uint32_t{column.data.as<uint16_t>()[i]} << 16;
}

void seconds_to_micros(const Column& column, Column& to) {
    constexpr int64_t kMicros = 1'000'000;
    // 2^32 * 10^6 is below 2^52: no overflow.
    for (size_t i = 0; i < column.rows; ++i)
        to.data.as<int64_t>()[i] = column.data.as<uint32_t>()[i] * kMicros;
}

[[noreturn]] void refuse_ticks(int64_t ticks, const column::Type& stored) {
    throw Error(ErrorCode::Unsupported,
                "the value " + value_text(Int128{ticks}, *column::make_decimal(38, stored.scale)) +
                    " (seconds since 1970) of type " + stored.name() +
                    " is no number of microseconds that Spark can hold; convert the column to "
                    "DateTime64(6) in ClickHouse");
}

void ticks_to_micros(const Column& column, Column& to) {
    unsigned digits = column.type->scale;
    const auto* from = column.data.as<int64_t>();
    auto* micros = to.data.as<int64_t>();
    if (digits <= 6) {
        auto unit = static_cast<int64_t>(power_of_ten(6 - digits));
        // Rows that are NULL hold anything and must not stop a query.
        for (size_t i = 0; i < column.rows; ++i)
            if (__builtin_mul_overflow(from[i], unit, &micros[i]) && !column.is_null(i))
                refuse_ticks(from[i], *column.type);
        return;
    }
    auto unit = static_cast<int64_t>(power_of_ten(digits - 6));
    for (size_t i = 0; i < column.rows; ++i) {
        // A value between two microseconds raises an error rather than being rounded: rounding
        // would make filters on Spark's side and here disagree.
        micros[i] = from[i] / unit;
        if (micros[i] * unit != from[i] && !column.is_null(i)) refuse_ticks(from[i], *column.type);
    }
}

template <size_t (*kWrite)(const uint8_t*, char*)>
void write_addresses(const Column& column, Column& to, const Pool& pool) {
    size_t width = column.type->width();
    to.data = pool->make(column.rows * kAddressTextMax);
    auto* text = to.data.as<char>();
    size_t at = 0;
    for (size_t i = 0; i < column.rows; ++i) {
        at += kWrite(column.data.data() + i * width, text + at);
        // 39 characters of IPv6 for 16 bytes: a column that fitted may not fit as text.
        if (at > static_cast<size_t>(std::numeric_limits<int32_t>::max()))
            throw Error(ErrorCode::Unsupported,
                        "a batch has over 2 GiB of text; ask for fewer rows a batch");
        to.offsets.as<int32_t>()[i + 1] = static_cast<int32_t>(at);
    }
    to.data.resize(at);
}

template <typename T>
void enum_to_codes(const Column& column, Column& to, const Pool& pool) {
    std::unordered_map<int, int32_t> codes;
    const auto& names = column.type->enum_values;
    size_t bytes = 0;
    for (const auto& [name, number] : names) bytes += name.size();
    Column dictionary = column::make_column(to.type->children[0], names.size(), pool);
    dictionary.data = pool->make(bytes);
    size_t at = 0;
    for (size_t i = 0; i < names.size(); ++i) {
        codes.emplace(names[i].second, static_cast<int32_t>(i));
        names[i].first.copy(dictionary.data.as<char>() + at, names[i].first.size());
        at += names[i].first.size();
        dictionary.offsets.as<int32_t>()[i + 1] = static_cast<int32_t>(at);
    }
    // A table of all numbers of the width: 256, or 65536 entries. Codes are by the order of the
    // names as declared, so that every block of a column has the same dictionary.
    constexpr size_t kNumbers = size_t{1} << (8 * sizeof(T));
    std::vector<int32_t> table(kNumbers, -1);
    for (const auto& [number, code] : codes)
        table[static_cast<std::make_unsigned_t<T>>(static_cast<T>(number))] = code;
    for (size_t i = 0; i < column.rows; ++i) {
        T number = column.data.as<T>()[i];
        int32_t code = table[static_cast<std::make_unsigned_t<T>>(number)];
        if (code < 0 && !column.is_null(i))
            throw Error(ErrorCode::Corrupt, "the number " + std::to_string(int{number}) +
                                                " in row " + std::to_string(i) +
                                                " of a batch has no name in " +
                                                column.type->name());
        // NULL rows may hold numbers without a name; their code must still lie within the
        // dictionary, since Arrow's readers look it up.
        to.data.as<int32_t>()[i] = code < 0 ? 0 : code;
    }
    to.children.push_back(std::make_shared<const Column>(std::move(dictionary)));
}

/// Codes, offsets and NULLs stay; what is below them is converted.
void convert_children(const Column& column, Column& to, const Pool& pool) {
    bool dictionary = column.type->id == TypeId::LowCardinality;
    to.data = copy_of(column.data, pool);
    to.offsets = copy_of(column.offsets, pool);
    for (const ColumnPtr& child : column.children) {
        ColumnPtr converted = to_spark(child, pool);
        // An enum below LowCardinality has become a dictionary itself; Arrow nests none.
        to.children.push_back(dictionary ? without_dictionary(converted, pool) : converted);
    }
}

void convert(const Column& column, Column& to, const Pool& pool) {
    switch (column.type->id) {
        case TypeId::UInt8:
            return widen<uint8_t, int16_t>(column, to);
        case TypeId::UInt16:
        case TypeId::Date:
            return widen<uint16_t, int32_t>(column, to);
        case TypeId::UInt32:
            return widen<uint32_t, int64_t>(column, to);
        case TypeId::UInt64:
            return widen<uint64_t, Int128>(column, to);
        case TypeId::BFloat16:
            return widen_bfloat16(column, to);
        case TypeId::DateTime:
            return seconds_to_micros(column, to);
        case TypeId::DateTime64:
            return ticks_to_micros(column, to);
        case TypeId::Uuid:
            return write_addresses<write_uuid>(column, to, pool);
        case TypeId::IPv4:
            return write_addresses<write_ipv4>(column, to, pool);
        case TypeId::IPv6:
            return write_addresses<write_ipv6>(column, to, pool);
        case TypeId::Enum8:
            return enum_to_codes<int8_t>(column, to, pool);
        case TypeId::Enum16:
            return enum_to_codes<int16_t>(column, to, pool);
        default:
            return convert_children(column, to, pool);
    }
}

/// DateTime64(6) differs from its Spark type by the time zone only, and a rename needs no new
/// values.
bool same_values(const column::Type& stored, const column::Type& wanted) {
    return stored == wanted || (stored.id == wanted.id && stored.id == TypeId::DateTime64 &&
                                stored.scale == wanted.scale);
}

}  // namespace

ColumnPtr to_spark(const ColumnPtr& column, const Pool& pool) {
    TypePtr wanted = spark_type(*column->type);
    if (*column->type == *wanted) return column;
    Column result;
    if (same_values(*column->type, *wanted)) {
        result.rows = column->rows;
        result.type = wanted;
        result.data = copy_of(column->data, pool);
    } else {
        result = column::make_column(wanted, column->rows, pool);
        convert(*column, result, pool);
    }
    result.nulls = copy_of(column->nulls, pool);
    return std::make_shared<const Column>(std::move(result));
}

}  // namespace ch::exec
