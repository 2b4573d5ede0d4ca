#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "engine/column/column.h"
#include "engine/exec/aggregate_call.h"
#include "engine/exec/aggregate_state.h"
#include "engine/exec/group_table.h"

namespace ch::exec {

/// GROUP BY: keys and what is computed for each distinct one. Without keys all rows are one group,
/// which is there even if no row is.
struct AggregateSpec {
    std::vector<ExpressionPtr> keys;
    std::vector<AggregateCall> calls;
};

struct AggregateLimits {
    size_t memory_bytes = 0;  ///< with more, groups are given out and forgotten
    size_t batch_rows = 0;    ///< of a result
};

/// Groups the rows of blocks. Results are partial: a key may come in several rows, which add up to
/// its result by SUM of counts and sums, MIN of minima, MAX of maxima; that makes memory bounded,
/// and every sum fit its type. Used by one thread.
class Aggregation {
public:
    /// Requires: `spec` outlives it. Throws Error{Unsupported} for a key that is no scalar.
    Aggregation(const AggregateSpec& spec, AggregateLimits limits,
                std::shared_ptr<BufferPool> pool);

    /// Takes a block's rows. Requires: take() gave nothing. Throws what expressions throw.
    void add(const column::Block& block);
    /// Says that no block follows. Requires: as add().
    void finish();
    /// Results that are ready: a column for each key and each call, without names.
    [[nodiscard]] std::optional<column::Block> take();

private:
    void add_spills();
    [[nodiscard]] column::Block results(size_t from, size_t count) const;
    [[nodiscard]] column::Block spilled(size_t from, size_t count) const;
    void forget_spills();
    void forget_groups();

    /// A spill and whose it is.
    struct CallSpill {
        uint32_t call = 0;
        Spill spill;
    };

    const AggregateSpec& spec_;
    const AggregateLimits limits_;
    const std::shared_ptr<BufferPool> pool_;         ///< for results
    const std::shared_ptr<BufferPool> groups_pool_;  ///< of pool_, for what is kept
    GroupTable table_;
    std::vector<std::unique_ptr<AggregateState>> states_;
    GrowingArray<uint32_t> row_groups_;
    GrowingArray<CallSpill> spills_;
    size_t spills_given_ = 0;
    size_t groups_given_ = 0;
    bool gives_spills_ = false;
    bool gives_groups_ = false;
};

}  // namespace ch::exec
