#include "engine/store/sorted_merge.h"

#include <algorithm>

#include "engine/exec/concat.h"
#include "engine/exec/sort.h"
#include "engine/exec/stored_order.h"

namespace ch::storage {

using column::Block;

SortedMerge::SortedMerge(std::vector<std::unique_ptr<table::Scan>> scans,
                         std::vector<std::string> key, std::shared_ptr<BufferPool> pool)
    : key_(std::move(key)), pool_(std::move(pool)) {
    for (std::unique_ptr<table::Scan>& scan : scans)
        inputs_.push_back({std::move(scan), {}, {}, 0});
}

/// False at the input's end.
bool SortedMerge::fill(Input& input) {
    while (input.row == input.block.rows) {
        std::optional<Block> block = input.scan->next();
        if (!block) return false;
        input.block = std::move(*block);
        input.key = exec::columns_of(input.block, key_);
        input.row = 0;
    }
    return true;
}

/// The first row whose key is above the last one of `bound`.
size_t SortedMerge::rows_up_to(const Input& input, const Input& bound) const {
    size_t low = input.row;
    size_t high = input.block.rows;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (exec::compare_stored(input.key, middle, bound.key, bound.block.rows - 1) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// What is at most the least of the blocks' last keys cannot be preceded by anything that was not
// read yet.
std::optional<Block> SortedMerge::next() {
    std::erase_if(inputs_, [&](Input& input) { return !fill(input); });
    if (inputs_.empty()) return std::nullopt;
    const Input* bound = &inputs_.front();
    for (const Input& input : inputs_)
        if (exec::compare_stored(input.key, input.block.rows - 1, bound->key,
                                 bound->block.rows - 1) < 0)
            bound = &input;
    std::vector<size_t> ends;
    for (const Input& input : inputs_) ends.push_back(rows_up_to(input, *bound));
    Block joined{0, inputs_.front().block.names, {}};
    for (size_t i = 0; i < inputs_.size(); ++i) joined.rows += ends[i] - inputs_[i].row;
    for (size_t column = 0; column < joined.names.size(); ++column) {
        std::vector<exec::ColumnPiece> pieces;
        for (size_t i = 0; i < inputs_.size(); ++i)
            if (ends[i] > inputs_[i].row)
                pieces.push_back(
                    {inputs_[i].block.columns[column], inputs_[i].row, ends[i] - inputs_[i].row});
        joined.columns.push_back(exec::concat(pieces, pool_));
    }
    for (size_t i = 0; i < inputs_.size(); ++i) inputs_[i].row = ends[i];
    return exec::sort_block(joined, key_, pool_);
}

}  // namespace ch::storage
