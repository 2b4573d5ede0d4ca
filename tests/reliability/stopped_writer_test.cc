// Goal (R10): a writer that was stopped at any step, and whose latch was broken meanwhile,
// publishes nothing any more, is told so within a second, does not disturb its heir, and leaves
// nothing that one collection does not remove. Method: a process that writes, merges or collects
// stops itself before a file operation of its work chosen by the seed; another one breaks the
// latch, commits and collects; then the first goes on. Planted: publishing without the epoch check,
// without the floor check.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <random>

#include "base/io/faulty_fs.h"
#include "base/io/posix_fs.h"
#include "base/io/scratch_folder.h"
#include "engine/store/create_table.h"
#include "latch/file_store.h"
#include "tests/reliability/careless_latch.h"
#include "tests/reliability/child.h"
#include "tests/reliability/rows_model.h"
#include "tests/reliability/size.h"
#include "tests/reliability/writer_history.h"

namespace ch::reliability {
namespace {

using storage::TestRow;
using storage::TestRows;

enum class Work : uint8_t { Insert, Upsert, Merge, Collect };
constexpr Work kWorks[] = {Work::Insert, Work::Upsert, Work::Merge, Work::Collect};

struct Trial {
    uint64_t seed = 0;
    Work work = Work::Insert;
    uint64_t stop_at = 0;       ///< the operation of the work; 0 = none
    bool is_heir_idle = false;  ///< the latch is taken over, and nothing else done
    Neglect neglect = Neglect::None;
};

struct Result {
    std::string wrong;
    std::string stopped_before;
    std::string end;  ///< the last that the stopped process told
    uint64_t operations = 0;
    uint64_t end_ms = 0;
};

constexpr int kRounds = 2;
constexpr uint64_t kEndMsMax = 1000;

bool replaces(Work work) {
    return work != Work::Insert;
}

std::vector<TestRow> rows_of_round(int round, bool has_deletes) {
    std::vector<TestRow> rows = {{uint64_t(20 + round), round}, {1, 100 + round}};
    if (has_deletes) rows.push_back({2, 0, true});
    return rows;
}

/// What the process does that will be stopped.
void work(const std::string& root, const Trial& trial, const Child::Say& say) {
    auto files = std::make_shared<io::FaultyFs>(std::make_shared<io::PosixFs>());
    uint64_t number = trial.seed << 20;
    auto latch = latch::FileLatchStore::open(files, root, [&] { return ++number; });
    TestRows rows(files, root, 2, std::make_unique<CarelessLatch>(std::move(latch), trial.neglect));
    storage::Database& database = *rows.database();
    const storage::TableId table = storage::require_table(database, {"db", "t"})->id;
    const uint64_t before = files->operations();
    files->observe([&](uint64_t operation, const std::string& what, const std::string& path) {
        if (operation - before != trial.stop_at) return;
        say("stopped before " + what + " " + path.substr(root.size()));
        Child::stop_self();
    });
    if (trial.work == Work::Merge) {
        storage::MergeRule rule;
        rule.is_final = true;
        static_cast<void>(rows.merge(table, rule));
    } else if (trial.work == Work::Collect) {
        rows.now_ms += 5000;
        static_cast<void>(database.collect({1000, 0}));
    } else {
        const storage::WriteLatch held = storage::require_latch(database, table, 0);
        for (int round = 1; round <= kRounds; ++round) {
            storage::require_published(
                rows.insert_under(held, table, rows_of_round(round, replaces(trial.work))),
                "insert");
            say("acked " + std::to_string(round));
        }
    }
    say("did " + std::to_string(files->operations() - before));
}

/// The one that takes the latch over.
class Heir {
public:
    Heir(const std::string& root, const Trial& trial)
        : work_(trial.work),
          random_(trial.seed),
          rows_(std::make_shared<io::PosixFs>(), root, 3),
          table_(storage::require_table(*rows_.database(), {"db", "t"})->id) {
        rows_.now_ms += 100'000;
        rows_.database()->break_latch(table_);
        if (work_ == Work::Collect)
            rows_.database()->latch().break_lease(storage::kCollectResource);
        model_.emplace(replaces(work_), rows_.read("t"));
        for (int round = 1; round <= kRounds; ++round)
            if (model_->has_key(uint64_t{20} + static_cast<uint64_t>(round))) published_ = round;
        latch_.emplace(storage::require_latch(*rows_.database(), table_, 0));
    }

    /// Commits, merges and collects, by the seed, with the latch and without it.
    void go_on() {
        const uint64_t commits = 3 + random_() % 8;
        for (uint64_t i = 0; i < commits; ++i) {
            insert();
            if (random_() % 4 == 0) {
                storage::MergeRule rule;
                rule.parts_min = 2;
                static_cast<void>(rows_.merge(table_, rule));
            }
            if (random_() % 3 == 0) collect();
            if (random_() % 4 > 0) continue;
            latch_.reset();
            collect();
            latch_.emplace(storage::require_latch(*rows_.database(), table_, 0));
        }
        if (random_() % 2 == 0) collect();
    }

    void insert() {
        ++commit_;
        const std::vector<TestRow> rows = {{uint64_t(100 + commit_), commit_}, {1, -commit_}};
        storage::require_published(rows_.insert_under(*latch_, table_, rows), "the heir's insert");
        model_->insert(rows);
    }

    /// Empty, or what the process that was stopped has changed or left.
    std::string check() {
        if (rows_.read("t") != model_->text())
            return "the table is " + rows_.read("t") + ", expected " + model_->text();
        latch_.reset();
        static_cast<void>(rows_.database()->collect({1000, 1000}));
        if (std::string left = leftovers(*rows_.database()); !left.empty()) return left;
        if (!rows_.database()->latch().pins().empty()) return "a pin is left";
        return {};
    }

