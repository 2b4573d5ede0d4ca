#include "syncer/syncer.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/error.h"
#include "engine/store/merge.h"
#include "nlohmann/json.hpp"
#include "syncer/event_log.h"
#include "syncer/limits.h"
#include "syncer/source/binlog_message.h"

namespace ch::syncer {

namespace {

/// How often the log says that transactions wait for one whose outcome is not known.
constexpr auto kWaitingPause = std::chrono::seconds(10);
constexpr auto kMergePause = std::chrono::seconds(1);
constexpr size_t kMergesAtOnce = 4;
/// A schema object that is neither gone nor public is on its way: another message follows.
constexpr int32_t kStateNone = 0, kStatePublic = 5;
constexpr std::string_view kSequenceChange = "SELECT SETVAL(";

}  // namespace

Syncer::Syncer(Config config, std::shared_ptr<io::FileSystem> files)
    : config_(std::move(config)),
      files_(std::move(files)),
      pool_(std::make_shared<BufferPool>(std::make_shared<MemoryBudget>(kMemoryBytes))),
      status_(config_.tidb_status),
      merges_cancelled_(std::make_shared<std::atomic<bool>>(false)) {
    storage::DatabaseOptions options;
    options.create = true;
    options.note = "binlog-syncer";
    database_ = storage::Database::open(files_, config_.root, options);
    applier_ = std::make_unique<Applier>(database_, pool_, config_.apply, [this](int64_t table) {
        return database_of_table(table);
    });
    assembler_.emplace(applier_->applied_ts(), kDecidedMax);
    merged_tables_ = applier_->stored_tables();
    log_ = std::make_unique<PumpLog>(
        files_, config_.log_folder,
        [this](const LogPlace& place, Bytes message) { stored(place, message); });
    write_event("started", {{"applied_ts", std::to_string(applier_->applied_ts())},
                            {"open", std::to_string(assembler_->open_count())}});
}

std::string Syncer::database_of_table(int64_t table_id) const {
    const std::string answer = status_.get("/db-table/" + std::to_string(table_id));
    const nlohmann::json from = nlohmann::json::parse(answer, nullptr, false);
    if (!from.is_object() || !from.contains("db_info"))
        throw Error(ErrorCode::NotFound,
                    "TiDB knows no table " + std::to_string(table_id) + ": " + answer);
    return from["db_info"]["db_name"].value("O", "");
}

void Syncer::stored(const LogPlace& place, Bytes bytes) {
    const BinlogMessage message = decode_binlog_message(bytes);
    std::lock_guard lock(mutex_);
    if (message.type == BinlogType::Prewrite) {
        assembler_->prewrite(
            message.start_ts,
            {place, message.ddl_query.starts_with(kSequenceChange) ? -1 : message.ddl_job_id,
             message.ddl_state});
    } else if (message.type == BinlogType::Rollback) {
        assembler_->rollback(message.start_ts);
    } else if (!assembler_->commit(message.start_ts, message.commit_ts) && !failure_) {
        failure_.emplace(ErrorCode::Corrupt,
                         "the transaction of " + std::to_string(message.commit_ts) +
                             " was committed, but its rows, of " +
                             std::to_string(message.start_ts) +
                             ", never came: binlog is missing, load the tables anew");
    }
    changed_.notify_all();
}

// As many as one version takes: rows of transactions that follow each other, or one DDL.
std::vector<Syncer::Ready> Syncer::next_batch(std::optional<uint64_t> until) {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, kWaitingPause, [&] {
        if (!set_aside_) set_aside_ = assembler_->take();
        return is_stopped_ || failure_ || set_aside_;
    }))
        if (assembler_->committed_count() > 0)
            write_event("waiting",
                        {{"for_start_ts", std::to_string(assembler_->oldest_open().value_or(0))},
                         {"committed", std::to_string(assembler_->committed_count())}});
    if (failure_) throw Error(*failure_);
    std::vector<Ready> batch;
    uint64_t bytes = 0;
    while (!is_stopped_ && set_aside_ && batch.size() < config_.transactions_max) {
        const Content& content = set_aside_->content;
        const bool is_ddl = content.ddl_job_id != 0;
        if (until && set_aside_->commit_ts > *until) {
            is_stopped_ = batch.empty();
            break;
        }
        if (!batch.empty() && (is_ddl || bytes + content.place.bytes > config_.bytes_max)) break;
        bytes += content.place.bytes;
        batch.push_back(*set_aside_);
        set_aside_ = assembler_->take();
        if (is_ddl) break;
    }
    return batch;
}

