#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/buffer.h"
#include "engine/column/type.h"

namespace ch::column {

/// A run of values of one type in memory, laid out so that Arrow can take the buffers as they are.
///
///   type             data                      offsets (int32)      children
///   fixed width      rows * width bytes        -                    -
///   String           the bytes of all values   rows + 1             -
///   LowCardinality   rows int32 codes          -                    1: the distinct values
///   Array            -                         rows + 1             1: the elements
///   Map              -                         rows + 1             2: keys, values
///   Tuple            -                         -                    elements of `rows` rows each
///
/// offsets[0] is 0. `nulls` has one byte a row, 1 = NULL, or is empty when no row is NULL; a NULL
/// row's value is whatever the file held (its offsets are right). A LowCardinality's own `nulls`
/// tells its NULL rows; its dictionary has none. Values are little-endian, as in ClickHouse's
/// files: UUID, IPv6, Decimal and wide integers too. Move-only while it is built; immutable and
/// shared once it is a ColumnPtr.
struct Column {
    TypePtr type;
    size_t rows = 0;
    Buffer data;
    Buffer offsets;
    Buffer nulls;
    std::vector<std::shared_ptr<const Column>> children;

    [[nodiscard]] bool has_nulls() const { return !nulls.empty(); }
    [[nodiscard]] bool is_null(size_t row) const { return has_nulls() && nulls.data()[row] != 0; }
    /// Requires: String, or FixedString.
    [[nodiscard]] std::string_view text(size_t row) const;
    /// Bytes of all buffers, children included.
    [[nodiscard]] size_t bytes() const;
};
using ColumnPtr = std::shared_ptr<const Column>;

/// Columns of equal length with names. A block may have no column and still have rows (COUNT(*)).
struct Block {
    size_t rows = 0;
    std::vector<std::string> names;
    std::vector<ColumnPtr> columns;

    /// The column of that name, or null.
    [[nodiscard]] ColumnPtr find(std::string_view name) const;
};

/// A column with `rows` rows and nothing set: fixed-width data and offsets are sized, not
/// initialised.
Column make_column(TypePtr type, size_t rows, const std::shared_ptr<BufferPool>& pool);

/// `rows` rows of the type's default value (0, empty, NULL for a nullable type).
Column make_default_column(TypePtr type, size_t rows, const std::shared_ptr<BufferPool>& pool);

}  // namespace ch::column
