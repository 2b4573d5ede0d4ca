#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/buffer.h"
#include "connector/bind.h"
#include "engine/column/column.h"

namespace ch::connector {

/// Runs a bound plan's steps over the blocks of one split. Used by one thread. Requires: `steps`
/// outlives it.
class Pipeline {
public:
    Pipeline(const std::vector<Step>& steps, std::shared_ptr<BufferPool> pool);

    /// What the steps make of a block; it may have no row.
    column::Block run(column::Block block);
    /// True when a limit is used up, so that no later block yields a row.
    [[nodiscard]] bool is_full() const { return is_full_; }

private:
    column::Block apply(const FilterStep& step, const column::Block& block) const;
    column::Block apply(const ProjectStep& step, const column::Block& block) const;
    column::Block take_first(const column::Block& block, uint64_t rows) const;

    const std::vector<Step>& steps_;
    std::vector<uint64_t> rows_left_;  ///< one a step; only those of limits count
    std::shared_ptr<BufferPool> pool_;
    bool is_full_ = false;
};

}  // namespace ch::connector
