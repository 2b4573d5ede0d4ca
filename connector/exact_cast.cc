#include "connector/exact_cast.h"

#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "engine/exec/address_text.h"
#include "engine/exec/gather.h"
#include "engine/exec/stored_value.h"
#include "engine/exec/value_order.h"
#include "engine/format/write_value.h"
#include "engine/table/conversion.h"

namespace ch::connector {

using column::Column;
using column::ColumnPtr;
using column::Int128;
using column::Type;
using column::TypeId;
using column::TypePtr;

namespace {

using Pool = std::shared_ptr<BufferPool>;

[[noreturn]] void refuse_value(const Column& from, size_t row, const Type& to,
                               const std::string& why) {
    std::string value = exec::value_text(format::scalar_at(from, row), *from.type);
    constexpr size_t kShownBytesMax = 80;
    if (value.size() > kShownBytesMax) value = value.substr(0, kShownBytesMax) + "...";
    throw Error(ErrorCode::InvalidArgument, "row " + std::to_string(row) + ": " + value +
                                                " has no place in " + to.name() + ": " + why);
}

[[noreturn]] void refuse_type(const Type& from, const Type& to) {
    throw Error(ErrorCode::Unsupported, "values of type " + from.name() + " are not written as " +
                                            to.name() + "; cast them, or change the column's type");
}

bool is_integer(TypeId id) {
    return (id >= TypeId::Int8 && id <= TypeId::Int128) ||
           (id >= TypeId::UInt8 && id <= TypeId::UInt64);
}
bool is_unsigned(TypeId id) {
    return id == TypeId::Bool || (id >= TypeId::UInt8 && id <= TypeId::UInt256);
}

/// What a number counts, and by which power of ten: only numbers of one kind become each other.
enum class Kind : uint8_t { None, Bool, Number, Day, Instant, Duration };
struct Numeric {
    Kind kind = Kind::None;
    unsigned scale = 0;
};
Numeric numeric_of(const Type& type) {
    switch (type.id) {
        case TypeId::Bool:
            return {Kind::Bool, 0};
        case TypeId::Decimal:
            return {type.precision <= 38 ? Kind::Number : Kind::None, type.scale};
        case TypeId::Date:
        case TypeId::Date32:
            return {Kind::Day, 0};
        case TypeId::DateTime:
            return {Kind::Instant, 0};
        case TypeId::DateTime64:
            return {Kind::Instant, type.scale};
        case TypeId::Time:
            return {Kind::Duration, 0};
        case TypeId::Time64:
            return {Kind::Duration, type.scale};
        default:
            return {is_integer(type.id) ? Kind::Number : Kind::None, 0};
    }
}

struct Bounds {
    Int128 least;
    Int128 greatest;
};
Bounds bounds_of(const Type& type) {
    if (type.id == TypeId::Decimal) {
        Int128 limit = exec::power_of_ten(type.precision) - 1;
        return {-limit, limit};
    }
    size_t bits = type.width() * 8;
    bool has_sign = !is_unsigned(type.id) && type.id != TypeId::Date && type.id != TypeId::DateTime;
    if (bits == 128) {
        Int128 greatest = static_cast<Int128>(~static_cast<unsigned __int128>(0) >> 1);
        return {-greatest - 1, greatest};
    }
    Int128 half = Int128{1} << (bits - 1);
    return has_sign ? Bounds{-half, half - 1} : Bounds{0, 2 * half - 1};
}

/// A stored number as 128 bits; unsigned ones have at most 64.
Int128 number_at(const Column& column, size_t row) {
    const uint8_t* at = column.data.data() + row * column.type->width();
    bool has_sign = bounds_of(*column.type).least < 0;
    switch (column.type->width()) {
        case 1:
            return has_sign ? Int128{load<int8_t>(at)} : Int128{*at};
        case 2:
            return has_sign ? Int128{load<int16_t>(at)} : Int128{load<uint16_t>(at)};
        case 4:
            return has_sign ? Int128{load<int32_t>(at)} : Int128{load<uint32_t>(at)};
        case 8:
            return has_sign ? Int128{load<int64_t>(at)} : Int128{load<uint64_t>(at)};
        default:
            return load<Int128>(at);
    }
}

/// value * 10^up, or value / 10^down where nothing is lost; false where there is no such number
/// within the bounds.
bool rescale(Int128& value, unsigned from, unsigned to, const Bounds& bounds) {
    if (to >= from) {
        if (__builtin_mul_overflow(value, exec::power_of_ten(to - from), &value)) return false;
    } else {
        Int128 divisor = exec::power_of_ten(from - to);
        if (value % divisor != 0) return false;
        value /= divisor;
    }
    return value >= bounds.least && value <= bounds.greatest;
}

std::string number_bounds_text(const Type& to) {
    if (to.id == TypeId::Decimal)
        return "it takes " + std::to_string(to.precision - to.scale) + " digits before and " +
               std::to_string(to.scale) + " after the point";
    return "it is out of range, or finer than the type";
}

Column rescaled_numbers(const Column& from, const TypePtr& to, const Pool& pool) {
    Column out = column::make_column(to, from.rows, pool);
    unsigned from_scale = numeric_of(*from.type).scale, to_scale = numeric_of(*to).scale;
    Bounds bounds = bounds_of(*to);
    size_t width = to->width();
    for (size_t row = 0; row < from.rows; ++row) {
        Int128 value = from.is_null(row) ? Int128{0} : number_at(from, row);
        if (!rescale(value, from_scale, to_scale, bounds))
            refuse_value(from, row, *to, number_bounds_text(*to));
        std::memcpy(out.data.data() + row * width, &value, width);
    }
    return out;
}

/// Numbers of at most 8 bytes and of one scale, without a detour over 128 bits.
template <typename From, typename To>
void narrow(const Column& from, Column& out, const Type& to) {
    const From* values = from.data.as<From>();
    To* stored = out.data.as<To>();
    bool all_fit = true;
    for (size_t row = 0; row < from.rows; ++row) {
        stored[row] = static_cast<To>(values[row]);
        bool fits = static_cast<From>(stored[row]) == values[row] &&
                    (stored[row] < To{}) == (values[row] < From{});
        all_fit &= fits || from.is_null(row);
    }
    if (all_fit) return;
    for (size_t row = 0; row < from.rows; ++row)
        if (!from.is_null(row) && !std::in_range<To>(values[row]))
            refuse_value(from, row, to, number_bounds_text(to));
}

bool narrow_quickly(const Column& from, const TypePtr& to, Column& out) {
    if (from.type->id == TypeId::Decimal || to->id == TypeId::Decimal) return false;
    bool is_done = false;
    exec::with_stored_number(*from.type, [&](auto from_zero) {
        exec::with_stored_number(*to, [&](auto to_zero) {
            using From = decltype(from_zero);
            using To = decltype(to_zero);
            if constexpr (std::is_integral_v<From> && std::is_integral_v<To>) {
                narrow<From, To>(from, out, *to);
                is_done = true;
            }
        });
    });
    return is_done;
}

Column cast_numbers(const Column& from, const TypePtr& to, const Pool& pool) {
    if (numeric_of(*from.type).scale == numeric_of(*to).scale) {
        Column out = column::make_column(to, from.rows, pool);
        if (narrow_quickly(from, to, out)) return out;
    }
    return rescaled_numbers(from, to, pool);
}

/// The upper half of a float32; what lies in the lower half would be lost.
Column bfloats(const Column& from, const TypePtr& to, const Pool& pool) {
    Column out = column::make_column(to, from.rows, pool);
    for (size_t row = 0; row < from.rows; ++row) {
        uint32_t bits = from.data.as<uint32_t>()[row];
        if ((bits & 0xFFFF) != 0 && !from.is_null(row))
            refuse_value(from, row, *to, "it is finer than the type");
        out.data.as<uint16_t>()[row] = static_cast<uint16_t>(bits >> 16);
    }
    return out;
}

Column enums(const Column& from, const TypePtr& to, const Pool& pool) {
    std::unordered_map<std::string_view, int16_t> numbers;
    for (const auto& [name, number] : to->enum_values) numbers.emplace(name, number);
    Column out = column::make_column(to, from.rows, pool);
    size_t width = to->width();
    for (size_t row = 0; row < from.rows; ++row) {
        auto found = numbers.find(from.is_null(row) ? std::string_view() : from.text(row));
        if (found == numbers.end() && !from.is_null(row))
            refuse_value(from, row, *to, "the type has no such name");
        int16_t number = from.is_null(row) ? int16_t{0} : found->second;
        std::memcpy(out.data.data() + row * width, &number, width);
    }
    return out;
}

Column fixed_texts(const Column& from, const TypePtr& to, const Pool& pool) {
    Column out = column::make_column(to, from.rows, pool);
    size_t width = to->fixed_bytes;
    for (size_t row = 0; row < from.rows; ++row) {
        uint8_t* at = out.data.data() + row * width;
        if (from.is_null(row)) {
            std::memset(at, 0, width);
            continue;
        }
        std::string_view text = from.text(row);
        if (text.size() != width)
            refuse_value(from, row, *to,
                         "it has " + std::to_string(text.size()) +
                             " bytes, and zeros behind them could not be told from its own");
        std::memcpy(at, text.data(), width);
    }
    return out;
}

Column addresses(const Column& from, const TypePtr& to, const Pool& pool) {
    Column out = column::make_column(to, from.rows, pool);
    size_t width = to->width();
    for (size_t row = 0; row < from.rows; ++row) {
        uint8_t* at = out.data.data() + row * width;
        if (from.is_null(row)) {
            std::memset(at, 0, width);
        } else if (!exec::parse_address(from.text(row), *to, at)) {
            refuse_value(from, row, *to, "expected its text as ClickHouse prints it");
        }
    }
    return out;
}

/// Same bytes under another type.
Column relabelled(const Column& from, const TypePtr& to, const Pool& pool) {
    Column out;
    out.type = to;
    out.rows = from.rows;
    out.data = exec::copy_of(from.data, pool);
    out.offsets = exec::copy_of(from.offsets, pool);
    return out;
}

Column texts(const Column& from, const TypePtr& to, const Pool& pool) {
    Column out = relabelled(from, to, pool);
    size_t width = from.type->fixed_bytes;
    if (width * from.rows > static_cast<size_t>(std::numeric_limits<int32_t>::max()))
        throw Error(ErrorCode::MemoryLimit,
                    "a batch has over 2 GiB in one column; hand over fewer rows a batch");
    out.offsets = pool->make((from.rows + 1) * sizeof(int32_t));
    for (size_t row = 0; row <= from.rows; ++row)
        out.offsets.as<int32_t>()[row] = static_cast<int32_t>(row * width);
    return out;
}

/// Types whose values Arrow only has as bytes, and which take them as they are.
bool takes_bytes(const Type& to) {
    return to.id == TypeId::FixedString || to.id == TypeId::IPv6 || to.id == TypeId::Int128 ||
           to.id == TypeId::UInt128 || to.id == TypeId::Int256 || to.id == TypeId::UInt256;
}

bool has_same_bytes(const Type& from, const Type& to) {
    if (from.id == TypeId::FixedString && takes_bytes(to)) return from.width() == to.width();
    if (from.id == TypeId::UInt32 && to.id == TypeId::IPv4) return true;
    if (from.id != to.id) return false;
    if (from.id == TypeId::Decimal)
        return from.scale == to.scale && from.width() == to.width() &&
               from.precision <= to.precision;
    return from.scale == to.scale && from.fixed_bytes == to.fixed_bytes &&
           from.enum_values == to.enum_values;
}

Column cast_text(const Column& from, const TypePtr& to, const Pool& pool) {
    switch (to->id) {
        case TypeId::Enum8:
        case TypeId::Enum16:
            return enums(from, to, pool);
        case TypeId::FixedString:
            return fixed_texts(from, to, pool);
        case TypeId::Uuid:
        case TypeId::IPv4:
        case TypeId::IPv6:
            return addresses(from, to, pool);
        default:
            refuse_type(*from.type, *to);
    }
}

Column cast_leaf(const Column& from, const TypePtr& to, const Pool& pool) {
    const Type& type = *from.type;
    if (has_same_bytes(type, *to)) return relabelled(from, to, pool);
    Kind kind = numeric_of(type).kind;
    if (kind != Kind::None && kind == numeric_of(*to).kind) return cast_numbers(from, to, pool);
    if (type.id == TypeId::String) return cast_text(from, to, pool);
    if (type.id == TypeId::FixedString && to->id == TypeId::String) return texts(from, to, pool);
    if (type.id == TypeId::Float32 && to->id == TypeId::BFloat16) return bfloats(from, to, pool);
    refuse_type(type, *to);
}

void check_nulls(const Column& from, const Type& to) {
    if (to.nullable || !from.has_nulls()) return;
    for (size_t row = 0; row < from.rows; ++row)
        if (from.is_null(row))
            throw Error(
                ErrorCode::InvalidArgument,
                "row " + std::to_string(row) + " is NULL, which has no place in " + to.name());
}

Column cast_nested(const Column& from, const TypePtr& to, const Pool& pool) {
    if (from.type->id != to->id || from.children.size() != to->children.size())
        refuse_type(*from.type, *to);
    Column out = relabelled(from, to, pool);
    for (size_t i = 0; i < from.children.size(); ++i)
        out.children.push_back(cast_exactly(from.children[i], to->children[i], pool));
    return out;
}

}  // namespace

ColumnPtr cast_exactly(const ColumnPtr& column, const TypePtr& to, const Pool& pool) {
    if (*column->type == *to) return column;
    if (column->type->id == TypeId::LowCardinality)
        return cast_exactly(exec::without_dictionary(column, pool), to, pool);
    check_nulls(*column, *to);
    if (to->id == TypeId::LowCardinality)
        return table::convert(
            cast_exactly(column, to->children[0]->with_nullable(to->nullable), pool), to, pool);
    if (column->type->id == TypeId::Float32 && to->id == TypeId::Float64)
        return table::convert(column, to, pool);
    bool is_leaf = column->type->children.empty() && to->children.empty();
    Column out = is_leaf ? cast_leaf(*column, to, pool) : cast_nested(*column, to, pool);
    if (to->nullable) out.nulls = exec::copy_of(column->nulls, pool);
    return std::make_shared<const Column>(std::move(out));
}

}  // namespace ch::connector
