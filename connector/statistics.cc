#include "connector/statistics.h"

#include <utility>
#include <vector>

#include "connector/limits.h"
#include "engine/exec/spark_types.h"
#include "engine/format/single_value.h"

namespace ch::connector {

using column::Scalar;
using column::Type;
using column::TypeId;
using column::TypePtr;

namespace {

/// Types whose scalars compare as their values do, in ClickHouse's sort and in Spark's. Not floats:
/// minmax files of several versions leave numbers out where there is a NaN.
bool has_simple_order(const Type& type) {
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
        case TypeId::String:
        case TypeId::Date:
        case TypeId::Date32:
        case TypeId::DateTime:
            return !type.nullable;
        case TypeId::DateTime64:
            return !type.nullable && type.scale <= 6;
        case TypeId::Decimal:
            return !type.nullable && type.precision <= 38;
        default:
            return false;
    }
}

Scalar value_at(const column::Column& values, size_t row) {
    if (values.type->id == TypeId::String) return std::string(values.text(row));
    size_t width = values.type->width();
    return format::scalar_of_bytes({values.data.data() + row * width, width}, *values.type);
}

/// The types of the primary key's columns, or nothing if one is no plain column.
std::vector<TypePtr> key_types(const table::TableSchema& schema) {
    std::vector<TypePtr> types;
    for (const std::string& key : schema.primary_key) {
        const table::TableColumn* column = schema.find(key);
        if (column == nullptr) return {};
        types.push_back(column->type);
    }
    return types;
}

std::optional<part::MinMax> bounds_in_part(const part::Part& part, const table::TableColumn& column,
                                           const std::vector<TypePtr>& leading_key) {
    // Parts written before the column changed its type hold bounds and keys of the old one.
    std::optional<size_t> position = part.find_column(column.name);
    if (!position || !(*part.columns()[*position].type == *column.type)) return std::nullopt;
    if (std::optional<part::MinMax> known = part.min_max(column.name, *column.type)) return known;
    if (leading_key.empty() || !part.granules().has_final_mark) return std::nullopt;
    const auto& index = part.primary_index(leading_key);
    if (index.empty() || index[0]->rows == 0) return std::nullopt;
    // The first key of the first granule and, behind the final mark, of the part's last row
    // (mergetree.md 6.1): sorted, so they bound the column. Rows that are deleted lightly make
    // bounds wide, never wrong.
    return part::MinMax{value_at(*index[0], 0), value_at(*index[0], index[0]->rows - 1)};
}

std::optional<part::MinMax> bounds(const table::Table& table, const table::TableColumn& column) {
    const table::TableSchema& schema = table.schema();
    std::vector<TypePtr> leading_key;
    // An index is read whole; a table of thousands of parts would read for longer than a plan is
    // worth.
    if (!schema.primary_key.empty() && schema.primary_key[0] == column.name &&
        table.parts().size() <= kIndexedPartsMax)
        leading_key = key_types(schema);
    std::optional<part::MinMax> all;
    for (const auto& part : table.parts()) {
        if (part->rows() == 0) continue;
        std::optional<part::MinMax> here = bounds_in_part(*part, column, leading_key);
        // A bound that one part lacks bounds nothing of the table.
        if (!here) return std::nullopt;
        if (!all) {
            all = std::move(here);
            continue;
        }
        if (here->min < all->min) all->min = std::move(here->min);
        if (all->max < here->max) all->max = std::move(here->max);
    }
    return all;
}

}  // namespace

ColumnStatistics column_statistics(const table::Table& table, const table::TableColumn& column) {
    ColumnStatistics statistics;
    if (column.type->id == TypeId::Unsupported) return statistics;
    if (!column.type->nullable) statistics.null_count = 0;
    // A broken part's rows are not known, and a reader may yet fail on it: no promise about values.
    if (!has_simple_order(*column.type) || !table.broken_parts().empty()) return statistics;
    // Parts that have it under another name tell nothing by today's.
    for (const table::PartView& view : table.views())
        if (view.stored_names.count(column.name) > 0) return statistics;
    std::optional<part::MinMax> found = bounds(table, column);
    if (!found) return statistics;
    statistics.type = exec::spark_type(*column.type);
    statistics.min = exec::to_spark(found->min, *column.type);
    statistics.max = exec::to_spark(found->max, *column.type);
    return statistics;
}

}  // namespace ch::connector
