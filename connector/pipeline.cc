#include "connector/pipeline.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "engine/exec/evaluate.h"

namespace ch::connector {

using column::Block;

Pipeline::Pipeline(const std::vector<Step>& steps, std::shared_ptr<BufferPool> pool)
    : steps_(steps), pool_(std::move(pool)) {
    for (const Step& step : steps_) {
        const auto* limit = std::get_if<LimitStep>(&step);
        rows_left_.push_back(limit != nullptr ? limit->rows : 0);
        // LIMIT 0 asks for the schema alone: no block is read.
        if (limit != nullptr && limit->rows == 0) is_full_ = true;
    }
}

Block Pipeline::run(Block block) {
    // A block without rows stops where it is, so its columns may be those of an earlier step:
    // callers look at the rows first.
    for (size_t i = 0; i < steps_.size() && block.rows > 0; ++i) {
        if (const auto* filter = std::get_if<FilterStep>(&steps_[i])) {
            block = apply(*filter, block);
        } else if (const auto* project = std::get_if<ProjectStep>(&steps_[i])) {
            block = apply(*project, block);
        } else {
            uint64_t rows = std::min<uint64_t>(rows_left_[i], block.rows);
            if (rows < block.rows) block = take_first(block, rows);
            rows_left_[i] -= rows;
            if (rows_left_[i] == 0) is_full_ = true;
        }
    }
    return block;
}

Block Pipeline::apply(const FilterStep& step, const Block& block) const {
    exec::Selection selection = exec::select(step.conjuncts, block, pool_);
    Block result{selection.count(block.rows), block.names, {}};
    for (const column::ColumnPtr& column : block.columns)
        result.columns.push_back(exec::take(column, selection, pool_));
    return result;
}

Block Pipeline::apply(const ProjectStep& step, const Block& block) const {
    Block result{block.rows, {}, {}};
    for (const ProjectStep::Column& column : step.columns) {
        result.names.push_back(column.name);
        // A column that is passed on keeps its pointer, and a dictionary stays one.
        result.columns.push_back(column.passed.empty()
                                     ? exec::evaluate(*column.expression, block, pool_)
                                     : block.find(column.passed));
        CH_ASSERT(result.columns.back() != nullptr);
    }
    return result;
}

Block Pipeline::take_first(const Block& block, uint64_t rows) const {
    Block result{rows, block.names, {}};
    for (const column::ColumnPtr& column : block.columns)
        result.columns.push_back(exec::slice(column, 0, rows, pool_));
    return result;
}

}  // namespace ch::connector
