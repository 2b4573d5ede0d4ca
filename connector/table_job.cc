#include "connector/table_job.h"

#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "base/error.h"
#include "connector/hex_text.h"
#include "connector/json_text.h"
#include "connector/limits.h"
#include "connector/store_access.h"
#include "engine/store/table_schema.h"

namespace ch::connector {

using nlohmann::json;
using storage::WriteJob;
using storage::WriteMode;

namespace {

constexpr const char* kWhat = "job";

WriteMode mode_of(const json& request) {
    const std::string mode = text_field(request, kWhat, "mode");
    if (mode == "append") return WriteMode::Append;
    if (mode == "overwrite") return WriteMode::Overwrite;
    if (mode == "overwrite_partitions") return WriteMode::OverwritePartitions;
    throw Error(ErrorCode::InvalidArgument,
                "job: mode is append, overwrite or overwrite_partitions, found \"" + mode + "\"");
}

}  // namespace

std::unique_ptr<TableJob> TableJob::begin(std::shared_ptr<Session> session,
                                          std::string_view request) {
    const json document = parse_json(request, kWhat, kPlanBytesMax);
    const bool creates = document.contains("create");
    std::unique_ptr<WriteJob> job;
    auto database = open_store(*session, text_field(document, kWhat, "root"), "take rows", false);
    const uint64_t wait_ms =
        optional_count(document, kWhat, "latch_wait_ms").value_or(kLatchWaitMsDefault);
    if (creates) {
        check_fields(document, kWhat, {"root", "create", "replace", "latch_wait_ms"});
        const storage::NewTable made =
            storage::parse_new_table(text_field(document, kWhat, "create"));
        job = WriteJob::create(std::move(database), made.name, made.schema,
                               optional_flag(document, kWhat, "replace").value_or(false), wait_ms);
    } else {
        check_fields(document, kWhat,
                     {"root", "database", "table", "mode", "latch_wait_ms", "read_version"});
        job = WriteJob::begin(
            std::move(database),
            {text_field(document, kWhat, "database"), text_field(document, kWhat, "table")},
            mode_of(document), wait_ms, optional_count(document, kWhat, "read_version"));
    }
    return std::make_unique<TableJob>(std::move(session), std::move(job));
}

std::string TableJob::task_text() const {
    return to_hex(as_bytes(storage::encode_write_task(job_->task())));
}

std::string TableJob::commit(std::string_view request) {
    const json document = parse_json(request, "commit", kCommitBytesMax);
    check_fields(document, "commit", {"messages", "rewritten"});
    std::vector<storage::NewPart> parts;
    for (const json& message : array_field(document, "commit", "messages")) {
        if (!message.is_string())
            throw Error(ErrorCode::InvalidArgument, "commit: a message is a string");
        const std::string bytes = require_hex(message.get<std::string>(), "a task's message");
        for (storage::NewPart& part : storage::decode_new_parts(bytes))
            parts.push_back(std::move(part));
    }
    if (document.contains("rewritten")) {
        std::vector<std::string> rewritten;
        for (const json& part : array_field(document, "commit", "rewritten")) {
            if (!part.is_string())
                throw Error(ErrorCode::InvalidArgument, "commit: a part's name is a string");
            rewritten.push_back(part.get<std::string>());
        }
        job_->rewrite(rewritten);
    }
    const uint64_t rows_version = job_->commit(std::move(parts), session_->pool());
    return dump_json({{"version", rows_version}});
}

}  // namespace ch::connector
