// Goal (R11): a reader that was stopped while others write, merge and collect reads its snapshot to
// the last row when it goes on, or is told that it expired; killed, it holds nothing. Method: a
// process that pins a version, plans and scans stops itself before a file operation chosen by the
// seed; this one upserts, merges, truncates and collects all that it may; then the reader goes on,
// or is killed. Planted: collection that ignores pins, a reader that plans twice.
#include <gtest/gtest.h>

#include <cstdio>
#include <random>

#include "base/io/faulty_fs.h"
#include "base/io/posix_fs.h"
#include "base/io/scratch_folder.h"
#include "engine/store/change_table.h"
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

struct Trial {
    uint64_t seed = 0;
    uint64_t stop_at = 0;  ///< the operation of the reader; 0 = none
    bool is_killed = false;
    bool plans_twice = false;  ///< planted: half of the splits of another snapshot
    Neglect neglect = Neglect::None;
};

struct Result {
    std::string wrong;
    std::string end;  ///< the last that the reader told
    uint64_t operations = 0;
    bool has_stopped = false;
};

constexpr uint64_t kEndMsMax = 10'000;

/// What the reader does. By the seed: the newest version or one before it, and whether its pin
/// lives until the last row is read.
void read_stopping(const std::string& root, const Trial& trial, const Child::Say& say) {
    std::mt19937_64 random(trial.seed);
    auto files = std::make_shared<io::FaultyFs>(std::make_shared<io::PosixFs>());
    TestRows rows(files, root, 2, false);
    storage::Database& database = *rows.database();
    const uint64_t before = files->operations();
    files->observe([&](uint64_t operation, const std::string&, const std::string&) {
        if (operation - before == trial.stop_at) Child::stop_self();
    });
    std::optional<uint64_t> version;
    if (random() % 3 == 0) version = database.newest()->version - random() % 4;
    const bool keeps_pin = random() % 3 > 0;
    try {
        std::optional<storage::Snapshot> snapshot = database.snapshot(version);
        version = snapshot->state->version;
        if (keeps_pin) say("pinned");
        auto table =
            storage::open_table(rows.database(), *snapshot, "db", "t", nullptr, rows.pool());
        TestRows::Plan plan = TestRows::plan(*table);
        table = nullptr;
        if (!keeps_pin) snapshot.reset();
        if (trial.plans_twice) {
            Child::stop_self();
            const auto other = storage::open_table(rows.database(), database.snapshot(), "db", "t",
                                                   nullptr, rows.pool());
            const TestRows::Plan second = TestRows::plan(*other);
            plan.splits.resize(plan.splits.size() / 2);
            plan.splits.insert(plan.splits.end(), second.splits.begin(), second.splits.end());
        }
        const std::string text = rows.scan(plan);
        say("read " + std::to_string(*version) + ":" + text);
    } catch (const Error& error) {
        throw version ? database.explain(error, *version) : Error(error);
    }
    say("did " + std::to_string(files->operations() - before));
}

/// The one that writes beside the reader, and knows what each version holds.
class Neighbour {
public:
    Neighbour(const std::string& root, const Trial& trial) : random_(trial.seed ^ 0xf00d) {
        auto files = std::make_shared<io::PosixFs>();
        TestRows(files, root, 1).create("t", true, random_() % 2 == 0 ? "k % 2" : "");
        auto latch = latch::FileLatchStore::open(files, root, [this] { return ++number_; });
        rows_ = std::make_unique<TestRows>(
            files, root, 3, std::make_unique<CarelessLatch>(std::move(latch), trial.neglect));
        table_ = storage::require_table(*rows_->database(), {"db", "t"})->id;
        remember();
        for (int i = 0; i < 6; ++i) insert();
    }

    /// Replaces all that is there, and collects.
    void overtake() {
        for (uint64_t i = 0; i < 4 + random_() % 6; ++i) {
            if (random_() % 8 == 0) truncate();
            insert();
            if (random_() % 2 == 0) merge();
            if (random_() % 2 == 0) collect();
        }
        merge();
        collect();
    }

    /// Collects once, and says whether that left anything.
    std::string check() {
        collect();
        storage::Database& database = *rows_->database();
        if (!database.latch().pins().empty()) return "a pin is left";
        for (const storage::Retired& gone : database.newest()->retired)
            if (database.files().kind(database.root() + "/" + gone.path))
                return gone.path + " is retired, pinned by nobody and left";
        return leftovers(database);
    }

