#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ch/ch.h"
#include "connector/session.h"
#include "engine/store/write_task.h"

namespace ch::connector {

/// One task of a TableJob, in this or another process (ch_task_* in include/ch/ch.h). Used by one
/// thread at a time. What it wrote is nobody's until the job commits its message.
class TableTask {
public:
    TableTask(std::shared_ptr<Session> session, std::shared_ptr<storage::Database> database,
              const storage::WriteTask& task, storage::WriteOptions options);
    /// `task_text`: of TableJob. `settings`: JSON, or empty. Throws Error{InvalidArgument | Corrupt
    /// | Unsupported | NotFound}.
    static std::unique_ptr<TableTask> begin(std::shared_ptr<Session> session,
                                            std::string_view task_text, std::string_view settings);

    /// Rows of a struct array, which stays the caller's. Throws Error{InvalidArgument} naming the
    /// column and the value that has no place, Error{MemoryLimit | Io}.
    void append(const ArrowSchema& schema, const ArrowArray& array);
    /// Writes what is left, syncs it, and gives the message for TableJob::commit(). Called once.
    std::string finish();
    /// ch_task_memory of include/ch/ch.h.
    [[nodiscard]] uint64_t memory_bytes() const;

private:
    const std::shared_ptr<Session> session_;
    const std::shared_ptr<BufferPool> pool_;  // counts what this task holds
    const std::shared_ptr<storage::Database> database_;
    storage::TableWriter writer_;
    std::vector<column::NameAndType> wanted_;
    bool is_finished_ = false;
};

}  // namespace ch::connector
