#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "engine/store/database.h"

namespace ch::storage {

/// Which parts are worth merging.
struct MergeRule {
    size_t parts_min = 5;   ///< of a run of parts that are about equally large
    size_t parts_max = 64;  ///< streams that are open at once
    uint64_t bytes_max = 10ull << 30;
    bool is_final = false;  ///< all parts of a partition, whatever their sizes
};

/// Neighbours of one partition, by their blocks, whose merge gets rid of most parts for the bytes
/// that it writes; empty if none is worth it. Pure.
std::vector<std::string> choose_merge(const TableState& table, const MergeRule& rule);

struct MergeOptions {
    uint64_t bytes_per_second = 0;  ///< of what is written; 0 = no limit
    std::shared_ptr<const std::atomic<bool>> cancelled;
    std::function<void(uint64_t ms)> sleep_ms;   ///< empty = the thread's
    std::function<void(uint64_t rows)> on_rows;  ///< told of rows as they are written; may be empty
};

struct MergeReport {
    bool is_published = false;  ///< false: another commit took an input away; nothing is changed
    uint64_t rows_read = 0;     ///< those that count
    uint64_t rows_written = 0;
    uint64_t bytes_written = 0;
};

/// Writes neighbours anew as one part, under today's definition and without the rows that newer
/// ones hide; tombstones go where no older part is left. Takes no latch: commits go on, and the
/// merge is published only while all its inputs are active. Memory is a block a part. Throws
/// Error{Cancelled | Corrupt | Io | MemoryLimit}.
MergeReport merge_parts(const std::shared_ptr<Database>& database, TableId table,
                        const std::vector<std::string>& parts,
                        const std::shared_ptr<BufferPool>& pool, const MergeOptions& options);

/// Merges of the table until none is worth it, or `merges_max`; then bitmaps of what is hidden of
/// the parts that are left.
std::vector<MergeReport> merge_table(const std::shared_ptr<Database>& database, TableId table,
                                     const MergeRule& rule, const std::shared_ptr<BufferPool>& pool,
                                     const MergeOptions& options, size_t merges_max);

}  // namespace ch::storage
