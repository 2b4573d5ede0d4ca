#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/store/database.h"
#include "syncer/apply/row_block.h"
#include "syncer/apply/synced_table.h"
#include "syncer/source/ddl_job.h"

namespace ch::syncer {

struct ApplyOptions {
    ZeroDates zero_dates = ZeroDates::Refuse;
    std::set<std::string> ignored_databases;
};

/// What the upstream is asked for when a table turns up that nobody has told of: the database that
/// it is in. Throws Error{NotFound}.
using DatabaseOfTable = std::function<std::string(int64_t table_id)>;

/// Takes TiDB's transactions, in the order of their commits, into a store: each call is one version
/// of the root, with the position in it, so that what was applied is applied once. Holds the
/// latches of all synced tables. Used by one thread. After an exception nothing is known of what
/// was published: a new one begins where the newest version says.
class Applier {
public:
    Applier(std::shared_ptr<storage::Database> database, std::shared_ptr<BufferPool> pool,
            ApplyOptions options, DatabaseOfTable database_of_table);

    /// All transactions up to it are in the newest version.
    [[nodiscard]] uint64_t applied_ts() const { return applied_ts_; }
    /// The last version that was published here; 0 = none yet.
    [[nodiscard]] uint64_t version() const { return version_; }
    /// The tables that it changed and left there, as "database.table".
    [[nodiscard]] const std::vector<std::string>& changed() const { return changed_; }
    [[nodiscard]] uint64_t rows() const { return rows_; }
    [[nodiscard]] std::vector<storage::TableId> stored_tables() const;

    /// Whole transactions, the last of which was committed at commit_ts. `next` gives the changes
    /// of one after the other, null at the end; each is used before the next is asked for. Throws
    /// Error{Unsupported | InvalidArgument | Corrupt | Io | Fenced | NotFound}.
    void apply_rows(uint64_t commit_ts, const std::function<const RowChanges*()>& next);
    void apply_ddl(const DdlJob& job, uint64_t commit_ts);

private:
    struct OpenTable;
    using OpenTables = std::map<storage::TableId, std::unique_ptr<OpenTable>>;

    void append(const TableChanges& changes, storage::Transaction& transaction, OpenTables& open,
                uint64_t commit_ts);
    [[nodiscard]] const SyncedTable* find_synced(int64_t tidb_id);
    void publish(storage::Transaction& transaction, uint64_t commit_ts);
    void lock(storage::TableId table);

    void create(storage::Transaction& transaction, const std::string& database,
                const std::string& description);
    void drop(storage::Transaction& transaction, int64_t tidb_id);
    void drop_database(storage::Transaction& transaction, const std::string& name);
    void truncate(storage::Transaction& transaction, int64_t tidb_id,
                  const std::string& description);
    void alter(storage::Transaction& transaction, const DdlJob& job,
               const std::string& description);
    void change(storage::Transaction& transaction, const DdlJob& job);
    void ensure_database(storage::Transaction& transaction, const std::string& name);
    void keep(storage::Transaction& transaction, SyncedTable table);
    void forget(storage::Transaction& transaction, int64_t tidb_id);
    void use(storage::Transaction& transaction, storage::TableId table);

    const std::shared_ptr<storage::Database> database_;
    const std::shared_ptr<BufferPool> pool_;
    const ApplyOptions options_;
    const DatabaseOfTable database_of_table_;
    std::map<int64_t, SyncedTable> tables_;  // by TiDB's id
    std::set<int64_t> ignored_;              // TiDB's ids of tables that are in ignored databases
    std::map<storage::TableId, storage::WriteLatch> latches_;
    uint64_t applied_ts_ = 0;
    uint64_t version_ = 0;
    std::vector<std::string> changed_;
    uint64_t rows_ = 0;
};

}  // namespace ch::syncer
