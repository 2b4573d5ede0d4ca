#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "engine/column/column.h"
#include "engine/exec/expression.h"
#include "engine/part/part_reader.h"
#include "engine/table/key_hiding.h"
#include "engine/table/table.h"

namespace ch::table {

/// What a scan is asked for.
struct ScanRequest {
    std::vector<std::string> columns;            ///< wanted, in order; also _part, _partition_id,
                                                 ///< _part_offset; may be empty (row count only)
    std::vector<exec::ExpressionPtr> predicate;  ///< conjuncts, all evaluated exactly
    std::optional<uint64_t> rows_max;            ///< limit for each split
};

/// A run of granules [from, to) of a part.
struct GranuleRange {
    uint64_t from = 0;
    uint64_t to = 0;
};

/// A piece of a scan that one task runs. Self-contained: with the request it can run in another
/// process, without listing the table's folder.
struct Split {
    std::string part_path;
    uint64_t granule_rows = part::Part::kGranuleRowsDefault;  ///< to open the part with
    std::vector<GranuleRange> ranges;                         ///< rising, not touching
    uint64_t rows = 0;
    uint64_t bytes = 0;                ///< estimate, wanted columns only, compressed
    std::vector<TableColumn> columns;  ///< today's definition of each column that the request reads
    std::optional<RowHiding> hiding;   ///< nothing: every row counts
};

/// Splits and what pruning left out.
struct ScanPlan {
    std::vector<Split> splits;
    uint64_t parts = 0, parts_selected = 0;
    /// `granules`: of the parts that min/max and partition left; the marks of others are not read.
    uint64_t granules = 0, granules_selected = 0;
    uint64_t rows = 0, bytes = 0;  ///< of the selected granules
};

/// Prunes parts (min/max, partition), granules (primary key, skip indices) and cuts what is left
/// into splits of about `split_bytes`. Throws Error{Corrupt} if the table has broken parts, naming
/// them; Error{NotFound} for a column that the table does not have.
ScanPlan plan_scan(const Table& table, const ScanRequest& request, uint64_t split_bytes);

/// A split without granules, of which a scan gives no row. Throws Error{NotFound} as plan_scan()
/// does.
Split empty_split(const Table& table, const ScanRequest& request);

/// Counters of a running scan; any thread may read them.
struct ScanMetrics {
    part::ReadMetrics read;
    std::atomic<uint64_t> rows_read{0};
    std::atomic<uint64_t> rows_returned{0};
    std::atomic<uint64_t> granules_read{0};
    std::atomic<uint64_t> granules_skipped{0};
};

struct ScanOptions {
    std::shared_ptr<BufferPool> pool;
    std::shared_ptr<ScanMetrics> metrics;
    std::shared_ptr<const std::atomic<bool>> cancelled;
    size_t batch_rows = 16384;  ///< rows a block at most
    OpenPart open_part = {};    ///< for parts that hide rows; empty = they are opened anew
};

/// Runs one split: filter columns first, the others only for granules and rows that survive. Blocks
/// hold the wanted columns with their stored types of today (missing columns as their default,
/// lightweight-deleted rows left out). Used by one thread.
class Scan {
public:
    Scan(std::shared_ptr<const part::Part> part, Split split, ScanRequest request,
         ScanOptions options);
    ~Scan();
    Scan(const Scan&) = delete;
    Scan& operator=(const Scan&) = delete;

    /// The next block with at least one row, or nothing at the end. Throws Error{Corrupt | Io |
    /// MemoryLimit | Cancelled}.
    std::optional<column::Block> next();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ch::table
