#include "engine/store/write_job.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "engine/format/part_name.h"
#include "engine/store/create_table.h"
#include "engine/store/new_bitmap.h"
#include "engine/store/write_layout.h"

namespace ch::storage {

namespace {

/// Commits that find that a merge has taken what they overwrite are made again; merges of one table
/// do not end so often while a commit is made.
constexpr int kConflictsMax = 20;

std::string partition_of(const PartRecord& record) {
    return format::PartName::parse(record.name)->partition_id;
}

std::vector<std::string> partitions_of(const std::vector<NewPart>& parts) {
    std::set<std::string> ids;
    for (const NewPart& part : parts) ids.insert(part.partition_id);
    return {ids.begin(), ids.end()};
}

/// Where tasks met in a partition, rows of one may replace those of another: what each found of its
/// own rows alone is not all, and readers find out by themselves.
void forget_bitmaps_of_met_tasks(std::vector<NewPart>& parts) {
    std::map<std::string, size_t> met;
    for (const NewPart& part : parts) ++met[part.partition_id];
    for (NewPart& part : parts)
        if (met[part.partition_id] > 1) part.bitmap.reset();
}

void require_unchanged(const Transaction& transaction, TableId id, uint64_t read_version) {
    const auto table = transaction.base().find(id);
    if (table && table->data_version <= read_version && table->created_version <= read_version)
        return;
    throw Error(ErrorCode::Conflict, (table ? "table " + table->database_name + "." + table->name +
                                                  " was changed by "
                                                  "version " +
                                                  std::to_string(table->data_version)
                                            : std::string("the table was dropped")) +
                                         " after its rows were read at version " +
                                         std::to_string(read_version) +
                                         "; nothing was written, run the command again");
}

}  // namespace

WriteJob::WriteJob(Key, std::shared_ptr<Database> database, TableName name, WriteMode mode)
    : database_(std::move(database)),
      name_(std::move(name)),
      mode_(mode),
      commit_id_(database_->new_commit_id()) {}

std::unique_ptr<WriteJob> WriteJob::begin(std::shared_ptr<Database> database, const TableName& name,
                                          WriteMode mode, uint64_t latch_wait_ms_max,
                                          std::optional<uint64_t> read_version) {
    auto job = std::make_unique<WriteJob>(Key(), std::move(database), name, mode);
    const auto found = require_table(*job->database_, name);
    job->latch_ = require_latch(*job->database_, found->id, latch_wait_ms_max);
    const Transaction transaction = job->begin_transaction();
    // From here on nobody else changes the table.
    if (read_version) require_unchanged(transaction, found->id, *read_version);
    job->make_task(transaction, found->id);
    return job;
}

std::unique_ptr<WriteJob> WriteJob::create(std::shared_ptr<Database> database,
                                           const TableName& name, const SchemaVersion& schema,
                                           bool replaces, uint64_t latch_wait_ms_max) {
    static_cast<void>(make_write_layout(schema));
    auto job = std::make_unique<WriteJob>(Key(), std::move(database), name, WriteMode::Append);
    Database& root = *job->database_;
    if (const auto found = root.newest()->find(name.database, name.table)) {
        if (!replaces)
            throw Error(ErrorCode::InvalidArgument,
                        "table " + name.database + "." + name.table + " exists already",
                        root.root());
        job->replaced_ = found->id;
        job->latch_ = require_latch(root, found->id, latch_wait_ms_max);
    }
    job->creation_ = root.pin_creation();
    job->schema_ = schema;
    const TableId table = root.new_id();
    job->task_.target.table = table;
    job->task_.target.folder = root.make_table_folder(name, table);
    job->make_task(job->begin_transaction(), table);
    return job;
}

void WriteJob::make_task(const Transaction& transaction, TableId table) {
    task_.root = database_->root();
    task_.target = write_target(transaction, table);
    if (make_write_layout(task_.target.schema).replacing)
        task_.commit_ts = allot_commit_ts({task_.target}, database_->now_ms());
}

/// All of the commit but its parts and what they replace.
Transaction WriteJob::begin_transaction() {
    Transaction transaction = database_->begin(commit_id_);
    if (latch_) transaction.use(*latch_);
    if (!schema_) return transaction;
    transaction.hold(creation_);
    if (transaction.base().databases.count(name_.database) == 0)
        throw Error(ErrorCode::NotFound, "there is no database " + name_.database,
                    database_->root());
    if (replaced_) transaction.drop_table(*replaced_);
    transaction.create_table(task_.target.table, name_, task_.target.folder, *schema_);
    return transaction;
}

void WriteJob::rewrite(const std::vector<std::string>& parts) {
    rewritten_ = parts;
}

void WriteJob::retire_replaced(Transaction& transaction,
                               const std::vector<std::string>& partition_ids) {
    const TableId table = task_.target.table;
    if (mode_ == WriteMode::Overwrite) transaction.truncate(table);
    for (const std::string& part : rewritten_) transaction.retire_part(table, part);
    if (mode_ != WriteMode::OverwritePartitions) return;
    const auto found = transaction.base().find(table);
    for (const auto& part : found->parts)
        if (std::binary_search(partition_ids.begin(), partition_ids.end(),
                               partition_of(part->record)))
            transaction.retire_part(table, part->record.name);
}

uint64_t WriteJob::commit(std::vector<NewPart> parts, const std::shared_ptr<BufferPool>& pool) {
    // An answer that was lost, or a driver that asks twice.
    if (const std::optional<uint64_t> version = database_->find_commit(commit_id_)) return *version;
    const std::vector<std::string> partition_ids = partitions_of(parts);
    std::optional<Transaction> transaction = begin_transaction();
    retire_replaced(*transaction, partition_ids);
    forget_bitmaps_of_met_tasks(parts);
    if (mode_ == WriteMode::Append && task_.commit_ts)
        hide_older_rows(*database_, *transaction, task_.target, parts, pool);
    for (NewPart& part : parts) transaction->add_part(task_.target.table, std::move(part));
    for (int tries = 1;; ++tries) {
        const CommitOutcome outcome = database_->commit(*transaction);
        if (const auto* published = std::get_if<latch::Published>(&outcome))
            return published->version;
        const bool is_merge = std::holds_alternative<latch::Conflict>(outcome) &&
                              mode_ == WriteMode::OverwritePartitions && rewritten_.empty();
        if (!is_merge || tries == kConflictsMax)
            require_published(outcome, "writing to " + name_.database + "." + name_.table);
        // The latch is held, so only a merge can have come between: its output goes instead.
        Transaction again = begin_transaction();
        retire_replaced(again, partition_ids);
        again.pending() = std::move(transaction->pending());
        transaction.emplace(std::move(again));
    }
}

}  // namespace ch::storage
