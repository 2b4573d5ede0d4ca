#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "syncer/apply/applier.h"
#include "syncer/config.h"
#include "syncer/source/pump_log.h"
#include "syncer/source/status_port.h"
#include "syncer/txn/assembler.h"

namespace ch::syncer {

/// TiDB's binlog into a store: a pump that TiDB writes to, and one thread, run()'s, that applies
/// what is ready. What it throws is the end: a new process goes on where the newest version is.
class Syncer {
public:
    Syncer(Config config, std::shared_ptr<io::FileSystem> files);

    /// Until stop(), or, where `until` is given, until all transactions up to it are applied and a
    /// later one is there. Throws what Applier and PumpLog throw.
    void run(std::optional<uint64_t> until);
    /// Called by any thread, also by a signal's.
    void stop();

private:
    // What a transaction is made of, once its Prewrite is stored.
    struct Content {
        LogPlace place;
        int64_t ddl_job_id = 0;
        int32_t ddl_state = 0;
    };
    using Ready = Decided<Content>;

    void stored(const LogPlace& place, Bytes message);
    void fail(const Error& error);
    [[nodiscard]] std::vector<Ready> next_batch(std::optional<uint64_t> until);
    void apply(const std::vector<Ready>& batch);
    void apply_rows(const std::vector<Ready>& batch);
    void apply_ddl(const Ready& ddl);
    void trim_log();
    void merge_until_stopped();
    [[nodiscard]] std::string database_of_table(int64_t table_id) const;

    const Config config_;
    const std::shared_ptr<io::FileSystem> files_;
    const std::shared_ptr<BufferPool> pool_;
    const StatusPort status_;
    std::shared_ptr<storage::Database> database_;
    std::unique_ptr<Applier> applier_;

    std::mutex mutex_;  // guards the next five
    std::condition_variable changed_;
    std::optional<Assembler<Content>> assembler_;
    std::optional<Ready> set_aside_;  // the first that the last batch had no room for
    std::optional<Error> failure_;
    bool is_stopped_ = false;
    std::vector<storage::TableId> merged_tables_;
    std::shared_ptr<std::atomic<bool>> merges_cancelled_;

    std::unique_ptr<PumpLog> log_;
};

}  // namespace ch::syncer
