// Writes Arrow record batches from memory to a store through the C ABI. Reads one JSON request a
// line: {"load":"an IPC stream"} keeps its batches in memory; {"root","database","table",
// "threads":2,"memory_bytes":n} is one commit of them by as many tasks. Answers one JSON line each:
// {"seconds","rows"}, or {"error"}.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/buffer.h"
#include "benchmarks/json_lines.h"
#include "ch/ch.h"
#include "tools/ch/ipc_array.h"
#include "tools/ch/ipc_field.h"
#include "tools/ch/ipc_stream.h"

namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr size_t kBatchesBytesMax = size_t{4} << 30;

void check(int32_t code, const ch_error& error) {
    if (code != CH_OK) throw std::runtime_error(error.message);
}

struct Close {
    void operator()(ch_session* session) const { ch_session_close(session); }
    void operator()(ch_job* job) const { ch_job_close(job); }
    void operator()(ch_task* task) const { ch_task_close(task); }
};
using SessionPtr = std::unique_ptr<ch_session, Close>;
using JobPtr = std::unique_ptr<ch_job, Close>;
using TaskPtr = std::unique_ptr<ch_task, Close>;

std::string take(char* text) {
    std::string taken = text;
    ch_string_free(text);
    return taken;
}

/// Record batches without dictionaries.
struct Batches {
    std::unique_ptr<ch::tools::IpcField> schema;
    std::vector<std::unique_ptr<ch::tools::IpcArray>> arrays;
    uint64_t rows = 0;
};

Batches load(const std::string& path) {
    auto pool =
        std::make_shared<ch::BufferPool>(std::make_shared<ch::MemoryBudget>(kBatchesBytesMax));
    std::ifstream from(path, std::ios::binary);
    ch::tools::IpcStream stream(from, pool);
    Batches batches;
    batches.schema = ch::tools::read_ipc_schema(stream.next().value());
    while (auto message = stream.next()) {
        batches.arrays.push_back(
            ch::tools::read_ipc_batch(std::move(*message), *batches.schema, {}, pool));
        batches.rows += static_cast<uint64_t>(batches.arrays.back()->array.length);
    }
    return batches;
}

/// The message of a task that takes batches until none is left.
std::string run_task(ch_session* session, const std::string& text, const std::string& settings,
                     const Batches& batches, std::atomic<size_t>& next) {
    ch_task* raw = nullptr;
    ch_error error{};
    check(ch_task_begin(session, text.c_str(), settings.c_str(), &raw, &error), error);
    const TaskPtr task(raw);
    for (size_t i = next++; i < batches.arrays.size(); i = next++)
        check(
            ch_task_append(task.get(), &batches.schema->schema, &batches.arrays[i]->array, &error),
            error);
    char* message = nullptr;
    check(ch_task_finish(task.get(), &message, &error), error);
    return take(message);
}

Json write(const Json& request, const Batches& batches) {
    const auto start = Clock::now();
    const uint64_t memory_bytes = request.at("memory_bytes");
    const size_t threads_count = request.at("threads");
    ch_session* raw_session = nullptr;
    ch_job* raw_job = nullptr;
    char* text = nullptr;
    ch_error error{};
    const Json settings = {{"memory_bytes", memory_bytes}};
    check(ch_session_open(settings.dump().c_str(), &raw_session, &error), error);
    const SessionPtr session(raw_session);
    const Json wanted = {{"root", request.at("root")},
                         {"database", request.at("database")},
                         {"table", request.at("table")},
                         {"mode", "append"}};
    check(ch_job_begin(session.get(), wanted.dump().c_str(), &raw_job, &text, &error), error);
    const JobPtr job(raw_job);
    const std::string task_text = take(text);
    const Json share = {{"memory_bytes", memory_bytes / threads_count}};

    std::mutex mutex;
    Json messages = Json::array();
    std::string failure;
    std::atomic<size_t> next{0};
    std::vector<std::thread> threads;
    for (size_t i = 0; i < threads_count; ++i)
        threads.emplace_back([&] {
            try {
                std::string message =
                    run_task(session.get(), task_text, share.dump(), batches, next);
                const std::lock_guard lock(mutex);
                messages.push_back(std::move(message));
            } catch (const std::exception& problem) {
                const std::lock_guard lock(mutex);
                failure = problem.what();
            }
        });
    for (std::thread& thread : threads) thread.join();
    if (!failure.empty()) throw std::runtime_error(failure);
    const Json commit = {{"messages", messages}};
    check(ch_job_commit(job.get(), commit.dump().c_str(), &text, &error), error);
    take(text);
    return {{"seconds", std::chrono::duration<double>(Clock::now() - start).count()},
            {"rows", batches.rows}};
}

}  // namespace

int main() {
    Batches batches;
    ch::bench::serve_json_lines([&](const Json& request) -> Json {
        if (!request.contains("load")) return write(request, batches);
        batches = load(request.at("load"));
        return {{"rows", batches.rows}};
    });
    return 0;
}
