#pragma once

#include <cstdint>
#include <string>

#include "syncer/source/ddl_job.h"

namespace ch::syncer {

/// TiDB's status port, asked for what its binlog does not say. Thread-safe: a connection a
/// question. Throws Error{Io} where there is no answer.
class StatusPort {
public:
    /// "host:port". Throws Error{InvalidArgument}.
    explicit StatusPort(const std::string& address);

    /// The record of a job, once TiDB has written it. Throws Error{NotFound} if it does not come.
    [[nodiscard]] DdlJob wait_for_job(int64_t job_id) const;
    /// The body of an answer 200. Throws Error{NotFound} for 404.
    [[nodiscard]] std::string get(const std::string& path) const;

private:
    std::string host_;
    std::string port_;
};

}  // namespace ch::syncer
