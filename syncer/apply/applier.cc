#include "syncer/apply/applier.h"

#include <charconv>

#include "base/error.h"
#include "engine/store/create_table.h"
#include "engine/store/table_writer.h"
#include "syncer/limits.h"

namespace ch::syncer {

using storage::TableId;
using storage::Transaction;

namespace {

constexpr const char* kPosition = "tidb/commit_ts";

uint64_t parse_position(const storage::State& state) {
    const auto found = state.positions.find(kPosition);
    if (found == state.positions.end()) return 0;
    uint64_t commit_ts = 0;
    const std::string& text = found->second;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), commit_ts);
    if (error != std::errc{} || end != text.data() + text.size())
        throw Error(ErrorCode::Corrupt, "the manifest's position '" + text + "' is no commit_ts");
    return commit_ts;
}

}  // namespace

// A table that the version being made writes to.
struct Applier::OpenTable {
    RowBlock rows;
    storage::TableWriter writer;
};

Applier::Applier(std::shared_ptr<storage::Database> database, std::shared_ptr<BufferPool> pool,
                 ApplyOptions options, DatabaseOfTable database_of_table)
    : database_(std::move(database)),
      pool_(std::move(pool)),
      options_(std::move(options)),
      database_of_table_(std::move(database_of_table)) {
    // The latches first: whoever wrote under them has published its last when they are had.
    const std::shared_ptr<const storage::State> seen = database_->newest();
    for (const auto& [name, text] : seen->positions)
        if (tidb_id_of(name) != 0 && !text.empty()) lock(decode_synced_table(text).stored);
    const std::shared_ptr<const storage::State> state = database_->newest();
    applied_ts_ = parse_position(*state);
    for (const auto& [name, text] : state->positions) {
        if (tidb_id_of(name) == 0 || text.empty()) continue;
        SyncedTable table = decode_synced_table(text);
        if (latches_.count(table.stored) == 0)
            throw Error(ErrorCode::Busy, "another syncer is at work on this root",
                        database_->root());
        tables_[table.tidb.id] = std::move(table);
    }
}

void Applier::lock(TableId table) {
    latches_.insert_or_assign(table, storage::require_latch(*database_, table, kLatchWaitMsMax));
}

std::vector<TableId> Applier::stored_tables() const {
    std::vector<TableId> tables;
    for (const auto& [id, table] : tables_) tables.push_back(table.stored);
    return tables;
}

const SyncedTable* Applier::find_synced(int64_t tidb_id) {
    auto found = tables_.find(tidb_id);
    if (found != tables_.end()) return &found->second;
    if (ignored_.count(tidb_id) > 0) return nullptr;
    const std::string database = database_of_table_(tidb_id);
    if (options_.ignored_databases.count(database) == 0)
        throw Error(ErrorCode::NotFound, "rows of table " + std::to_string(tidb_id) +
                                             " in database " + database +
                                             ", which was there before the syncer began");
    ignored_.insert(tidb_id);
    return nullptr;
}

void Applier::use(Transaction& transaction, TableId table) {
    transaction.use(latches_.at(table));
}

void Applier::append(const TableChanges& changes, Transaction& transaction, OpenTables& open,
                     uint64_t commit_ts) {
    const SyncedTable* table = find_synced(changes.table_id);
    if (table == nullptr) return;
    std::unique_ptr<OpenTable>& opened = open[table->stored];
    if (!opened) {
        use(transaction, table->stored);
        storage::WriteTarget target = storage::write_target(transaction, table->stored);
        storage::WriteOptions options;
        options.commit_ts = commit_ts;
        RowBlock rows(*table, target.schema, options_.zero_dates, pool_);
        opened = std::make_unique<OpenTable>(OpenTable{
            std::move(rows), storage::TableWriter(*database_, std::move(target), pool_, options)});
    }
    for (const TableChanges::Change& change : changes.changes) {
        opened->rows.append(change);
        if (opened->rows.bytes() >= kBlockBytesMax) opened->writer.append(opened->rows.take());
    }
    rows_ += changes.changes.size();
}

void Applier::apply_rows(uint64_t commit_ts, const std::function<const RowChanges*()>& next) {
    Transaction transaction = database_->begin();
    OpenTables open;
    while (const RowChanges* changes = next())
        for (const TableChanges& table : changes->tables)
            append(table, transaction, open, commit_ts);
    for (auto& [id, table] : open) {
        table->writer.append(table->rows.take());
        table->writer.finish(transaction);
    }
    publish(transaction, commit_ts);
}

void Applier::publish(Transaction& transaction, uint64_t commit_ts) {
    transaction.set_position(kPosition, std::to_string(commit_ts));
    transaction.set_complete_ts(commit_ts);
    transaction.set_note("binlog-syncer");
    const storage::CommitOutcome outcome = database_->commit(transaction);
    storage::require_published(outcome, "applying the transaction of " + std::to_string(commit_ts));
    version_ = std::get<latch::Published>(outcome).version;
    applied_ts_ = commit_ts;
    changed_.clear();
    const std::shared_ptr<const storage::State> state = database_->newest();
    for (const storage::TableEdit& edit : transaction.edit().tables)
        if (const auto table = state->find(edit.table))
            changed_.push_back(table->database_name + "." + table->name);
}

}  // namespace ch::syncer
