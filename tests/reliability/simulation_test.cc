// Goal (R12): no interleaving of the processes on a root, with kills and failing operations, breaks
// a rule of the chain, the latches, the pins or collection. Method: simulate() in simulation.h,
// many seeds; the same seed once more gives the same run. Planted: no epoch check, no floor check,
// pins that are not looked at, pins that are not looked at again. The same for the core alone, in
// many more steps (simulate_core() in core_simulation.h); planted there: no epoch check, no floor
// check, pins that are not looked at again, a commit that is tried again under another id.
#include "tests/reliability/simulation.h"

#include <gtest/gtest.h>

#include <cinttypes>
#include <cstdio>

#include "tests/reliability/core_simulation.h"
#include "tests/reliability/size.h"

namespace ch::reliability {
namespace {

constexpr uint64_t kStepsOfRun = 20'000;
constexpr uint64_t kCoreStepsOfRun = 1'000'000;
// Where the rarest of the planted faults was found last; search goes on from there.
constexpr uint64_t kFirstPlanted = 170;

TEST(R12, NoInterleavingBreaksARule) {
    const uint64_t runs = is_full_size() ? 50'000 : 120;
    SimulationReport sum;
    for (uint64_t i = 0; i < runs; ++i) {
        const uint64_t seed = day_seed() * 100'000 + i;
        const SimulationReport report = simulate(seed, kStepsOfRun);
        ASSERT_EQ(report.wrong, "") << "seed " << seed;
        sum.steps += report.steps;
        sum.commits += report.commits;
        sum.fenced += report.fenced;
        sum.reads += report.reads;
        sum.collected += report.collected;
        sum.kills += report.kills;
        sum.faults += report.faults;
        if (i % 1000 == 999) std::printf("%" PRIu64 " runs\n", i + 1);
    }
    EXPECT_GT(sum.fenced, 0u);
    EXPECT_GT(sum.collected, 0u);
    std::printf(
        "%llu steps of %llu runs: %llu commits, %llu fenced, %llu reads, %llu collected, %llu "
        "kills, %llu faults; seed %llu\n",
        static_cast<unsigned long long>(sum.steps), static_cast<unsigned long long>(runs),
        static_cast<unsigned long long>(sum.commits), static_cast<unsigned long long>(sum.fenced),
        static_cast<unsigned long long>(sum.reads), static_cast<unsigned long long>(sum.collected),
        static_cast<unsigned long long>(sum.kills), static_cast<unsigned long long>(sum.faults),
        static_cast<unsigned long long>(day_seed()));
}

TEST(R12, ASeedGivesTheSameRunAgain) {
    const SimulationReport first = simulate(day_seed(), kStepsOfRun);
    const SimulationReport second = simulate(day_seed(), kStepsOfRun);
    EXPECT_EQ(first.trace, second.trace);
    EXPECT_EQ(first.steps, second.steps);
    EXPECT_NE(first.trace, simulate(day_seed() + 1, kStepsOfRun).trace);
}

TEST(R12, PlantedFaultsAreFound) {
    for (Neglect neglect :
         {Neglect::EpochCheck, Neglect::FloorCheck, Neglect::Pins, Neglect::PinsAgain}) {
        bool is_found = false;
        for (uint64_t seed = kFirstPlanted; seed < 900 && !is_found; ++seed) {
            const SimulationReport report = simulate(seed, kStepsOfRun, neglect);
            is_found = !report.wrong.empty();
            if (is_found)
                std::printf("plant %d, seed %llu: %s\n", static_cast<int>(neglect),
                            static_cast<unsigned long long>(seed), report.wrong.c_str());
        }
        EXPECT_TRUE(is_found) << static_cast<int>(neglect);
    }
}

TEST(R12, TheCoreKeepsItsRules) {
    const uint64_t runs = is_full_size() ? 10'000 : 100;
    CoreReport sum;
    for (uint64_t i = 0; i < runs; ++i) {
        const uint64_t seed = day_seed() * 100'000 + i;
        const CoreReport report = simulate_core(seed, kCoreStepsOfRun);
        ASSERT_EQ(report.wrong, "") << "seed " << seed;
        sum.steps += report.steps;
        sum.versions += report.versions;
        sum.acknowledged += report.acknowledged;
        sum.fenced += report.fenced;
        sum.conflicts += report.conflicts;
        sum.unknown += report.unknown;
        sum.pins += report.pins;
        sum.deleted += report.deleted;
    }
    for (const uint64_t met :
         {sum.acknowledged, sum.fenced, sum.conflicts, sum.unknown, sum.pins, sum.deleted})
        EXPECT_GT(met, runs);
    std::printf(
        "core: %llu steps, %llu versions, %llu acknowledged, %llu fenced, %llu conflicts, %llu "
        "answers lost, %llu pins, %llu manifests deleted\n",
        static_cast<unsigned long long>(sum.steps), static_cast<unsigned long long>(sum.versions),
        static_cast<unsigned long long>(sum.acknowledged),
        static_cast<unsigned long long>(sum.fenced), static_cast<unsigned long long>(sum.conflicts),
        static_cast<unsigned long long>(sum.unknown), static_cast<unsigned long long>(sum.pins),
        static_cast<unsigned long long>(sum.deleted));
    EXPECT_EQ(simulate_core(day_seed(), kCoreStepsOfRun).trace,
              simulate_core(day_seed(), kCoreStepsOfRun).trace);
}

TEST(R12, WhatTheCoreLeavesOutIsFound) {
    for (CorePlant plant : {CorePlant::EpochCheck, CorePlant::FloorCheck, CorePlant::PinsAgain,
                            CorePlant::CommitId}) {
        std::string found;
        for (uint64_t seed = 1; seed < 20 && found.empty(); ++seed)
            found = simulate_core(seed, kCoreStepsOfRun, plant).wrong;
        std::printf("core plant %d: %s\n", static_cast<int>(plant), found.c_str());
        EXPECT_NE(found, "") << static_cast<int>(plant);
    }
}

}  // namespace
}  // namespace ch::reliability
