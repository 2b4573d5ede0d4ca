// Goal (R14): a snapshot is one version of the whole root, whatever others do beside it, and the
// newest version never falls within a session. Method: in one process a writer, one that merges and
// two readers share a Database as threads; in others a second writer, a reader and one that
// collects. Every read is compared with the model of its version. Planted: a snapshot for each
// table, an old version taken for the newest.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <thread>

#include "base/io/scratch_folder.h"
#include "tests/reliability/busy_root.h"
#include "tests/reliability/child.h"
#include "tests/reliability/size.h"

namespace ch::reliability {
namespace {

using Clock = std::chrono::steady_clock;

struct Report {
    std::string wrong;
    uint64_t commits = 0;
    uint64_t reads = 0;
};

constexpr uint64_t kReaders = 3;
constexpr uint64_t kReadsOfRelease = 1'000'000;

class Session {
public:
    Session(std::chrono::seconds duration, uint64_t reads_wanted, uint64_t seed, BusyPlant plant)
        : end_(Clock::now() + duration), reads_wanted_(reads_wanted), seed_(seed), plant_(plant) {}

    Report run() {
        BusyRoot::create(scratch_.path());
        // Before any thread and any lock.
        Child writer([this](const Child::Say&) { other(1).write(1, stop()); });
        Child collector([this](const Child::Say&) { other(2).collect(stop()); });
        Child reader([this](const Child::Say&) { other(3).read(2, stop()); });
        BusyRoot root(scratch_.path(), seed_ * 8 + 4, plant_);
        {
            std::vector<std::jthread> threads;
            begin(threads, [&] { root.write(0, stop()); });
            begin(threads, [&] { root.merge(stop()); });
            begin(threads, [&] { root.read(0, stop()); });
            begin(threads, [&] { root.read(1, stop()); });
        }
        for (Child* child : {&writer, &collector, &reader}) {
            const bool has_ended = child->wait_end(wrong_.empty() ? 60'000 : 0).has_value();
            if (wrong_.empty() && (!has_ended || !child->is_clean() || !child->said().empty()))
                wrong_ = child->said().empty() ? "a process did not end" : child->said().back();
        }
        Report report;
        try {
            if (wrong_.empty()) root.check();
        } catch (const Error& error) {
            wrong_ = error.what();
        }
        report.wrong = wrong_;
        report.commits = root.commits();
        for (uint64_t i = 0; i < kReaders; ++i) report.reads += root.reads(i);
        return report;
    }

private:
    BusyRoot other(uint64_t number) { return {scratch_.path(), seed_ * 8 + number, plant_}; }

    BusyRoot::Stop stop() {
        return [this] {
            return is_wrong_ || Clock::now() > end_ ||
                   (reads_wanted_ > 0 && reads() > reads_wanted_);
        };
    }

    template <typename Work>
    void begin(std::vector<std::jthread>& threads, Work work) {
        threads.emplace_back([this, work] {
            try {
                work();
            } catch (const std::exception& error) {
                std::lock_guard lock(mutex_);
                if (wrong_.empty()) wrong_ = error.what();
                is_wrong_ = true;
            }
        });
    }

    [[nodiscard]] uint64_t reads() const {
        uint64_t sum = 0;
        for (uint64_t i = 0; i < kReaders; ++i)
            sum += Counter(scratch_.path() + "/reads" + std::to_string(i)).get();
        return sum;
    }

    io::ScratchFolder scratch_;
    const Clock::time_point end_;
    const uint64_t reads_wanted_;
    const uint64_t seed_;
    const BusyPlant plant_;
    std::atomic<bool> is_wrong_{false};
    std::mutex mutex_;  // guards wrong_ while there are threads
    std::string wrong_;
};

TEST(R14, ReadersBesideWritersSeeWholeVersions) {
    const Report report =
        is_full_size()
            ? Session(std::chrono::hours(2), kReadsOfRelease, day_seed(), BusyPlant::None).run()
            : Session(std::chrono::seconds(20), 0, day_seed(), BusyPlant::None).run();
    EXPECT_EQ(report.wrong, "");
    EXPECT_GT(report.reads, 1000u);
    std::printf("%llu reads beside %llu commits, seed %llu\n",
                static_cast<unsigned long long>(report.reads),
                static_cast<unsigned long long>(report.commits),
                static_cast<unsigned long long>(day_seed()));
}

TEST(R14, PlantedFaultsAreFound) {
    for (BusyPlant plant : {BusyPlant::MixedReads, BusyPlant::StaleReads}) {
        const Report report = Session(std::chrono::seconds(10), 0, day_seed(), plant).run();
        EXPECT_NE(report.wrong, "") << static_cast<int>(plant);
    }
}

}  // namespace
}  // namespace ch::reliability
