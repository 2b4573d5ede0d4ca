// Goal (stress): whatever happens to the processes on one root, nothing acknowledged is lost,
// nothing is there twice or half, no reader sees what no commit made. Method: two writers, four
// readers, one that merges and one that collects, each a process; one of them, by the seed, is
// killed -9 or stopped for a while, again and again, and begun anew; readers compare every version
// with the model, and the end is looked over. Planted: an early acknowledgement, a commit in two
// halves, a commit made twice, collection that ignores pins.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <random>
#include <thread>

#include "base/io/scratch_folder.h"
#include "tests/reliability/busy_root.h"
#include "tests/reliability/child.h"
#include "tests/reliability/size.h"

namespace ch::reliability {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr uint64_t kReaders = 4;
constexpr uint64_t kProcesses = BusyRoot::kWriters + kReaders + 2;

struct Report {
    std::string wrong;
    uint64_t kills = 0;
    uint64_t stops = 0;
    uint64_t commits = 0;
    uint64_t reads = 0;
};

class Stress {
public:
    Stress(uint64_t seed, BusyPlant plant) : random_(seed), plant_(plant) {
        BusyRoot::create(scratch_.path());
        for (uint64_t i = 0; i < kProcesses; ++i) children_.push_back(begin(i));
    }

    Report run(uint64_t seconds) {
        const auto end = Clock::now() + std::chrono::seconds(seconds);
        auto told = Clock::now();
        while (Clock::now() < end && report_.wrong.empty()) {
            disturb();
            if (Clock::now() - told < std::chrono::seconds(60)) continue;
            told = Clock::now();
            std::printf("%llu kills\n", static_cast<unsigned long long>(report_.kills));
        }
        for (uint64_t i = 0; i < kProcesses; ++i) {
            watch(i);
            children_[i]->kill();
        }
        look();
        return report_;
    }

private:
    std::unique_ptr<Child> begin(uint64_t number) {
        const uint64_t seed = ++begun_;
        return std::make_unique<Child>([this, number, seed](const Child::Say&) {
            // Killed by its parent, not by itself; but never left behind.
            const auto end = Clock::now() + std::chrono::minutes(30);
            const BusyRoot::Stop stop = [end] { return Clock::now() > end; };
            BusyRoot root(scratch_.path(), seed, plant_);
            if (number < BusyRoot::kWriters) return root.write(number, stop);
            if (number < BusyRoot::kWriters + kReaders) return root.read(number, stop);
            if (number + 1 < kProcesses) return root.merge(stop);
            root.collect(stop);
        });
    }

    /// A process ends only where it found something wrong, or broke.
    void watch(uint64_t number) {
        Child& child = *children_[number];
        const char* role = number < BusyRoot::kWriters              ? "a writer"
                           : number < BusyRoot::kWriters + kReaders ? "a reader"
                           : number + 1 < kProcesses                ? "the merge"
                                                                    : "the collector";
        if (!child.has_ended() || !report_.wrong.empty()) return;
        report_.wrong =
            std::string(role) + ": " + (child.said().empty() ? "it died" : child.said().back());
    }

    void disturb() {
        std::this_thread::sleep_for(milliseconds(5 + random_() % 60));
        for (uint64_t i = 0; i < kProcesses; ++i) watch(i);
        const uint64_t number = random_() % kProcesses;
        if (random_() % 8 == 0) {
            ++report_.stops;
            children_[number]->stop();
            std::this_thread::sleep_for(milliseconds(random_() % 100));
            children_[number]->go_on();
            return;
        }
        ++report_.kills;
        children_[number]->kill();
        if (report_.wrong.empty()) children_[number] = begin(number);
    }

    void look() {
        try {
            BusyRoot root(scratch_.path(), ++begun_);
            report_.commits = root.commits();
            for (uint64_t i = 0; i < kReaders; ++i)
                report_.reads += root.reads(BusyRoot::kWriters + i);
            if (report_.wrong.empty()) root.check();
        } catch (const Error& error) {
            report_.wrong = error.what();
        }
    }

    io::ScratchFolder scratch_;
    std::mt19937_64 random_;
    const BusyPlant plant_;
    std::vector<std::unique_ptr<Child>> children_;
    uint64_t begun_ = 1;
    Report report_;
};

TEST(Stress, ProcessesThatAreKilledLoseNothingAndDoubleNothing) {
    const Report report = Stress(day_seed(), BusyPlant::None).run(is_full_size() ? 600 : 60);
    EXPECT_EQ(report.wrong, "");
    EXPECT_GT(report.commits, 100u);
    EXPECT_GT(report.reads, 100u);
    std::printf("%llu kills, %llu stops, %llu commits, %llu reads, seed %llu\n",
                static_cast<unsigned long long>(report.kills),
                static_cast<unsigned long long>(report.stops),
                static_cast<unsigned long long>(report.commits),
                static_cast<unsigned long long>(report.reads),
                static_cast<unsigned long long>(day_seed()));
}

TEST(Stress, PlantedFaultsAreFound) {
    for (BusyPlant plant :
         {BusyPlant::AckEarly, BusyPlant::Half, BusyPlant::Doubled, BusyPlant::IgnoresPins}) {
        const auto started = Clock::now();
        const Report report = Stress(day_seed(), plant).run(20);
        EXPECT_NE(report.wrong, "") << static_cast<int>(plant);
        std::printf("plant %d after %.1f s: %s\n", static_cast<int>(plant),
                    std::chrono::duration<double>(Clock::now() - started).count(),
                    report.wrong.substr(0, 120).c_str());
    }
}

}  // namespace
}  // namespace ch::reliability