    /// The last round of the stopped one that was published before the latch was broken.
    [[nodiscard]] int published() const { return published_; }

private:
    void collect() {
        rows_.now_ms += 5000;
        static_cast<void>(rows_.database()->collect({1000, random_() % 2 * 4}));
    }

    const Work work_;
    std::mt19937_64 random_;
    TestRows rows_;
    storage::TableId table_;
    std::optional<RowsModel> model_;
    std::optional<storage::WriteLatch> latch_;
    int published_ = 0;
    int commit_ = 0;
};

void make_root(const std::string& root, const Trial& trial) {
    TestRows rows(std::make_shared<io::PosixFs>(), root, 1);
    const storage::TableId table = rows.create("t", replaces(trial.work), "");
    for (int32_t i = 1; i <= 4; ++i)
        rows.insert(table, {{1, i}, {2, i}, {static_cast<uint64_t>(2 + i), i}});
    if (trial.work != Work::Collect) return;
    storage::MergeRule rule;
    rule.is_final = true;
    static_cast<void>(rows.merge(table, rule));
    rows.insert(table, {{1, 7}});
}

/// What the stopped process told when it went on, against what was published by then.
std::string judge(const Trial& trial, const std::vector<std::string>& said, int published) {
    for (const std::string& line : said)
        if (line.starts_with("acked ") && std::stoi(line.substr(6)) > published)
            return "acknowledged, though it was not published when the latch was broken: " + line;
    const std::string& end = said.back();
    if (end.starts_with("error Bug")) return end;
    if (trial.work == Work::Collect) return {};
    const bool is_done =
        end.starts_with("did ") && (trial.work == Work::Merge || published == kRounds);
    // Busy: it was stopped before it had the latch.
    const bool is_refused =
        end.starts_with("error Fenced") || (end.starts_with("error Busy") && published == 0);
    return is_done || is_refused ? std::string() : "it ended with: " + end;
}

Result run(const Trial& trial) {
    io::ScratchFolder scratch;
    const std::string root = scratch.path() + "/r";
    make_root(root, trial);
    Result result;
    Child child([&](const Child::Say& say) { work(root, trial, say); });
    if (child.wait_stopped()) result.stopped_before = child.said().back();
    if (!child.has_ended()) {
        Heir heir(root, trial);
        if (!trial.is_heir_idle) heir.go_on();
        child.go_on();
        const std::optional<uint64_t> ms = child.wait_end(10'000);
        result.end_ms = ms.value_or(10'000);
        if (result.end_ms > kEndMsMax)
            result.wrong = "it took " + std::to_string(result.end_ms) + " ms to end";
        try {
            heir.insert();
        } catch (const Error& error) {
            result.wrong = error.what();
        }
        if (result.wrong.empty()) result.wrong = judge(trial, child.said(), heir.published());
        if (result.wrong.empty()) result.wrong = heir.check();
    }
    if (result.wrong.empty() && !child.is_clean()) result.wrong = "it died of a signal";
    result.end = child.said().empty() ? "" : child.said().back();
    if (result.end.starts_with("did ")) result.operations = std::stoull(result.end.substr(4));
    if (!result.wrong.empty())
        result.wrong = "seed " + std::to_string(trial.seed) + ", work " +
                       std::to_string(static_cast<int>(trial.work)) + ", operation " +
                       std::to_string(trial.stop_at) + ", " + result.stopped_before + ": " +
                       result.wrong;
    return result;
}

TEST(R10, AWriterThatWasStoppedIsFenced) {
    const uint64_t trials = is_full_size() ? 250 : 25;
    uint64_t stopped = 0;
    uint64_t longest_ms = 0;
    std::map<std::string, int> ends;
    for (Work kind : kWorks) {
        const uint64_t operations = run({day_seed(), kind}).operations;
        ASSERT_GT(operations, 0u);
        for (uint64_t i = 0; i < trials; ++i) {
            Trial trial{day_seed() * 1000 + i, kind};
            trial.stop_at = 1 + (i * operations / trials + day_seed() * 7) % operations;
            trial.is_heir_idle = i % 6 == 5;
            const Result result = run(trial);
            EXPECT_EQ(result.wrong, "");
            stopped += result.stopped_before.empty() ? 0 : 1;
            longest_ms = std::max(longest_ms, result.end_ms);
            ++ends[result.end.substr(0, result.end.find_first_of(":0123456789"))];
        }
    }
    EXPECT_GE(stopped, trials * 4);
    std::printf("%llu trials, the longest took %llu ms to end; seed %llu\n",
                static_cast<unsigned long long>(stopped),
                static_cast<unsigned long long>(longest_ms),
                static_cast<unsigned long long>(day_seed()));
    for (const auto& [end, count] : ends) std::printf("  %s: %d\n", end.c_str(), count);
}

TEST(R10, PlantedFaultsAreFound) {
    const uint64_t operations = run({1, Work::Insert}).operations;
    for (Neglect neglect : {Neglect::EpochCheck, Neglect::FloorCheck}) {
        std::string found;
        for (uint64_t seed = 1; seed < 6 && found.empty(); ++seed)
            for (uint64_t at = operations / 3; at <= operations && found.empty(); ++at) {
                Trial trial{seed, Work::Insert, at};
                // A commit of the heir to the same table is a conflict for the other one already.
                trial.is_heir_idle = neglect == Neglect::EpochCheck;
                trial.neglect = neglect;
                found = run(trial).wrong;
            }
        EXPECT_NE(found, "") << static_cast<int>(neglect);
        std::printf("plant %d: %s\n", static_cast<int>(neglect), found.c_str());
    }
}

}  // namespace
}  // namespace ch::reliability
