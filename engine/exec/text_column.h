#pragma once

#include <cstdint>
#include <cstring>
#include <memory>

#include "engine/column/column.h"
#include "engine/exec/gather.h"

namespace ch::exec {

/// Gives a String or FixedString column, fresh from make_column(), its values: text_of(row), which
/// is empty for a NULL row. Throws Error{Unsupported} if 32-bit offsets cannot tell them.
template <typename TextOf>
void put_texts(column::Column& column, TextOf text_of, const std::shared_ptr<BufferPool>& pool) {
    if (column.type->id == column::TypeId::FixedString) {
        size_t width = column.type->width();
        if (!column.data.empty()) std::memset(column.data.data(), 0, column.data.size());
        for (size_t i = 0; i < column.rows; ++i)
            put_text(column.data.data() + i * width, text_of(i));
        return;
    }
    auto* offsets = column.offsets.as<int32_t>();
    for (size_t i = 0; i < column.rows; ++i)
        offsets[i + 1] = static_cast<int32_t>(text_of(i).size());
    column.data = pool->make(lengths_to_offsets(offsets, column.rows));
    for (size_t i = 0; i < column.rows; ++i) put_text(column.data.data() + offsets[i], text_of(i));
}

}  // namespace ch::exec
