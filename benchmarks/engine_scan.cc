// Runs plans through the C ABI to Arrow on several threads and throws the batches away: what the
// engine alone can do. Reads one JSON request a line: {"plan":{...}, "threads":2, "split_bytes":n,
// "memory_bytes":n, "repeat":n}; answers one JSON line each:
// {"seconds","rows","batches","bytes_read","granules_read","granules_skipped","memory_peak_bytes",
// "splits","plan_seconds"}
// of the fastest repeat, or {"error"}.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "benchmarks/json_lines.h"
#include "ch/ch.h"

namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

void check(int32_t code, const ch_error& error) {
    if (code != CH_OK) throw std::runtime_error(error.message);
}

struct CloseSession {
    void operator()(ch_session* session) const { ch_session_close(session); }
};
struct CloseQuery {
    void operator()(ch_query* query) const { ch_query_close(query); }
};
using SessionPtr = std::unique_ptr<ch_session, CloseSession>;
using QueryPtr = std::unique_ptr<ch_query, CloseQuery>;

SessionPtr open_session(const Json& request) {
    Json settings = Json::object();
    if (request.contains("memory_bytes")) settings["memory_bytes"] = request["memory_bytes"];
    ch_session* session = nullptr;
    ch_error error{};
    check(ch_session_open(settings.dump().c_str(), &session, &error), error);
    return SessionPtr(session);
}

Json plan_splits(ch_session* session, const std::string& plan) {
    char* text = nullptr;
    ch_error error{};
    check(ch_plan(session, plan.c_str(), &text, &error), error);
    Json planned = Json::parse(text);
    ch_string_free(text);
    return planned;
}

struct Total {
    std::mutex mutex;
    uint64_t rows = 0, batches = 0, bytes_read = 0, granules_read = 0, granules_skipped = 0,
             memory_peak_bytes = 0;
    std::string error;

    void add(uint64_t more_rows, uint64_t more_batches, const ch_metrics& metrics) {
        const std::lock_guard lock(mutex);
        rows += more_rows;
        batches += more_batches;
        bytes_read += metrics.bytes_read;
        granules_read += metrics.granules_read;
        granules_skipped += metrics.granules_skipped;
        memory_peak_bytes = std::max(memory_peak_bytes, metrics.memory_peak_bytes);
    }
};

void run_split(ch_session* session, const std::string& plan, const std::string& split,
               Total& total) {
    ch_query* raw = nullptr;
    ch_error error{};
    check(ch_execute(session, plan.c_str(), split.c_str(), &raw, &error), error);
    const QueryPtr query(raw);
    ArrowArrayStream stream{};
    check(ch_query_stream(query.get(), &stream, &error), error);
    uint64_t rows = 0;
    uint64_t batches = 0;
    std::string failure;
    while (true) {
        ArrowArray batch{};
        if (stream.get_next(&stream, &batch) != 0) {
            failure = stream.get_last_error(&stream);
            break;
        }
        if (batch.release == nullptr) break;
        rows += static_cast<uint64_t>(batch.length);
        ++batches;
        batch.release(&batch);
    }
    ch_metrics metrics{};
    ch_query_metrics(query.get(), &metrics);
    stream.release(&stream);
    if (!failure.empty()) throw std::runtime_error(failure);
    total.add(rows, batches, metrics);
}

Json run_once(const Json& request) {
    const auto start = Clock::now();
    const SessionPtr session = open_session(request);
    Json plan_json = request["plan"];
    if (request.contains("split_bytes"))
        plan_json["options"]["split_bytes"] = request["split_bytes"];
    const std::string plan = plan_json.dump();
    const Json planned = plan_splits(session.get(), plan);
    const double plan_seconds = seconds_since(start);
    std::vector<std::string> splits;
    for (const Json& split : planned["splits"]) splits.push_back(split["id"].dump());

    Total total;
    std::atomic<size_t> next{0};
    auto work = [&] {
        try {
            for (size_t i = next++; i < splits.size(); i = next++)
                run_split(session.get(), plan, splits[i], total);
        } catch (const std::exception& problem) {
            const std::lock_guard lock(total.mutex);
            total.error = problem.what();
        }
    };
    std::vector<std::thread> threads;
    for (size_t i = 0; i < request.value("threads", 2U); ++i) threads.emplace_back(work);
    for (std::thread& thread : threads) thread.join();
    if (!total.error.empty()) throw std::runtime_error(total.error);
    return {{"seconds", seconds_since(start)},
            {"rows", total.rows},
            {"batches", total.batches},
            {"bytes_read", total.bytes_read},
            {"granules_read", total.granules_read},
            {"granules_skipped", total.granules_skipped},
            {"memory_peak_bytes", total.memory_peak_bytes},
            {"splits", splits.size()},
            {"plan_seconds", plan_seconds}};
}

Json answer(const Json& request) {
    Json best;
    for (int i = 0; i < request.value("repeat", 1); ++i) {
        Json run = run_once(request);
        if (best.is_null() || run["seconds"] < best["seconds"]) best = std::move(run);
    }
    return best;
}

}  // namespace

int main() {
    ch::bench::serve_json_lines(answer);
    return 0;
}