void Syncer::apply(const std::vector<Ready>& batch) {
    if (batch.front().content.ddl_job_id != 0)
        apply_ddl(batch.front());
    else
        apply_rows(batch);
    if (!config_.tells_versions) return;
    std::string changed;
    for (const std::string& table : applier_->changed())
        (changed += changed.empty() ? "" : " ") += table;
    write_event("version", {{"version", std::to_string(applier_->version())},
                            {"complete_ts", std::to_string(applier_->applied_ts())},
                            {"tables", changed},
                            {"transactions", std::to_string(batch.size())}});
}

void Syncer::apply_rows(const std::vector<Ready>& batch) {
    size_t next = 0;
    std::string message;
    RowChanges changes;
    applier_->apply_rows(batch.back().commit_ts, [&]() -> const RowChanges* {
        if (next == batch.size()) return nullptr;
        message = log_->read(batch[next++].content.place);
        changes = decode_row_changes(decode_binlog_message(as_bytes(message)).prewrite_value);
        return &changes;
    });
}

void Syncer::apply_ddl(const Ready& ddl) {
    DdlJob job;
    const bool is_done =
        ddl.content.ddl_state == kStateNone || ddl.content.ddl_state == kStatePublic;
    if (is_done && ddl.content.ddl_job_id > 0) job = status_.wait_for_job(ddl.content.ddl_job_id);
    applier_->apply_ddl(job, ddl.commit_ts);
    if (job.is_done)
        write_event("ddl", {{"commit_ts", std::to_string(ddl.commit_ts)}, {"query", job.query}});
    std::lock_guard lock(mutex_);
    merged_tables_ = applier_->stored_tables();
}

// A segment is needed while a transaction in it, or in one before it, waits.
void Syncer::trim_log() {
    uint64_t needed = log_->last_segment();
    {
        std::lock_guard lock(mutex_);
        assembler_->visit(
            [&](const Content& content) { needed = std::min(needed, content.place.segment); });
        if (set_aside_) needed = std::min(needed, set_aside_->content.place.segment);
    }
    log_->remove_before(needed);
}

void Syncer::merge_until_stopped() {
    while (true) {
        std::vector<storage::TableId> tables;
        {
            std::unique_lock lock(mutex_);
            changed_.wait_for(lock, kMergePause, [&] { return is_stopped_; });
            if (is_stopped_) return;
            tables = merged_tables_;
        }
        storage::MergeOptions options;
        options.cancelled = merges_cancelled_;
        for (storage::TableId table : tables) {
            try {
                if (database_->newest()->find(table))
                    storage::merge_table(database_, table, {}, pool_, options, kMergesAtOnce);
            } catch (const Error& error) {
                // Rows are right without merges; the next round tries again.
                if (!*merges_cancelled_) write_event("merge_failed", {{"error", error.what()}});
            }
        }
    }
}

void Syncer::run(std::optional<uint64_t> until) {
    const PumpServer server(config_.pump, [this](Bytes message) {
        static_cast<void>(decode_binlog_message(message));
        try {
            log_->append(message,
                         [this](const LogPlace& place, Bytes bytes) { stored(place, bytes); });
        } catch (const Error& error) {
            if (error.code() == ErrorCode::Io) fail(error);
            throw;
        }
    });
    write_event("listening", {{"port", std::to_string(server.port())}});
    std::thread merges;
    if (config_.merges) merges = std::thread([this] { merge_until_stopped(); });
    std::optional<Error> failed;
    try {
        uint64_t segment = log_->last_segment();
        while (true) {
            const std::vector<Ready> batch = next_batch(until);
            if (batch.empty()) break;
            apply(batch);
            if (log_->last_segment() == segment) continue;
            trim_log();
            segment = log_->last_segment();
        }
    } catch (const Error& error) {
        failed = error;
    }
    stop();
    if (merges.joinable()) merges.join();
    if (failed) throw Error(*failed);
    write_event("stopped", {{"applied_ts", std::to_string(applier_->applied_ts())},
                            {"rows", std::to_string(applier_->rows())}});
}

void Syncer::fail(const Error& error) {
    std::lock_guard lock(mutex_);
    if (!failure_) failure_ = error;
    changed_.notify_all();
}

void Syncer::stop() {
    *merges_cancelled_ = true;
    std::lock_guard lock(mutex_);
    is_stopped_ = true;
    changed_.notify_all();
}

}  // namespace ch::syncer
