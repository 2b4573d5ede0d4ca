#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/column/column.h"

namespace ch::exec {

/// Rows [from, from + count) of a block.
struct RowRun {
    uint32_t from = 0;
    uint32_t count = 0;
    bool operator==(const RowRun&) const = default;
};

/// The numbers of the runs' rows.
std::vector<uint32_t> rows_of(std::span<const RowRun> runs);

/// The rows of the runs, which rise, one behind the other: what take() does for a selection with
/// few gaps, in copies of whole runs. Throws Error{MemoryLimit}. Requires: all are below the
/// column's rows.
column::ColumnPtr take_runs(const column::ColumnPtr& column, std::span<const RowRun> runs,
                            const std::shared_ptr<BufferPool>& pool);

}  // namespace ch::exec
