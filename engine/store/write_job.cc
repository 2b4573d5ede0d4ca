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
    Transaction transaction = job->database_->begin();
    job->join(transaction);
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
    Transaction transaction = root.begin();
    job->join(transaction);
    job->make_task(transaction, table);
    return job;
}

void WriteJob::make_task(const Transaction& transaction, TableId table) {
    task_.root = database_->root();
    task_.target = write_target(transaction, table);
    if (make_write_layout(task_.target.schema).replacing)
        task_.commit_ts = allot_commit_ts({task_.target}, database_->now_ms());
}

/// All of the commit but its parts and what they replace.
void WriteJob::join(Transaction& transaction) const {
    if (latch_) transaction.use(*latch_);
    if (!schema_) return;
    transaction.hold(creation_);
    if (transaction.base().databases.count(name_.database) == 0)
        throw Error(ErrorCode::NotFound, "there is no database " + name_.database,
                    database_->root());
    if (replaced_) transaction.drop_table(*replaced_);
    transaction.create_table(task_.target.table, name_, task_.target.folder, *schema_);
}

void WriteJob::rewrite(const std::vector<std::string>& parts) {
    rewritten_ = parts;
}

void WriteJob::retire_replaced(Transaction& transaction,
                               const std::vector<std::string>& partition_ids) const {
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
    std::vector<Share> shares(1);
    shares[0] = {this, std::move(parts)};
    return commit_together(std::move(shares), pool);
}

// The same for the same jobs in any order, and another one for any others.
CommitId WriteJob::joint_id(const std::vector<Share>& shares) {
    CommitId id{};
    std::set<const WriteJob*> met;
    for (const Share& share : shares) {
        if (!met.insert(share.job).second)
            throw Error(ErrorCode::InvalidArgument, "a job cannot be committed twice at once");
        if (share.job->database_->root() != shares.front().job->database_->root())
            throw Error(ErrorCode::InvalidArgument,
                        "one commit changes one root, and another job's is " +
                            shares.front().job->database_->root(),
                        share.job->database_->root());
        for (size_t i = 0; i < id.size(); ++i) id[i] ^= share.job->commit_id_[i];
    }
    return id;
}

uint64_t WriteJob::commit_together(std::vector<Share> shares,
                                   const std::shared_ptr<BufferPool>& pool) {
    Database& database = *shares.front().job->database_;
    const CommitId id = joint_id(shares);
    // An answer that was lost, or a driver that asks twice.
    if (const std::optional<uint64_t> version = database.find_commit(id)) return *version;
    std::vector<std::vector<std::string>> partition_ids;
    std::string names;
    bool overwrites = false;
    bool rewrites = false;
    for (Share& share : shares) {
        partition_ids.push_back(partitions_of(share.parts));
        forget_bitmaps_of_met_tasks(share.parts);
        const WriteJob& job = *share.job;
        names += (names.empty() ? "" : ", ") + job.name_.database + "." + job.name_.table;
        overwrites = overwrites || job.mode_ == WriteMode::OverwritePartitions;
        rewrites = rewrites || !job.rewritten_.empty();
    }
    auto begin = [&] {
        Transaction transaction = database.begin(id);
        for (size_t i = 0; i < shares.size(); ++i) {
            shares[i].job->join(transaction);
            shares[i].job->retire_replaced(transaction, partition_ids[i]);
        }
        return transaction;
    };
    std::optional<Transaction> transaction = begin();
    for (Share& share : shares) {
        const WriteTask& task = share.job->task_;
        if (share.job->mode_ == WriteMode::Append && task.commit_ts)
            hide_older_rows(database, *transaction, task.target, share.parts, pool);
        for (NewPart& part : share.parts) transaction->add_part(task.target.table, std::move(part));
    }
    for (int tries = 1;; ++tries) {
        const CommitOutcome outcome = database.commit(*transaction);
        if (const auto* published = std::get_if<latch::Published>(&outcome))
            return published->version;
        const bool is_merge =
            std::holds_alternative<latch::Conflict>(outcome) && overwrites && !rewrites;
        if (!is_merge || tries == kConflictsMax) require_published(outcome, "writing to " + names);
        // The latches are held, so only a merge can have come between: its output goes instead.
        Transaction again = begin();
        again.pending() = std::move(transaction->pending());
        transaction.emplace(std::move(again));
    }
}

}  // namespace ch::storage
