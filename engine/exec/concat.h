#pragma once

#include <memory>
#include <span>

#include "engine/column/column.h"

namespace ch::exec {

/// A run of a column's rows.
struct ColumnPiece {
    column::ColumnPtr column;
    size_t from = 0;
    size_t rows = 0;
};

/// The pieces one after the other. Types are equal. Throws Error{MemoryLimit}, and
/// Error{Unsupported} if text or elements pass what 32-bit offsets can tell. Requires: a piece.
column::ColumnPtr concat(std::span<const ColumnPiece> pieces,
                         const std::shared_ptr<BufferPool>& pool);

}  // namespace ch::exec
