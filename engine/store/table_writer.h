#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/column/column.h"
#include "engine/store/database.h"
#include "engine/store/write_layout.h"

namespace ch::storage {

/// A table that a transaction writes to: one of its base, or one that it creates.
struct WriteTarget {
    TableId table = 0;
    std::string folder;  ///< below the root
    SchemaVersion schema;
    uint64_t epoch = 0;
    uint64_t max_commit_ts = 0;  ///< of the rows that are there
};

/// Throws Error{NotFound}.
WriteTarget write_target(const Transaction& transaction, TableId table);

struct WriteOptions {
    uint64_t part_rows_max = 1u << 20;
    uint64_t part_bytes_max = 128u << 20;  ///< of rows in memory; 3 to 4 times that is needed
    /// A replacing table's version of all rows; nothing = allot_commit_ts(). Must be above the
    /// table's last one.
    std::optional<uint64_t> commit_ts;
    /// For a replacing table, which rows are hidden; readers find out by themselves without.
    bool writes_bitmaps = true;
    /// The commit is made elsewhere: finish_apart() instead of finish().
    bool is_apart = false;
};

/// The version that the rows of the next commit to these tables get: above all that are there, and
/// by the clock, as TiDB's timestamps are. The caller holds the tables' latches, so nobody else
/// publishes one; a commit checks that it is above the last one (docs/decisions/0011).
uint64_t allot_commit_ts(const std::vector<WriteTarget>& targets, uint64_t now_ms);

/// Writes rows, in any order, as parts of a table that nothing refers to until their transaction is
/// committed: cut by partition, sorted by key, the last row of each key alone where the table
/// replaces rows. Used by one thread. After an exception the writer is abandoned; what it wrote is
/// removed by collection.
class TableWriter {
public:
    /// The target's latch must be held, or the table be created by the same transaction. Throws
    /// Error{Unsupported} for a definition that cannot be written.
    TableWriter(Database& database, WriteTarget target, std::shared_ptr<BufferPool> pool,
                WriteOptions options);

    /// Columns by name and of the table's types; a column that is not given gets its default. A
    /// replacing table's version may not be given. Throws Error{InvalidArgument | Unsupported |
    /// MemoryLimit | Io}.
    void append(const column::Block& rows);
    /// Writes what is left and gives all parts to the transaction. Called once.
    void finish(Transaction& transaction);
    /// The same for a commit that another process makes: all files are synced, and the parts are
    /// for WriteJob::commit(). Requires: WriteOptions::is_apart.
    [[nodiscard]] std::vector<NewPart> finish_apart();

    [[nodiscard]] const WriteLayout& layout() const { return layout_; }
    [[nodiscard]] uint64_t rows() const { return rows_; }
    /// Of the rows that wait to be written, in memory.
    [[nodiscard]] uint64_t waiting_bytes() const { return waiting_bytes_; }
    [[nodiscard]] uint64_t commit_ts() const { return commit_ts_; }

private:
    [[nodiscard]] column::Block complete(const column::Block& rows) const;
    /// Does it, and says of an error that the writer has lost its latch where that is why.
    template <typename Work>
    void explained(Work work);
    void flush();
    [[nodiscard]] column::Block last_of_each_key(const column::Block& sorted) const;
    void write_part(const table::PartitionKey::Rows& rows);
    void add_tombstones(NewPart& part, const column::Column& is_deleted);

    Database& database_;
    const WriteTarget target_;
    const WriteLayout layout_;
    const std::shared_ptr<BufferPool> pool_;
    const WriteOptions options_;
    uint64_t commit_ts_ = 0;
    std::vector<column::Block> waiting_;
    uint64_t waiting_rows_ = 0;
    uint64_t waiting_bytes_ = 0;
    uint64_t rows_ = 0;
    std::vector<NewPart> parts_;
    std::map<std::string, size_t> parts_of_partition_;
};

}  // namespace ch::storage
