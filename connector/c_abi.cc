#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "ch/ch.h"
#include "connector/command.h"
#include "connector/describe.h"
#include "connector/history.h"
#include "connector/pin.h"
#include "connector/plan.h"
#include "connector/query.h"
#include "connector/session.h"
#include "connector/split_text.h"
#include "connector/stream.h"
#include "connector/table_job.h"
#include "connector/table_task.h"
#include "connector/version.h"  // made by CMake from version.h.in
#include "connector/wall.h"

using ch::Error;
using ch::ErrorCode;
namespace connector = ch::connector;

static_assert(CH_CORRUPT == static_cast<int>(ErrorCode::Corrupt) &&
                  CH_IO == static_cast<int>(ErrorCode::Io) &&
                  CH_NOT_FOUND == static_cast<int>(ErrorCode::NotFound) &&
                  CH_INVALID_ARGUMENT == static_cast<int>(ErrorCode::InvalidArgument) &&
                  CH_UNSUPPORTED == static_cast<int>(ErrorCode::Unsupported) &&
                  CH_MEMORY_LIMIT == static_cast<int>(ErrorCode::MemoryLimit) &&
                  CH_CANCELLED == static_cast<int>(ErrorCode::Cancelled) &&
                  CH_BUG == static_cast<int>(ErrorCode::Bug) &&
                  CH_SNAPSHOT_EXPIRED == static_cast<int>(ErrorCode::SnapshotExpired) &&
                  CH_CONFLICT == static_cast<int>(ErrorCode::Conflict) &&
                  CH_FENCED == static_cast<int>(ErrorCode::Fenced) &&
                  CH_BUSY == static_cast<int>(ErrorCode::Busy) &&
                  CH_OVERFLOW == static_cast<int>(ErrorCode::Overflow),
              "the C ABI's codes are those of Error");

struct ch_session {
    std::shared_ptr<connector::Session> session;
};

/// Handles hold shared pointers: a stream keeps its query, and a query its session, so that a
/// client may close them in any order.
struct ch_query {
    std::shared_ptr<connector::Query> query;
    bool is_stream_taken = false;
};

struct ch_pin {
    std::unique_ptr<connector::VersionPin> pin;
};

struct ch_job {
    std::unique_ptr<connector::TableJob> job;
};

struct ch_task {
    std::unique_ptr<connector::TableTask> task;
};

namespace {

/// Cut where a character begins.
void copy_cut(std::string_view text, char* to, size_t capacity) {
    size_t size = std::min(text.size(), capacity - 1);
    // A byte 10xxxxxx continues a character: the cut moves before its first byte.
    if (size < text.size())
        while (size > 0 && (static_cast<uint8_t>(text[size]) & 0xC0) == 0x80) --size;
    std::memcpy(to, text.data(), size);
    to[size] = '\0';
}

template <typename Body>
int32_t guarded(ch_error* error, Body&& body) noexcept {
    std::optional<connector::Failure> failure =
        connector::run_behind_wall(std::forward<Body>(body));
    if (!failure) return CH_OK;
    auto code = static_cast<int32_t>(failure->code);
    if (error != nullptr) {
        error->code = code;
        copy_cut(failure->message, error->message, sizeof(error->message));
    }
    return code;
}

template <typename T>
T& required(T* pointer, const char* name) {
    if (pointer == nullptr)
        throw Error(ErrorCode::InvalidArgument, std::string("argument ") + name + " is NULL");
    return *pointer;
}

/// malloc, so that ch_string_free() can be plain free() whatever allocator C++ uses here.
char* copy_text(const std::string& text) {
    auto* copy = static_cast<char*>(std::malloc(text.size() + 1));
    if (copy == nullptr) throw std::bad_alloc();
    std::memcpy(copy, text.c_str(), text.size() + 1);
    return copy;
}

}  // namespace

const char* ch_version(void) {
    return connector::kVersionText;
}

void ch_string_free(char* text) {
    std::free(text);
}

int32_t ch_session_open(const char* settings, ch_session** session, ch_error* error) {
    return guarded(error, [&] {
        auto& out = required(session, "session");
        auto opened = std::make_unique<ch_session>();
        opened->session = connector::Session::open(settings == nullptr ? "" : settings);
        out = opened.release();
    });
}

void ch_session_close(ch_session* session) {
    std::unique_ptr<ch_session> closed(session);
}

int32_t ch_list(ch_session* session, const char* path, char** json, ch_error* error) {
    return guarded(error, [&] {
        auto& out = required(json, "json");
        out = copy_text(
            connector::list_json(*required(session, "session").session, &required(path, "path")));
    });
}

int32_t ch_describe(ch_session* session, const char* table, char** json, ch_error* error) {
    return guarded(error, [&] {
        auto& out = required(json, "json");
        out = copy_text(connector::describe_json(*required(session, "session").session,
                                                 &required(table, "table"), std::nullopt));
    });
}

