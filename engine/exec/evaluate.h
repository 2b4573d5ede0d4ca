#pragma once

#include <memory>
#include <vector>

#include "engine/column/column.h"
#include "engine/exec/expression.h"

namespace ch::exec {

/// The expression's value for every row of the block, whose columns may have stored or normalised
/// types. Thread-safe. Throws Error{MemoryLimit}, or Error{InvalidArgument} if the block lacks a
/// column.
column::ColumnPtr evaluate(const Expression& expression, const column::Block& block,
                           const std::shared_ptr<BufferPool>& pool);

/// Row numbers, rising, for which a predicate is true (not false, not NULL).
struct Selection {
    std::vector<uint32_t> rows;
    bool all = false;  ///< every row; `rows` is then empty
    [[nodiscard]] size_t count(size_t block_rows) const { return all ? block_rows : rows.size(); }
};

/// Evaluates conjuncts left to right, each only on the rows that are left (design P7).
Selection select(const std::vector<ExpressionPtr>& predicate, const column::Block& block,
                 const std::shared_ptr<BufferPool>& pool);

/// The selected rows of a column, in order. The same pointer when all are.
column::ColumnPtr take(const column::ColumnPtr& column, const Selection& selection,
                       const std::shared_ptr<BufferPool>& pool);
/// Rows [from, from + count) of a column.
column::ColumnPtr slice(const column::ColumnPtr& column, size_t from, size_t count,
                        const std::shared_ptr<BufferPool>& pool);

}  // namespace ch::exec
