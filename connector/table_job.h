#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "connector/session.h"
#include "engine/store/write_job.h"

namespace ch::connector {

/// A write to one table, as the process leads it that publishes it (ch_job_* in include/ch/ch.h).
/// Holds the table's latch until it is destroyed. Used by one thread at a time.
class TableJob {
public:
    TableJob(std::shared_ptr<Session> session, std::unique_ptr<storage::WriteJob> job)
        : session_(std::move(session)), job_(std::move(job)) {}
    /// Throws Error{InvalidArgument | NotFound | Unsupported | Busy}.
    static std::unique_ptr<TableJob> begin(std::shared_ptr<Session> session,
                                           std::string_view request);

    /// For TableTask::begin() in any process.
    [[nodiscard]] std::string task_text() const;
    /// Publishes what tasks wrote, as JSON tells; returns JSON. Throws Error{InvalidArgument |
    /// Conflict | Fenced | Io | MemoryLimit}.
    std::string commit(std::string_view request);

private:
    const std::shared_ptr<Session> session_;
    const std::unique_ptr<storage::WriteJob> job_;
};

}  // namespace ch::connector