int32_t ch_describe_version(ch_session* session, const char* table, uint64_t version, char** json,
                            ch_error* error) {
    return guarded(error, [&] {
        auto& out = required(json, "json");
        out = copy_text(connector::describe_json(*required(session, "session").session,
                                                 &required(table, "table"), version));
    });
}

int32_t ch_pin_open(ch_session* session, const char* request, ch_pin** pin, char** json,
                    ch_error* error) {
    return guarded(error, [&] {
        auto& out = required(pin, "pin");
        auto& text = required(json, "json");
        auto opened = std::make_unique<ch_pin>();
        opened->pin = connector::VersionPin::open(*required(session, "session").session,
                                                  &required(request, "request"));
        text = copy_text(opened->pin->text());
        out = opened.release();
    });
}

void ch_pin_close(ch_pin* pin) {
    std::unique_ptr<ch_pin> closed(pin);
}

int32_t ch_history(ch_session* session, const char* request, char** json, ch_error* error) {
    return guarded(error, [&] {
        auto& out = required(json, "json");
        out = copy_text(connector::history_json(*required(session, "session").session,
                                                &required(request, "request")));
    });
}

int32_t ch_plan(ch_session* session, const char* plan, char** json, ch_error* error) {
    return guarded(error, [&] {
        auto& out = required(json, "json");
        connector::Plan parsed = connector::parse_plan(&required(plan, "plan"));
        out = copy_text(connector::plan_json(*required(session, "session").session, parsed));
    });
}

int32_t ch_execute(ch_session* session, const char* plan, const char* split, ch_query** query,
                   ch_error* error) {
    return guarded(error, [&] {
        auto& out = required(query, "query");
        connector::Plan parsed = connector::parse_plan(&required(plan, "plan"));
        std::optional<ch::table::Split> piece;
        if (split != nullptr) piece = connector::parse_split(split);
        auto started = std::make_unique<ch_query>();
        started->query =
            connector::Query::start(required(session, "session").session, parsed, std::move(piece));
        out = started.release();
    });
}

int32_t ch_query_stream(ch_query* query, ArrowArrayStream* stream, ch_error* error) {
    return guarded(error, [&] {
        ch_query& source = required(query, "query");
        auto& out = required(stream, "stream");
        // Two streams over one query would share its batches out between them.
        if (std::exchange(source.is_stream_taken, true))
            throw Error(ErrorCode::InvalidArgument,
                        "the query's stream was taken before; execute the plan again");
        connector::export_stream(source.query, &out);
    });
}

void ch_query_cancel(ch_query* query) {
    if (query != nullptr) query->query->cancel();
}

void ch_query_metrics(const ch_query* query, ch_metrics* metrics) {
    if (query != nullptr && metrics != nullptr) *metrics = query->query->metrics();
}

void ch_query_close(ch_query* query) {
    std::unique_ptr<ch_query> closed(query);
}

int32_t ch_command(ch_session* session, const char* request, char** json, ch_error* error) {
    return guarded(error, [&] {
        auto& out = required(json, "json");
        out = copy_text(connector::command_json(*required(session, "session").session,
                                                &required(request, "request")));
    });
}

int32_t ch_job_begin(ch_session* session, const char* request, ch_job** job, char** task,
                     ch_error* error) {
    return guarded(error, [&] {
        auto& out = required(job, "job");
        auto& text = required(task, "task");
        auto begun = std::make_unique<ch_job>();
        begun->job = connector::TableJob::begin(required(session, "session").session,
                                                &required(request, "request"));
        text = copy_text(begun->job->task_text());
        out = begun.release();
    });
}

int32_t ch_job_commit(ch_job* job, const char* request, char** json, ch_error* error) {
    return guarded(error, [&] {
        auto& out = required(json, "json");
        out = copy_text(required(job, "job").job->commit(&required(request, "request")));
    });
}

void ch_job_close(ch_job* job) {
    std::unique_ptr<ch_job> closed(job);
}

int32_t ch_task_begin(ch_session* session, const char* task, const char* settings, ch_task** out,
                      ch_error* error) {
    return guarded(error, [&] {
        auto& begun_task = required(out, "out");
        auto begun = std::make_unique<ch_task>();
        begun->task = connector::TableTask::begin(required(session, "session").session,
                                                  &required(task, "task"),
                                                  settings == nullptr ? "" : settings);
        begun_task = begun.release();
    });
}

int32_t ch_task_append(ch_task* task, const ArrowSchema* schema, const ArrowArray* array,
                       ch_error* error) {
    return guarded(error, [&] {
        required(task, "task").task->append(required(schema, "schema"), required(array, "array"));
    });
}

uint64_t ch_task_memory(const ch_task* task) {
    return task == nullptr ? 0 : task->task->memory_bytes();
}

int32_t ch_task_finish(ch_task* task, char** message, ch_error* error) {
    return guarded(error, [&] {
        auto& out = required(message, "message");
        out = copy_text(required(task, "task").task->finish());
    });
}

void ch_task_close(ch_task* task) {
    std::unique_ptr<ch_task> closed(task);
}
