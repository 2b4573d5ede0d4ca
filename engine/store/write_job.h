#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "engine/store/write_task.h"

namespace ch::storage {

/// What becomes of a table's rows when a job's are published.
enum class WriteMode : uint8_t {
    Append,
    Overwrite,            ///< all others go
    OverwritePartitions,  ///< those of partitions that get new rows go
};

/// One write to one table by any number of processes: this one holds the latch, hands out the task,
/// and publishes what the others wrote in one commit. Until then nothing is visible; what is never
/// published is removed by collection. Used by one thread.
class WriteJob {
public:
    /// Jobs are made by begin() and create() alone: nobody else has a Key.
    class Key {
        friend class WriteJob;
        Key() {}
    };
    WriteJob(Key, std::shared_ptr<Database> database, TableName name, WriteMode mode);
    /// Takes the table's latch. `read_version`: the one by whose rows of the table the new ones are
    /// made; what was changed since would be undone unseen. Throws Error{NotFound | Busy}, and
    /// Error{Conflict} if a commit that is no merge has changed the table since `read_version`.
    static std::unique_ptr<WriteJob> begin(std::shared_ptr<Database> database,
                                           const TableName& name, WriteMode mode,
                                           uint64_t latch_wait_ms_max,
                                           std::optional<uint64_t> read_version = std::nullopt);

    /// A table that the commit creates; with `replaces` it may exist, and goes in the same commit.
    /// Throws Error{InvalidArgument | NotFound | Busy | Unsupported}.
    static std::unique_ptr<WriteJob> create(std::shared_ptr<Database> database,
                                            const TableName& name, const SchemaVersion& schema,
                                            bool replaces, uint64_t latch_wait_ms_max);

    [[nodiscard]] const WriteTask& task() const { return task_; }
    /// Parts whose rows the job has read and writes anew, as they are to stay. A merge that took
    /// one of them meanwhile makes commit() a Conflict.
    void rewrite(const std::vector<std::string>& parts);
    /// Publishes; returns the version. Throws Error{Conflict | Fenced | Io | ...}; after an Io it
    /// is not known whether the commit took place, and is looked up by the same job's commit().
    uint64_t commit(std::vector<NewPart> parts, const std::shared_ptr<BufferPool>& pool);

    /// A job and what its tasks wrote.
    struct Share {
        WriteJob* job = nullptr;
        std::vector<NewPart> parts;
    };
    /// Publishes jobs of one root in one version, all or none; else as commit(), and what is not
    /// known after an Io is looked up by the same jobs together. Throws Error{InvalidArgument} for
    /// jobs of several roots, or one job twice. Requires: a job.
    static uint64_t commit_together(std::vector<Share> shares,
                                    const std::shared_ptr<BufferPool>& pool);

private:
    void make_task(const Transaction& transaction, TableId table);
    void join(Transaction& transaction) const;
    void retire_replaced(Transaction& transaction,
                         const std::vector<std::string>& partition_ids) const;
    static CommitId joint_id(const std::vector<Share>& shares);

    std::shared_ptr<Database> database_;
    const TableName name_;
    const WriteMode mode_;
    const CommitId commit_id_;
    std::shared_ptr<latch::Pin> creation_;  ///< of a table that the commit creates
    std::optional<SchemaVersion> schema_;   ///< likewise
    std::optional<TableId> replaced_;       ///< goes in the same commit
    std::optional<WriteLatch> latch_;
    std::vector<std::string> rewritten_;
    WriteTask task_;
};

}  // namespace ch::storage
