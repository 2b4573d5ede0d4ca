#include "connector/arrow_convert.h"

#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "engine/exec/gather.h"
#include "engine/exec/spark_types.h"

namespace ch::connector {

using column::Column;
using column::ColumnPtr;
using column::Type;
using column::TypeId;
using column::TypePtr;

namespace {

using Pool = std::shared_ptr<BufferPool>;

template <typename From, typename To>
ColumnPtr widen(const Column& column, const TypePtr& target, const Pool& pool) {
    Column result = column::make_column(target, column.rows, pool);
    const From* from = column.data.as<From>();
    To* to = result.data.as<To>();
    for (size_t i = 0; i < column.rows; ++i) to[i] = static_cast<To>(from[i]);
    return std::make_shared<const Column>(std::move(result));
}

/// Ticks in a unit `factor` times as fine.
ColumnPtr refine(const Column& column, int64_t factor, const TypePtr& target, const Pool& pool) {
    Column result = column::make_column(target, column.rows, pool);
    const int64_t* from = column.data.as<int64_t>();
    int64_t* to = result.data.as<int64_t>();
    for (size_t i = 0; i < column.rows; ++i) {
        // A NULL row may hold any bytes; 0 is as good, and what wrapped must not be shown as a
        // value.
        if (!__builtin_mul_overflow(from[i], factor, &to[i])) continue;
        to[i] = 0;
        if (!column.is_null(i))
            throw Error(ErrorCode::InvalidArgument,
                        "a " + column.type->name() + " of " + std::to_string(from[i]) +
                            " ticks does not fit Arrow's next finer unit; read it as \"spark\" "
                            "types or cast the column");
    }
    return std::make_shared<const Column>(std::move(result));
}

ColumnPtr refine_to_scale(const Column& column, const TypePtr& target, const Pool& pool) {
    int64_t factor = 1;
    for (unsigned scale = column.type->scale; scale < target->scale; ++scale) factor *= 10;
    return refine(column, factor, target, pool);
}

ColumnPtr bfloat_to_float(const Column& column, const TypePtr& target, const Pool& pool) {
    Column result = column::make_column(target, column.rows, pool);
    const uint16_t* from = column.data.as<uint16_t>();
    uint32_t* to = result.data.as<uint32_t>();
    for (size_t i = 0; i < column.rows; ++i) to[i] = static_cast<uint32_t>(from[i]) << 16;
    return std::make_shared<const Column>(std::move(result));
}

/// ClickHouse stores a UUID as two little-endian halves, the first 8 printed bytes first.
ColumnPtr uuid_to_printed_order(const Column& column, const TypePtr& target, const Pool& pool) {
    Column result = column::make_column(target, column.rows, pool);
    const uint64_t* from = column.data.as<uint64_t>();
    uint64_t* to = result.data.as<uint64_t>();
    for (size_t i = 0; i < column.rows * 2; ++i) to[i] = __builtin_bswap64(from[i]);
    return std::make_shared<const Column>(std::move(result));
}

ColumnPtr widen_decimal(const ColumnPtr& column, const ExportOptions& options, const Pool& pool) {
    size_t width = column->type->width();
    // Arrow's decimals of 32 and 64 bits are young; a client that lacks them asks for 128.
    if (decimal_width(*column->type, options) == width) return column;
    Column result;
    result.type = column->type;
    result.rows = column->rows;
    result.data = pool->make(column->rows * sizeof(column::Int128));
    auto* to = result.data.as<column::Int128>();
    for (size_t i = 0; i < column->rows; ++i)
        to[i] = width == 4 ? column::Int128{column->data.as<int32_t>()[i]}
                           : column::Int128{column->data.as<int64_t>()[i]};
    return std::make_shared<const Column>(std::move(result));
}

ColumnPtr to_arrow(const ColumnPtr& column, const TypePtr& target, const Pool& pool) {
    switch (column->type->id) {
        case TypeId::Date:
            return widen<uint16_t, int32_t>(*column, target, pool);
        case TypeId::DateTime:
            return widen<uint32_t, int64_t>(*column, target, pool);
        case TypeId::Time:
            return widen<int32_t, int64_t>(*column, target, pool);
        case TypeId::DateTime64:
        case TypeId::Time64:
            return column->type->scale == target->scale ? column
                                                        : refine_to_scale(*column, target, pool);
        case TypeId::BFloat16:
            return bfloat_to_float(*column, target, pool);
        case TypeId::Uuid:
            return uuid_to_printed_order(*column, target, pool);
        default:
            return column;
    }
}

/// Codes need no check: the decoder compared them with the dictionary, a NULL row's too, which is 0
/// in files.
}  // namespace

ColumnPtr convert_values(const ColumnPtr& column, const TypePtr& target,
                         const ExportOptions& options, const Pool& pool) {
    const Type& stored = *column->type;
    if (stored.id == TypeId::LowCardinality) {
        if (target->id == TypeId::LowCardinality) return column;
        // Values are converted once a key, then spread over the rows.
        ColumnPtr dictionary = convert_values(column->children.at(0), target, options, pool);
        return exec::values_of_codes(*column, *dictionary, pool);
    }
    // Both kinds of types show an enum as its names in a dictionary, so the branch above does the
    // rest.
    if (stored.id == TypeId::Enum8 || stored.id == TypeId::Enum16)
        return convert_values(exec::to_spark(column, pool), target, options, pool);
    ColumnPtr values = options.types == ResultTypes::Spark ? exec::to_spark(column, pool)
                                                           : to_arrow(column, target, pool);
    return target->id == TypeId::Decimal ? widen_decimal(values, options, pool) : values;
}

}  // namespace ch::connector
