// Commits to a store and opens it, by the engine's own API. Reads one JSON request a line and
// answers one JSON line each, or {"error"}:
// {"do":"commits","root","tables":n,"rows":n,"count":n}: makes the root, then so many commits, each
//     of so many rows to each of the tables: {"seconds":[...]}
// {"do":"group","root","threads":n,"count":n}: makes the root, then that many commits of one row to
//     one table by each of the threads: {"seconds","commits","versions"}
// {"do":"syncs","root","count":n}: new files of 4 KiB, each synced: {"seconds":[...]}
// {"do":"history","root","parts":n,"versions":n}: makes the root, one table with so many parts, and
//     so many versions: {"versions"}
// {"do":"open","root"}: opens the store and its newest version: {"seconds","parts","version"}
#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "base/bytes.h"
#include "base/io/posix_fs.h"
#include "benchmarks/json_lines.h"
#include "engine/store/create_table.h"
#include "engine/store/table_schema.h"
#include "engine/store/table_writer.h"

namespace {

using ch::column::Block;
using ch::storage::Database;
using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr size_t kMemoryBytes = size_t{1} << 30;
constexpr uint64_t kPartsACommit = 500;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A process that writes tables (k UInt64, v Int32).
class Writer {
public:
    Writer(const std::string& root, uint64_t tables) {
        ch::storage::DatabaseOptions options;
        options.create = true;
        files_->make_folder(root);
        database_ = Database::open(files_, root, options);
        for (uint64_t i = 0; i < tables; ++i) {
            const auto made =
                ch::storage::parse_new_table("CREATE TABLE d.t" + std::to_string(i) +
                                             " (k UInt64, v Int32) ENGINE = MergeTree ORDER BY k");
            tables_.push_back(ch::storage::create_table(*database_, made.name, made.schema));
        }
        latch_ = database_->lock(tables_, ch::latch::LatchMode::Writer, 0);
        if (!latch_) throw std::runtime_error("the new tables' latches are held");
    }

    /// One commit: rows to each table, as parts of so many rows.
    void commit(uint64_t rows, uint64_t part_rows_max) {
        ch::storage::Transaction transaction = database_->begin();
        transaction.use(*latch_);
        for (ch::storage::TableId table : tables_) {
            ch::storage::WriteOptions options;
            options.part_rows_max = part_rows_max;
            ch::storage::TableWriter writer(
                *database_, ch::storage::write_target(transaction, table), pool_, options);
            for (uint64_t i = 0; i < rows; i += part_rows_max)
                writer.append(block(std::min(part_rows_max, rows - i)));
            writer.finish(transaction);
        }
        ch::storage::require_published(database_->commit(transaction), "the benchmark");
    }

    /// A version that changes no table.
    void note_position(uint64_t position) {
        ch::storage::Transaction transaction = database_->begin();
        transaction.set_position("bench", std::to_string(position));
        ch::storage::require_published(database_->commit(transaction), "the benchmark");
    }

    uint64_t version() { return database_->newest()->version; }

private:
    Block block(uint64_t rows) {
        using ch::column::Column;
        auto column_of = [&](ch::column::TypeId type) {
            return ch::column::make_column(ch::column::make_type(type), rows, pool_);
        };
        Column keys = column_of(ch::column::TypeId::UInt64);
        Column values = column_of(ch::column::TypeId::Int32);
        const uint64_t first = next_key_.fetch_add(rows);
        for (uint64_t i = 0; i < rows; ++i) {
            keys.data.as<uint64_t>()[i] = first + i;
            values.data.as<int32_t>()[i] = static_cast<int32_t>(i);
        }
        return {rows,
                {"k", "v"},
                {std::make_shared<const Column>(std::move(keys)),
                 std::make_shared<const Column>(std::move(values))}};
    }

    std::shared_ptr<ch::io::PosixFs> files_ = std::make_shared<ch::io::PosixFs>();
    std::shared_ptr<ch::BufferPool> pool_ =
        std::make_shared<ch::BufferPool>(std::make_shared<ch::MemoryBudget>(kMemoryBytes));
    std::shared_ptr<Database> database_;
    std::vector<ch::storage::TableId> tables_;
    std::optional<ch::storage::WriteLatch> latch_;
    std::atomic<uint64_t> next_key_{0};
};

Json run_commits(const Json& request) {
    const uint64_t rows = request.at("rows");
    Writer writer(request.at("root"), request.at("tables"));
    Json seconds = Json::array();
    for (uint64_t i = 0; i < request.at("count"); ++i) {
        const auto start = Clock::now();
        writer.commit(rows, rows);
        seconds.push_back(seconds_since(start));
    }
    return {{"seconds", seconds}};
}

Json run_group(const Json& request) {
    const uint64_t count = request.at("count");
    const uint64_t threads_count = request.at("threads");
    Writer writer(request.at("root"), 1);
    const uint64_t before = writer.version();
    const auto start = Clock::now();
    std::vector<std::thread> threads;
    std::atomic<bool> is_broken{false};
    for (uint64_t t = 0; t < threads_count; ++t)
        threads.emplace_back([&] {
            try {
                for (uint64_t i = 0; i < count; ++i) writer.commit(1, 1);
            } catch (const std::exception& problem) {
                std::cerr << problem.what() << '\n';
                is_broken = true;
            }
        });
    for (std::thread& thread : threads) thread.join();
    if (is_broken) throw std::runtime_error("a commit failed");
    return {{"seconds", seconds_since(start)},
            {"commits", count * threads_count},
            {"versions", writer.version() - before}};
}

Json run_syncs(const Json& request) {
    ch::io::PosixFs files;
    const std::string root = request.at("root");
    files.make_folder(root);
    const std::string content(4096, 'x');
    Json seconds = Json::array();
    for (uint64_t i = 0; i < request.at("count"); ++i) {
        auto file = files.create(root + "/" + std::to_string(i));
        file->append(ch::as_bytes(content));
        const auto start = Clock::now();
        file->sync();
        seconds.push_back(seconds_since(start));
        file->close();
    }
    return {{"seconds", seconds}};
}

Json run_history(const Json& request) {
    const uint64_t parts = request.at("parts");
    const uint64_t versions = request.at("versions");
    Writer writer(request.at("root"), 1);
    for (uint64_t made = 0; made < parts; made += kPartsACommit)
        writer.commit(std::min(kPartsACommit, parts - made), 1);
    for (uint64_t i = 0; writer.version() < versions; ++i) writer.note_position(i);
    return {{"versions", writer.version()}};
}

Json run_open(const Json& request) {
    auto files = std::make_shared<ch::io::PosixFs>();
    const auto start = Clock::now();
    const auto database = Database::open(files, request.at("root"), {});
    const auto state = database->newest();
    const double seconds = seconds_since(start);
    uint64_t parts = 0;
    for (const auto& [id, table] : state->tables) parts += table->parts.size();
    return {{"seconds", seconds}, {"parts", parts}, {"version", state->version}};
}

Json answer(const Json& request) {
    const std::string what = request.at("do");
    if (what == "commits") return run_commits(request);
    if (what == "group") return run_group(request);
    if (what == "syncs") return run_syncs(request);
    if (what == "history") return run_history(request);
    if (what == "open") return run_open(request);
    throw std::runtime_error("no such request: " + what);
}

}  // namespace

int main() {
    ch::bench::serve_json_lines(answer);
    return 0;
}
