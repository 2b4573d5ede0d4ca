#pragma once

#include <memory>
#include <optional>

#include "engine/column/column.h"
#include "engine/store/write_layout.h"

namespace ch::storage {

/// Of the rows of a table that replaces rows, sorted by key and given block by block, those that
/// count: the newest of each key, the later one where versions are equal, and not if it is deleted.
/// Used by one thread.
class NewestRows {
public:
    /// Requires: layout.replacing; the layout outlives this.
    NewestRows(const WriteLayout& layout, std::shared_ptr<BufferPool> pool);

    /// Takes the next rows, gives those that are decided; the last key's may still be followed by
    /// others of it. Throws Error{Unsupported} where rows of one key and version stand in two
    /// blocks: which one is the later is not known then.
    column::Block add(const column::Block& rows);
    /// The last key's row.
    column::Block finish();

    /// Of the rows given out; least above greatest where there were none.
    [[nodiscard]] uint64_t min_version() const { return min_version_; }
    [[nodiscard]] uint64_t max_version() const { return max_version_; }

private:
    [[nodiscard]] column::Block chosen(const column::Block& from,
                                       const std::vector<uint32_t>& rows) const;
    [[nodiscard]] column::Block counted(const column::Block& newest);
    [[nodiscard]] column::Block behind_last(const column::Block& rows) const;

    const WriteLayout& layout_;
    const std::shared_ptr<BufferPool> pool_;
    std::optional<column::Block> last_;  ///< the newest row of the last key
    uint64_t min_version_ = UINT64_MAX;
    uint64_t max_version_ = 0;
};

}  // namespace ch::storage
