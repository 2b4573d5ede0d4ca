#include <cstring>

#include "base/error.h"
#include "engine/exec/evaluate.h"

namespace ch::exec {

using column::Column;
using column::ColumnPtr;
using column::TypeId;

using Pool = std::shared_ptr<BufferPool>;

namespace {

Buffer bytes_of(const Buffer& from, size_t offset, size_t size, const Pool& pool) {
    Buffer part = pool->make(size);
    if (size > 0) std::memcpy(part.data(), from.data() + offset, size);
    return part;
}

}  // namespace

ColumnPtr slice(const ColumnPtr& column, size_t from, size_t count, const Pool& pool) {
    CH_ASSERT(from <= column->rows && count <= column->rows - from);
    // Columns are immutable: the same pointer will do.
    if (from == 0 && count == column->rows) return column;
    Column part = column::make_column(column->type, count, pool);
    if (column->has_nulls()) part.nulls = bytes_of(column->nulls, from, count, pool);
    TypeId id = column->type->id;
    if (id == TypeId::LowCardinality) {
        part.data = bytes_of(column->data, from * sizeof(int32_t), count * sizeof(int32_t), pool);
        // Codes are cut, the dictionary is shared.
        part.children = column->children;
    } else if (id == TypeId::Tuple) {
        for (const ColumnPtr& child : column->children)
            part.children.push_back(slice(child, from, count, pool));
    } else if (!column->offsets.empty()) {
        const int32_t* ends = column->offsets.as<int32_t>();
        auto begin = static_cast<size_t>(ends[from]);
        size_t size = static_cast<size_t>(ends[from + count]) - begin;
        // offsets[0] of a column is 0 (column.h), so a slice's are moved down to its own bytes.
        for (size_t i = 0; i <= count; ++i)
            part.offsets.as<int32_t>()[i] = ends[from + i] - ends[from];
        if (id == TypeId::String) part.data = bytes_of(column->data, begin, size, pool);
        for (const ColumnPtr& child : column->children)
            part.children.push_back(slice(child, begin, size, pool));
    } else {
        size_t width = column->type->width();
        part.data = bytes_of(column->data, from * width, count * width, pool);
    }
    return std::make_shared<const Column>(std::move(part));
}

}  // namespace ch::exec
