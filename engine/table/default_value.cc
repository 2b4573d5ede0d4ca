#include "engine/table/default_value.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "engine/table/constant.h"

namespace ch::table {

using column::Column;
using column::ColumnPtr;
using column::TypeId;
using column::TypePtr;

namespace {

/// The bytes of `unit`, `times` times over.
Buffer repeat_bytes(const uint8_t* unit, size_t size, size_t times,
                    const std::shared_ptr<BufferPool>& pool) {
    Buffer buffer = pool->make(size * times);
    if (size == 0 || times == 0) return buffer;
    if (size == 1) {
        std::memset(buffer.data(), unit[0], times);
        return buffer;
    }
    std::memcpy(buffer.data(), unit, size);
    for (size_t done = size; done < buffer.size();) {
        size_t more = std::min(done, buffer.size() - done);
        std::memcpy(buffer.data() + done, buffer.data(), more);
        done += more;
    }
    return buffer;
}

void store_least_enum_value(Column& column) {
    const auto& values = column.type->enum_values;
    auto least = std::min_element(values.begin(), values.end(),
                                  [](const auto& a, const auto& b) { return a.second < b.second; });
    if (least == values.end()) return;
    for (size_t row = 0; row < column.rows; ++row) {
        if (column.type->id == TypeId::Enum8)
            column.data.as<int8_t>()[row] = static_cast<int8_t>(least->second);
        else
            column.data.as<int16_t>()[row] = least->second;
    }
}

/// Every element of `column`'s rows, `times` times: the whole column over and over.
ColumnPtr repeat_whole(const Column& column, size_t times,
                       const std::shared_ptr<BufferPool>& pool) {
    Column out;
    out.type = column.type;
    out.rows = column.rows * times;
    out.data = repeat_bytes(column.data.data(), column.data.size(), times, pool);
    if (column.has_nulls()) out.nulls = repeat_bytes(column.nulls.data(), column.rows, times, pool);
    if (!column.offsets.empty()) {
        out.offsets = pool->make((out.rows + 1) * sizeof(int32_t));
        auto* to = out.offsets.as<int32_t>();
        const auto* from = column.offsets.as<int32_t>();
        to[0] = 0;
        for (size_t row = 0; row < out.rows; ++row) {
            size_t unit = row % column.rows;
            to[row + 1] = to[row] + (from[unit + 1] - from[unit]);
        }
    }
    for (const ColumnPtr& child : column.children)
        out.children.push_back(
            column.type->id == TypeId::LowCardinality ? child : repeat_whole(*child, times, pool));
    return std::make_shared<const Column>(std::move(out));
}

}  // namespace

Column make_fill_column(const TypePtr& type, size_t rows, const std::shared_ptr<BufferPool>& pool) {
    Column column = column::make_default_column(type, rows, pool);
    if (type->id == TypeId::Enum8 || type->id == TypeId::Enum16) store_least_enum_value(column);
    bool has_rows_below = type->id == TypeId::Tuple || type->id == TypeId::LowCardinality;
    for (ColumnPtr& child : column.children)
        if (has_rows_below)
            child =
                std::make_shared<const Column>(make_fill_column(child->type, child->rows, pool));
    return column;
}

ColumnPtr default_value(const TableColumn& column, const std::shared_ptr<BufferPool>& pool) {
    if (column.default_expression.empty())
        return std::make_shared<const Column>(make_fill_column(column.type, 1, pool));
    try {
        std::vector<SqlToken> tokens = tokenize_sql(column.default_expression);
        Constant value = parse_constant(std::span(tokens).first(tokens.size() - 1));
        Constant typed = cast_constant(value, *column.type);
        return std::make_shared<const Column>(constant_column(column.type, {&typed, 1}, pool));
    } catch (const Error& error) {
        if (error.code() == ErrorCode::Bug || error.code() == ErrorCode::MemoryLimit) throw;
        throw Error(
            ErrorCode::Unsupported,
            "column " + column.name + " is missing in a part and its " + column.default_kind + " " +
                column.default_expression + " cannot be computed here: " + error.message() +
                "; run ALTER TABLE ... MATERIALIZE COLUMN " + column.name + " in ClickHouse");
    }
}

ColumnPtr repeat(const Column& one, size_t rows, const std::shared_ptr<BufferPool>& pool) {
    CH_ASSERT(one.rows == 1);
    constexpr size_t kOffsetMax = INT32_MAX;
    size_t text_bytes = one.offsets.empty() ? 0 : static_cast<size_t>(one.offsets.as<int32_t>()[1]);
    if (text_bytes > 0 && rows > kOffsetMax / text_bytes)
        throw Error(ErrorCode::MemoryLimit, "a default of " + std::to_string(text_bytes) +
                                                " bytes does not fit " + std::to_string(rows) +
                                                " rows of a batch; use smaller batches");
    return repeat_whole(one, rows, pool);
}

}  // namespace ch::table
