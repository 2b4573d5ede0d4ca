#include "engine/table/conversion.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "base/bytes.h"
#include "base/error.h"
#include "engine/exec/gather.h"
#include "engine/exec/spark_types.h"
#include "engine/exec/value_order.h"

namespace ch::table {

using column::Column;
using column::ColumnPtr;
using column::Int128;
using column::Type;
using column::TypeId;
using column::TypePtr;

namespace {

bool is_signed(TypeId id) {
    return id >= TypeId::Int8 && id <= TypeId::Int64;
}
bool is_unsigned(TypeId id) {
    return id == TypeId::Bool || (id >= TypeId::UInt8 && id <= TypeId::UInt64);
}
bool is_enum(TypeId id) {
    return id == TypeId::Enum8 || id == TypeId::Enum16;
}

/// Decimal digits of the largest value of an integer type.
unsigned digits_max(const Type& type) {
    switch (type.width()) {
        case 1:
            return 3;
        case 2:
            return 5;
        case 4:
            return 10;
        default:
            return is_signed(type.id) ? 19 : 20;
    }
}

bool widens_integer(const Type& from, const Type& to) {
    if (to.id == TypeId::Bool) return false;
    if (is_signed(from.id)) return is_signed(to.id) && to.width() >= from.width();
    if (!is_unsigned(from.id)) return false;
    return is_unsigned(to.id) ? to.width() >= from.width()
                              : is_signed(to.id) && to.width() > from.width();
}

bool widens_to_decimal(const Type& from, const Type& to) {
    if (to.id != TypeId::Decimal || to.precision > 38) return false;
    unsigned whole = static_cast<unsigned>(to.precision - to.scale);
    if (from.id == TypeId::Decimal)
        return to.scale >= from.scale &&
               whole >= static_cast<unsigned>(from.precision - from.scale);
    return (is_signed(from.id) || is_unsigned(from.id)) && whole >= digits_max(from);
}

bool widens_time(const Type& from, const Type& to) {
    if (from.id == TypeId::Date) return to.id == TypeId::Date32;
    if (from.id == TypeId::DateTime) return to.id == TypeId::DateTime64;
    return from.id == TypeId::DateTime64 && to.id == TypeId::DateTime64 && to.scale >= from.scale;
}

bool extends_enum(const Type& from, const Type& to) {
    if (!is_enum(from.id) || !is_enum(to.id)) return false;
    return std::all_of(from.enum_values.begin(), from.enum_values.end(), [&](const auto& value) {
        return std::find(to.enum_values.begin(), to.enum_values.end(), value) !=
               to.enum_values.end();
    });
}

/// Same bytes, other label: time zones, and the wider Enum of the same width.
bool has_same_bytes(const Type& from, const Type& to) {
    if (extends_enum(from, to)) return from.id == to.id;
    return from.id == to.id && from.precision == to.precision && from.scale == to.scale &&
           from.fixed_bytes == to.fixed_bytes && from.enum_values == to.enum_values &&
           from.children.empty() && from.id != TypeId::Unsupported;
}

Int128 load_integer(const uint8_t* from, size_t width, bool with_sign) {
    switch (width) {
        case 1:
            return with_sign ? Int128(load<int8_t>(from)) : Int128(*from);
        case 2:
            return with_sign ? Int128(load<int16_t>(from)) : Int128(load<uint16_t>(from));
        case 4:
            return with_sign ? Int128(load<int32_t>(from)) : Int128(load<uint32_t>(from));
        case 8:
            return with_sign ? Int128(load<int64_t>(from)) : Int128(load<uint64_t>(from));
        default:
            return load<Int128>(from);
    }
}

Column relabelled_copy(const Column& column, const TypePtr& to,
                       const std::shared_ptr<BufferPool>& pool) {
    Column out;
    out.type = to;
    out.rows = column.rows;
    out.data = exec::copy_of(column.data, pool);
    out.offsets = exec::copy_of(column.offsets, pool);
    out.children = column.children;
    return out;
}

/// Every value times `factor`, in the target's width. NULL rows may hold anything, so only the
/// others are checked.
Column scaled_integers(const Column& column, const TypePtr& to, Int128 factor,
                       const std::shared_ptr<BufferPool>& pool) {
    Column out = column::make_column(to, column.rows, pool);
    size_t from_width = column.type->width(), to_width = to->width();
    TypeId id = column.type->id;
    bool with_sign = !is_unsigned(id) && id != TypeId::Date && id != TypeId::DateTime;
    for (size_t row = 0; row < column.rows; ++row) {
        Int128 value = load_integer(column.data.data() + row * from_width, from_width, with_sign);
        if (column.is_null(row)) value = 0;
        Int128 scaled = value * factor;
        if (to_width == 8 && factor > 1 && (scaled > INT64_MAX || scaled < INT64_MIN))
            throw Error(ErrorCode::Unsupported, "a value of type " + column.type->name() +
                                                    " has no place in " + to->name() +
                                                    "; run OPTIMIZE TABLE ... FINAL in ClickHouse");
        std::memcpy(out.data.data() + row * to_width, &scaled, to_width);
    }
    return out;
}

Column widened_floats(const Column& column, const TypePtr& to,
                      const std::shared_ptr<BufferPool>& pool) {
    Column out = column::make_column(to, column.rows, pool);
    for (size_t row = 0; row < column.rows; ++row)
        out.data.as<double>()[row] = static_cast<double>(column.data.as<float>()[row]);
    return out;
}

Column fixed_text(const Column& column, const TypePtr& to,
                  const std::shared_ptr<BufferPool>& pool) {
    size_t width = column.type->fixed_bytes;
    if (to->id == TypeId::FixedString) {
        Column out = column::make_column(to, column.rows, pool);
        if (!out.data.empty()) std::memset(out.data.data(), 0, out.data.size());
        for (size_t row = 0; row < column.rows; ++row)
            std::memcpy(out.data.data() + row * to->fixed_bytes, column.data.data() + row * width,
                        width);
        return out;
    }
    if (width * column.rows > INT32_MAX)
        throw Error(ErrorCode::MemoryLimit,
                    "the values of a batch exceed 2 GiB; use smaller batches");
    // ClickHouse's CAST leaves out the zeros that fill a value up.
    Column out = column::make_column(to, column.rows, pool);
    out.data = pool->make(column.data.size());
    int32_t end = 0;
    out.offsets.as<int32_t>()[0] = 0;
    for (size_t row = 0; row < column.rows; ++row) {
        const uint8_t* value = column.data.data() + row * width;
        size_t size = width;
        while (size > 0 && value[size - 1] == 0) --size;
        if (size > 0) std::memcpy(out.data.data() + end, value, size);
        end += static_cast<int32_t>(size);
        out.offsets.as<int32_t>()[row + 1] = end;
    }
    out.data.resize(static_cast<size_t>(end));
    return out;
}

/// Values of a type without LowCardinality and children, NULLs left aside.
Column convert_values(const ColumnPtr& column, const TypePtr& to,
                      const std::shared_ptr<BufferPool>& pool) {
    const Type& from = *column->type;
    if (has_same_bytes(from, *to)) return relabelled_copy(*column, to, pool);
    if (from.id == TypeId::Float32) return widened_floats(*column, to, pool);
    if (from.id == TypeId::FixedString) return fixed_text(*column, to, pool);
    if (is_enum(from.id) && to->id == TypeId::String)
        return relabelled_copy(*exec::without_dictionary(exec::to_spark(column, pool), pool), to,
                               pool);
    unsigned from_scale = exec::scale_of(from), to_scale = exec::scale_of(*to);
    if (to->id == TypeId::DateTime64) {
        from_scale = from.id == TypeId::DateTime64 ? from.scale : 0;
        to_scale = to->scale;
    }
    return scaled_integers(*column, to, exec::power_of_ten(to_scale - from_scale), pool);
}

ColumnPtr with_dictionary(const Column& column, const TypePtr& to,
                          const std::shared_ptr<BufferPool>& pool) {
    size_t width = column.type->width();
    auto bytes_of = [&](size_t row) {
        if (column.type->id == TypeId::String) return column.text(row);
        return as_text({column.data.data() + row * width, width});
    };
    std::unordered_map<std::string_view, int32_t> codes;
    std::vector<uint32_t> first_rows;
    Column out = column::make_column(to, column.rows, pool);
    for (size_t row = 0; row < column.rows; ++row) {
        auto [entry, is_new] =
            codes.try_emplace(bytes_of(row), static_cast<int32_t>(first_rows.size()));
        if (is_new) first_rows.push_back(static_cast<uint32_t>(row));
        out.data.as<int32_t>()[row] = entry->second;
    }
    Column words = exec::gather(column, first_rows, pool);
    words.nulls = Buffer();
    words.type = to->children[0];
    out.children.push_back(std::make_shared<const Column>(std::move(words)));
    out.nulls = exec::copy_of(column.nulls, pool);
    return std::make_shared<const Column>(std::move(out));
}

void check_nulls(const Column& column, const Type& to) {
    if (to.nullable || !column.has_nulls()) return;
    for (size_t row = 0; row < column.rows; ++row)
        if (column.is_null(row))
            throw Error(ErrorCode::Unsupported, "a NULL of type " + column.type->name() +
                                                    " has no place in " + to.name() +
                                                    "; run OPTIMIZE TABLE ... FINAL in ClickHouse");
}

}  // namespace

bool can_convert(const Type& from, const Type& to) {
    if (from.id == TypeId::LowCardinality || to.id == TypeId::LowCardinality)
        return can_convert(from.id == TypeId::LowCardinality ? *from.children[0] : from,
                           to.id == TypeId::LowCardinality ? *to.children[0] : to);
    if (!from.children.empty() || !to.children.empty()) {
        bool alike = from.id == to.id && from.children.size() == to.children.size() &&
                     from.element_names == to.element_names;
        for (size_t i = 0; alike && i < from.children.size(); ++i)
            alike = can_convert(*from.children[i], *to.children[i]);
        return alike;
    }
    if (has_same_bytes(from, to) || extends_enum(from, to)) return true;
    if (from.id == TypeId::Float32) return to.id == TypeId::Float64;
    if (from.id == TypeId::FixedString)
        return to.id == TypeId::String || (to.id == from.id && to.fixed_bytes >= from.fixed_bytes);
    if (is_enum(from.id) && to.id == TypeId::String) return true;
    return widens_integer(from, to) || widens_to_decimal(from, to) || widens_time(from, to);
}

ColumnPtr convert(const ColumnPtr& column, const TypePtr& to,
                  const std::shared_ptr<BufferPool>& pool) {
    if (*column->type == *to) return column;
    check_nulls(*column, *to);
    if (column->type->id == TypeId::LowCardinality)
        return convert(exec::without_dictionary(column, pool), to, pool);
    if (to->id == TypeId::LowCardinality) {
        TypePtr plain = to->children[0]->with_nullable(to->nullable);
        return with_dictionary(*convert(column, plain, pool), to, pool);
    }
    Column out;
    if (to->children.empty()) {
        out = convert_values(column, to, pool);
    } else {
        out = relabelled_copy(*column, to, pool);
        for (size_t i = 0; i < out.children.size(); ++i)
            out.children[i] = convert(out.children[i], to->children[i], pool);
    }
    if (to->nullable) out.nulls = exec::copy_of(column->nulls, pool);
    return std::make_shared<const Column>(std::move(out));
}

}  // namespace ch::table