    [[nodiscard]] const std::string& text_at(uint64_t version) const {
        return std::prev(texts_.upper_bound(version))->second;
    }

private:
    void remember() { texts_[rows_->database()->newest()->version] = model_.text(); }
    void insert() {
        std::vector<TestRow> rows;
        for (int i = 0; i < 8; ++i) rows.push_back({random_() % 24, ++value_, random_() % 5 == 0});
        const uint64_t version = rows_->insert(table_, rows);
        model_.insert(rows);
        texts_[version] = model_.text();
    }
    void truncate() {
        storage::truncate_table(*rows_->database(), {"db", "t"}, 0);
        model_.clear();
        remember();
    }
    void merge() {
        storage::MergeRule rule;
        rule.is_final = true;
        static_cast<void>(rows_->merge(table_, rule));
    }
    void collect() {
        rows_->now_ms += 5000;
        static_cast<void>(rows_->database()->collect({1000, 0}));
    }

    std::mt19937_64 random_;
    uint64_t number_ = 0;
    std::unique_ptr<TestRows> rows_;
    storage::TableId table_ = 0;
    RowsModel model_{true};
    std::map<uint64_t, std::string> texts_;
    int32_t value_ = 0;
};

std::string judge(const std::vector<std::string>& said, const Neighbour& neighbour) {
    bool is_pinned = false;
    for (const std::string& line : said) {
        is_pinned = is_pinned || line == "pinned";
        if (!line.starts_with("read ")) continue;
        const uint64_t version = std::stoull(line.substr(5));
        const std::string text = line.substr(line.find(':') + 1);
        if (text != neighbour.text_at(version))
            return "version " + std::to_string(version) + " was read as " + text + ", it is " +
                   neighbour.text_at(version);
    }
    const std::string& end = said.back();
    if (end.starts_with("did ") || (!is_pinned && end.starts_with("error SnapshotExpired")))
        return {};
    return "it ended with: " + end;
}

Result run(const Trial& trial) {
    io::ScratchFolder scratch;
    const std::string root = scratch.path() + "/r";
    Neighbour neighbour(root, trial);
    Result result;
    Child child([&](const Child::Say& say) { read_stopping(root, trial, say); });
    result.has_stopped = child.wait_stopped();
    if (result.has_stopped) {
        neighbour.overtake();
        if (trial.is_killed)
            child.kill();
        else
            child.go_on();
    }
    if (!child.wait_end(kEndMsMax)) result.wrong = "it did not end";
    const std::vector<std::string>& said = child.said();
    if (!trial.is_killed && result.wrong.empty())
        result.wrong = child.is_clean() && !said.empty() ? judge(said, neighbour) : "it crashed";
    if (result.wrong.empty()) result.wrong = neighbour.check();
    if (!said.empty()) result.end = said.back();
    if (result.end.starts_with("did ")) result.operations = std::stoull(result.end.substr(4));
    if (!result.wrong.empty())
        result.wrong = "seed " + std::to_string(trial.seed) + ", operation " +
                       std::to_string(trial.stop_at) + ": " + result.wrong;
    return result;
}

TEST(R11, AReaderThatWasStoppedReadsItsSnapshotOrIsToldThatItExpired) {
    const uint64_t trials = is_full_size() ? 500 : 50;
    uint64_t stopped = 0;
    std::map<std::string, int> ends;
    for (uint64_t i = 0; i < trials; ++i) {
        Trial trial{day_seed() * 1000 + i};
        const uint64_t operations = run(trial).operations;
        trial.stop_at = 1 + (i * 37 + day_seed()) % operations;
        trial.is_killed = i % 5 == 4;
        const Result result = run(trial);
        EXPECT_EQ(result.wrong, "");
        stopped += result.has_stopped ? 1 : 0;
        ++ends[trial.is_killed ? "killed"
                               : result.end.substr(0, result.end.find_first_of(":0123456789"))];
    }
    EXPECT_EQ(stopped, trials);
    std::printf("%llu trials, seed %llu\n", static_cast<unsigned long long>(stopped),
                static_cast<unsigned long long>(day_seed()));
    for (const auto& [end, count] : ends) std::printf("  %s: %d\n", end.c_str(), count);
}

TEST(R11, PlantedFaultsAreFound) {
    std::string pins, mix;
    for (uint64_t seed = 1; seed < 40 && (pins.empty() || mix.empty()); ++seed) {
        Trial trial{seed};
        trial.plans_twice = true;
        if (mix.empty()) mix = run(trial).wrong;
        trial.plans_twice = false;
        trial.stop_at = run(trial).operations * 3 / 4;
        trial.neglect = Neglect::Pins;
        if (pins.empty()) pins = run(trial).wrong;
    }
    EXPECT_NE(pins, "");
    EXPECT_NE(mix, "");
    std::printf("plants: %s; %s\n", pins.substr(0, 200).c_str(), mix.substr(0, 200).c_str());
}

}  // namespace
}  // namespace ch::reliability
