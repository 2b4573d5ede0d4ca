#include "engine/column/column.h"

#include <cstring>

#include "base/error.h"

namespace ch::column {

namespace {

bool has_offsets(TypeId id) {
    return id == TypeId::String || id == TypeId::Array || id == TypeId::Map;
}

}  // namespace

std::string_view Column::text(size_t row) const {
    CH_ASSERT(row < rows);
    const char* bytes = reinterpret_cast<const char*>(data.data());
    if (type->id == TypeId::FixedString)
        return {bytes + row * type->fixed_bytes, type->fixed_bytes};
    CH_ASSERT(type->id == TypeId::String);
    const int32_t* ends = offsets.as<int32_t>();
    return {bytes + ends[row], static_cast<size_t>(ends[row + 1] - ends[row])};
}

size_t Column::bytes() const {
    size_t total = data.size() + offsets.size() + nulls.size();
    for (const ColumnPtr& child : children) total += child->bytes();
    return total;
}

ColumnPtr Block::find(std::string_view name) const {
    for (size_t i = 0; i < names.size(); ++i)
        if (names[i] == name) return columns[i];
    return nullptr;
}

Column make_column(TypePtr type, size_t rows, const std::shared_ptr<BufferPool>& pool) {
    Column column;
    column.rows = rows;
    // Types with offsets have width 0 here: their data is made when its size is known.
    size_t width = type->id == TypeId::LowCardinality ? sizeof(int32_t) : type->width();
    column.data = pool->make(rows * width);
    if (has_offsets(type->id)) {
        column.offsets = pool->make((rows + 1) * sizeof(int32_t));
        column.offsets.as<int32_t>()[0] = 0;
    }
    column.type = std::move(type);
    return column;
}

Column make_default_column(TypePtr type, size_t rows, const std::shared_ptr<BufferPool>& pool) {
    CH_ASSERT(type->id != TypeId::Unsupported);
    Column column = make_column(type, rows, pool);
    if (!column.data.empty()) std::memset(column.data.data(), 0, column.data.size());
    if (!column.offsets.empty()) std::memset(column.offsets.data(), 0, column.offsets.size());
    if (type->nullable) {
        column.nulls = pool->make(rows);
        if (rows > 0) std::memset(column.nulls.data(), 1, rows);
    }
    // All codes are 0, so a dictionary needs one value to point to; lists are empty and need none.
    size_t child_rows = type->id == TypeId::Tuple            ? rows
                        : type->id == TypeId::LowCardinality ? 1
                                                             : 0;
    for (const TypePtr& child : type->children)
        column.children.push_back(
            std::make_shared<const Column>(make_default_column(child, child_rows, pool)));
    return column;
}

}  // namespace ch::column
