#include "connector/arrow_convert.h"

#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
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
template <typename Value>
void gather(const Column& codes, const Column& dictionary, Column& result) {
    const int32_t* code = codes.data.as<int32_t>();
    const Value* from = dictionary.data.as<Value>();
    Value* to = result.data.as<Value>();
    for (size_t i = 0; i < codes.rows; ++i) to[i] = from[code[i]];
}

void gather_bytes(const Column& codes, const Column& dictionary, size_t width, Column& result) {
    const int32_t* code = codes.data.as<int32_t>();
    for (size_t i = 0; i < codes.rows; ++i)
        std::memcpy(result.data.data() + i * width,
                    dictionary.data.data() + static_cast<size_t>(code[i]) * width, width);
}

void gather_text(const Column& codes, const Column& dictionary, Column& result) {
    const int32_t* code = codes.data.as<int32_t>();
    const int32_t* ends = dictionary.offsets.as<int32_t>();
    int32_t* to = result.offsets.as<int32_t>();
    int64_t total = 0;
    for (size_t i = 0; i < codes.rows; ++i) {
        total += ends[code[i] + 1] - ends[code[i]];
        // A long text in a dictionary counts once a row here, so a batch can pass what fits.
        if (total > std::numeric_limits<int32_t>::max())
            throw Error(ErrorCode::MemoryLimit,
                        "a batch has over 2 GiB of text in one column; read fewer rows a batch");
        to[i + 1] = static_cast<int32_t>(total);
    }
    result.data.resize(static_cast<size_t>(total));
    for (size_t i = 0; i < codes.rows; ++i) {
        size_t length = static_cast<size_t>(to[i + 1] - to[i]);
        if (length > 0)
            std::memcpy(result.data.data() + to[i], dictionary.data.data() + ends[code[i]], length);
    }
}

}  // namespace

ColumnPtr decode_dictionary(const Column& codes, const Column& dictionary, const Pool& pool) {
    Column result = column::make_column(dictionary.type, codes.rows, pool);
    size_t width = dictionary.type->width();
    if (dictionary.type->id == TypeId::String) {
        gather_text(codes, dictionary, result);
    } else if (width == sizeof(uint32_t)) {
        gather<uint32_t>(codes, dictionary, result);
    } else if (width == sizeof(uint64_t)) {
        gather<uint64_t>(codes, dictionary, result);
    } else {
        gather_bytes(codes, dictionary, width, result);
    }
    return std::make_shared<const Column>(std::move(result));
}

ColumnPtr convert_values(const ColumnPtr& column, const TypePtr& target,
                         const ExportOptions& options, const Pool& pool) {
    const Type& stored = *column->type;
    if (stored.id == TypeId::LowCardinality) {
        if (target->id == TypeId::LowCardinality) return column;
        // Values are converted once a key, then spread over the rows.
        ColumnPtr dictionary = convert_values(column->children.at(0), target, options, pool);
        return decode_dictionary(*column, *dictionary, pool);
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
