#include <algorithm>

#include "base/error.h"
#include "engine/store/create_table.h"
#include "syncer/apply/altered_schema.h"
#include "syncer/apply/applier.h"

namespace ch::syncer {

using storage::TableId;
using storage::Transaction;

namespace {

void set_text(Transaction& transaction, int64_t tidb_id, const std::string& text) {
    transaction.set_position(table_position_name(tidb_id), text);
}

const std::string& only_table(const DdlJob& job) {
    if (job.tables.empty())
        throw Error(ErrorCode::Corrupt, "TiDB's record of DDL job " + std::to_string(job.id) +
                                            " describes no table: " + job.query);
    return job.tables.front();
}

}  // namespace

void Applier::keep(Transaction& transaction, SyncedTable table) {
    set_text(transaction, table.tidb.id, encode_synced_table(table));
    tables_[table.tidb.id] = std::move(table);
}

void Applier::forget(Transaction& transaction, int64_t tidb_id) {
    set_text(transaction, tidb_id, {});
    tables_.erase(tidb_id);
}

void Applier::ensure_database(Transaction& transaction, const std::string& name) {
    if (transaction.base().databases.count(name) > 0) return;
    for (const storage::DatabaseEdit& edit : transaction.edit().databases)
        if (edit.name == name) return;
    transaction.create_database(database_->new_id(), name);
}

void Applier::create(Transaction& transaction, const std::string& database,
                     const std::string& description) {
    SyncedTable table;
    table.tidb = parse_table_info(description);
    if (!table.tidb.is_table || tables_.count(table.tidb.id) > 0) return;
    table.tidb_text = description;
    const storage::SchemaVersion schema = stored_schema(table.tidb, options_.zero_dates);
    for (const TidbColumn& column : table.tidb.columns)
        if (!column.is_virtual) table.column_ids[column.id] = static_cast<uint64_t>(column.id);
    ensure_database(transaction, database);
    const storage::TableName name{database, table.tidb.name};
    table.stored = database_->new_id();
    transaction.create_table(table.stored, name, database_->make_table_folder(name, table.stored),
                             schema);
    keep(transaction, std::move(table));
}

void Applier::drop(Transaction& transaction, int64_t tidb_id) {
    auto found = tables_.find(tidb_id);
    if (found == tables_.end()) return;
    use(transaction, found->second.stored);
    transaction.drop_table(found->second.stored);
    forget(transaction, tidb_id);
}

void Applier::drop_database(Transaction& transaction, const std::string& name) {
    if (transaction.base().databases.count(name) == 0) return;
    std::vector<int64_t> dropped;
    for (const auto& [id, table] : tables_)
        if (transaction.base().find(table.stored)->database_name == name) dropped.push_back(id);
    for (int64_t id : dropped) drop(transaction, id);
    transaction.drop_database(name);
}

void Applier::truncate(Transaction& transaction, int64_t tidb_id, const std::string& description) {
    auto found = tables_.find(tidb_id);
    if (found == tables_.end()) return;
    SyncedTable table = found->second;
    forget(transaction, tidb_id);
    use(transaction, table.stored);
    transaction.truncate(table.stored);
    table.tidb = parse_table_info(description);
    table.tidb_text = description;
    keep(transaction, std::move(table));
}

void Applier::alter(Transaction& transaction, const DdlJob& job, const std::string& description) {
    const TidbTable now = parse_table_info(description);
    auto found = tables_.find(now.id);
    if (!now.is_table || found == tables_.end()) return;
    SyncedTable table = found->second;
    use(transaction, table.stored);
    const std::shared_ptr<const storage::TableState> stored = transaction.base().find(table.stored);
    Alteration altered = altered_schema(table, stored->schema(), now, options_.zero_dates);
    if (altered.schema != stored->schema()) transaction.change_schema(table.stored, altered.schema);
    const storage::TableName name{job.schema_name.empty() ? stored->database_name : job.schema_name,
                                  now.name};
    if (name.database != stored->database_name || name.table != stored->name) {
        ensure_database(transaction, name.database);
        transaction.rename_table(table.stored, name);
    }
    table.tidb = now;
    table.tidb_text = description;
    table.column_ids = std::move(altered.column_ids);
    keep(transaction, std::move(table));
}

void Applier::change(Transaction& transaction, const DdlJob& job) {
    switch (job.kind) {
        case DdlKind::CreateSchema:
            return ensure_database(transaction, job.schema_name);
        case DdlKind::DropSchema:
            return drop_database(transaction, job.schema_name);
        case DdlKind::CreateTable:
        case DdlKind::CreateTables:
            for (const std::string& table : job.tables) create(transaction, job.schema_name, table);
            return;
        case DdlKind::DropTable:
            return drop(transaction, job.table_id);
        case DdlKind::TruncateTable:
            return truncate(transaction, job.table_id, only_table(job));
        case DdlKind::DropPartition:
        case DdlKind::TruncatePartition:
        case DdlKind::ExchangePartition:
        case DdlKind::RecoverTable:
        case DdlKind::RecoverSchema:
        case DdlKind::AddPrimaryKey:
        case DdlKind::DropPrimaryKey:
            throw Error(ErrorCode::Unsupported,
                        "rows come or go, or the key changes, without a word of them in the "
                        "binlog, by: " +
                            job.query);
        case DdlKind::RenameTables:
        case DdlKind::Other:
            for (const std::string& table : job.tables) alter(transaction, job, table);
            return;
    }
}

void Applier::apply_ddl(const DdlJob& job, uint64_t commit_ts) {
    std::shared_ptr<latch::Pin> pin = database_->pin_creation();
    Transaction transaction = database_->begin();
    transaction.hold(std::move(pin));
    if (job.is_done && options_.ignored_databases.count(job.schema_name) == 0)
        change(transaction, job);
    publish(transaction, commit_ts);
    for (const auto& [id, table] : tables_)
        if (latches_.count(table.stored) == 0) lock(table.stored);
    const std::vector<TableId> kept = stored_tables();
    std::erase_if(latches_, [&](const auto& latch) {
        return std::find(kept.begin(), kept.end(), latch.first) == kept.end();
    });
}

}  // namespace ch::syncer
