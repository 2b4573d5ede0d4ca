#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/buffer.h"
#include "engine/column/column.h"

namespace ch::connector {

/// Joins small blocks, such as a filter that few rows pass leaves, into batches that are worth
/// their hand-over. Rows keep their order; a block that is large enough goes through uncopied. Used
/// by one thread.
class BatchJoiner {
public:
    /// No joined batch has more than `rows_max` rows.
    BatchJoiner(size_t rows_max, std::shared_ptr<BufferPool> pool)
        : rows_max_(rows_max), pool_(std::move(pool)) {}

    /// Takes a block with at least one row. `rows_read`: of the scan so far; a row does not wait
    /// while many more are read. Requires: what take() gives was taken before.
    void add(column::Block block, uint64_t rows_read);
    /// Says that no block follows.
    void finish();
    /// A batch that is ready, if there is one. Throws Error{MemoryLimit}.
    [[nodiscard]] std::optional<column::Block> take();

private:
    [[nodiscard]] bool fits(const column::Block& block) const;
    void flush();

    const size_t rows_max_;
    const std::shared_ptr<BufferPool> pool_;
    std::vector<column::Block> waiting_;
    size_t rows_ = 0;   ///< of waiting_
    size_t bytes_ = 0;  ///< of waiting_
    uint64_t rows_read_at_first_ = 0;
    std::vector<column::Block> ready_;    ///< to be joined, given out next
    std::optional<column::Block> whole_;  ///< given out behind ready_, uncopied
};

}  // namespace ch::connector
