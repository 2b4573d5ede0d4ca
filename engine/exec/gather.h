#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#include "engine/column/column.h"

namespace ch::exec {

/// Building blocks for columns made of other columns' rows. All throw Error{MemoryLimit}, and
/// Error{Unsupported} if text or elements pass what 32-bit offsets can tell.

/// A copy of the bytes; an empty buffer stays one without memory.
Buffer copy_of(const Buffer& from, const std::shared_ptr<BufferPool>& pool);

/// rows[i] of the column for each i, in that order. Requires: all are below column.rows.
column::Column gather(const column::Column& column, std::span<const uint32_t> rows,
                      const std::shared_ptr<BufferPool>& pool);

/// A LowCardinality column as a plain one of its values. NULL rows stay NULL. Others: the same
/// pointer.
column::ColumnPtr without_dictionary(const column::ColumnPtr& column,
                                     const std::shared_ptr<BufferPool>& pool);

/// The values that a LowCardinality column's codes stand for in another dictionary of as many rows,
/// nullable as `codes` is.
column::ColumnPtr values_of_codes(const column::Column& codes, const column::Column& dictionary,
                                  const std::shared_ptr<BufferPool>& pool);

/// memcpy, which may not be called with a null pointer, as texts without any byte have.
inline void put_text(uint8_t* to, std::string_view text) {
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
}

/// Sets offsets[i + 1] from lengths that were written there, and returns the sum.
size_t lengths_to_offsets(int32_t* offsets, size_t rows);

}  // namespace ch::exec
