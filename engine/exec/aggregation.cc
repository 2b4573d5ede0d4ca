#include "engine/exec/aggregation.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "engine/exec/evaluate.h"
#include "engine/exec/gather.h"

namespace ch::exec {

using column::Block;
using column::Column;
using column::ColumnPtr;
using column::TypePtr;

namespace {

/// Spills that wait for the end, in bytes, as a part of what groups may take.
constexpr size_t kSpillsShare = 4;

std::vector<TypePtr> types_of(const std::vector<ExpressionPtr>& keys) {
    std::vector<TypePtr> types;
    for (const ExpressionPtr& key : keys) types.push_back(key->type);
    return types;
}

ColumnPtr shared(Column&& column) {
    return std::make_shared<const Column>(std::move(column));
}

}  // namespace

Aggregation::Aggregation(const AggregateSpec& spec, AggregateLimits limits,
                         std::shared_ptr<BufferPool> pool)
    : spec_(spec),
      limits_(limits),
      pool_(std::move(pool)),
      groups_pool_(std::make_shared<BufferPool>(pool_)),
      table_(types_of(spec.keys), groups_pool_),
      row_groups_(groups_pool_),
      spills_(groups_pool_) {
    CH_ASSERT(limits_.batch_rows > 0);
    for (const AggregateCall& call : spec_.calls) states_.push_back(make_state(call, groups_pool_));
    for (auto& state : states_) state->resize(spec_.keys.empty() ? 1 : 0);
}

void Aggregation::add(const Block& block) {
    CH_ASSERT(!gives_spills_ && !gives_groups_);
    if (!spec_.keys.empty()) {
        std::vector<ColumnPtr> keys;
        for (const ExpressionPtr& key : spec_.keys) keys.push_back(evaluate(*key, block, pool_));
        row_groups_.resize(block.rows, 0);
        table_.find(keys, block.rows, row_groups_.data());
    }
    std::span<const uint32_t> groups(row_groups_.data(), spec_.keys.empty() ? 0 : block.rows);
    for (size_t i = 0; i < states_.size(); ++i) {
        const ExpressionPtr& argument = spec_.calls[i].argument;
        ColumnPtr values;
        if (argument != nullptr)
            values = without_dictionary(evaluate(*argument, block, pool_), pool_);
        states_[i]->resize(table_.count());
        states_[i]->add(values.get(), block.rows, groups);
    }
    add_spills();
    // Groups are worth keeping only where rows still meet them: with memory used up they are given
    // out, and begin anew.
    gives_groups_ = !spec_.keys.empty() && groups_pool_->in_use_bytes() > limits_.memory_bytes;
    gives_spills_ =
        gives_groups_ || spills_.size() * sizeof(CallSpill) > limits_.memory_bytes / kSpillsShare;
}

void Aggregation::add_spills() {
    for (uint32_t call = 0; call < states_.size(); ++call) {
        std::vector<Spill>& spills = states_[call]->spills();
        for (const Spill& spill : spills) spills_.push_back({call, spill});
        spills.clear();
    }
}

void Aggregation::finish() {
    gives_spills_ = true;
    gives_groups_ = true;
}

std::optional<Block> Aggregation::take() {
    // Spills first: they were in their groups before what is there now.
    if (gives_spills_ && spills_given_ < spills_.size()) {
        size_t count = std::min(limits_.batch_rows, spills_.size() - spills_given_);
        Block block = spilled(spills_given_, count);
        spills_given_ += count;
        return block;
    }
    if (gives_spills_) forget_spills();
    if (gives_groups_ && groups_given_ < table_.count()) {
        size_t count = std::min(limits_.batch_rows, table_.count() - groups_given_);
        Block block = results(groups_given_, count);
        groups_given_ += count;
        return block;
    }
    if (gives_groups_ && !spec_.keys.empty()) forget_groups();
    return std::nullopt;
}

void Aggregation::forget_spills() {
    gives_spills_ = false;
    spills_given_ = 0;
    spills_.clear();
}

void Aggregation::forget_groups() {
    gives_groups_ = false;
    groups_given_ = 0;
    table_.clear();
    for (auto& state : states_) state->clear();
}

Block Aggregation::results(size_t from, size_t count) const {
    std::vector<uint32_t> groups(count);
    std::iota(groups.begin(), groups.end(), static_cast<uint32_t>(from));
    Block block{count, {}, {}};
    for (size_t key = 0; key < spec_.keys.size(); ++key)
        block.columns.push_back(shared(table_.key_values(key, groups, pool_)));
    for (const auto& state : states_)
        block.columns.push_back(shared(state->results(from, count, pool_)));
    return block;
}

/// A row for each spill: its call's value, and of the other calls what no row comes to.
Block Aggregation::spilled(size_t from, size_t count) const {
    std::vector<uint32_t> groups(count);
    for (size_t i = 0; i < count; ++i) groups[i] = spills_[from + i].spill.group;
    Block block{count, {}, {}};
    for (size_t key = 0; key < spec_.keys.size(); ++key)
        block.columns.push_back(shared(table_.key_values(key, groups, pool_)));
    for (uint32_t call = 0; call < states_.size(); ++call) {
        // Zeros for COUNT, NULLs for all others.
        Column column = column::make_default_column(spec_.calls[call].type, count, pool_);
        for (size_t i = 0; i < count; ++i) {
            const CallSpill& spilled = spills_[from + i];
            if (spilled.call != call) continue;
            size_t width = column.type->width();
            std::memcpy(column.data.data() + i * width, &spilled.spill.value, width);
            column.nulls.data()[i] = 0;
        }
        block.columns.push_back(shared(std::move(column)));
    }
    return block;
}

}  // namespace ch::exec
