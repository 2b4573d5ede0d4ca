#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/buffer.h"
#include "engine/column/column.h"
#include "engine/column/scalar.h"
#include "engine/exec/aggregate_call.h"

namespace ch::exec {

/// A sum that had to leave its group, since with the next value its type would not hold it: a
/// partial result of its own.
struct Spill {
    uint32_t group = 0;
    column::Int128 value = 0;
};

/// One aggregate's value in every group. Used by one thread.
class AggregateState {
public:
    virtual ~AggregateState() = default;
    AggregateState() = default;
    AggregateState(const AggregateState&) = delete;
    AggregateState& operator=(const AggregateState&) = delete;

    /// New groups have seen no value. Called before a block's rows are added.
    virtual void resize(size_t groups) = 0;
    /// `values`: the argument for each row, plain; null for COUNT(*). `groups`: of each row, below
    /// what resize() was given; empty = all rows are of group 0.
    virtual void add(const column::Column* values, size_t rows,
                     std::span<const uint32_t> groups) = 0;
    /// Partial results of the groups [from, from + count).
    [[nodiscard]] virtual column::Column results(size_t from, size_t count,
                                                 const std::shared_ptr<BufferPool>& pool) const = 0;
    virtual void clear() = 0;

    /// Sums that left their groups since this was last emptied, in order.
    std::vector<Spill>& spills() { return spills_; }

protected:
    std::vector<Spill> spills_;
};

/// The state for one call.
std::unique_ptr<AggregateState> make_state(const AggregateCall& call,
                                           const std::shared_ptr<BufferPool>& pool);

// One for each family of functions.
std::unique_ptr<AggregateState> make_count_state(const std::shared_ptr<BufferPool>& pool);
std::unique_ptr<AggregateState> make_sum_state(const AggregateCall& call,
                                               const std::shared_ptr<BufferPool>& pool);
std::unique_ptr<AggregateState> make_extreme_state(const AggregateCall& call,
                                                   const std::shared_ptr<BufferPool>& pool);

/// A column of `count` rows; those whose `seen` byte is 0 are NULL.
column::Column make_results(column::TypePtr type, const uint8_t* seen, size_t count,
                            const std::shared_ptr<BufferPool>& pool);

}  // namespace ch::exec
