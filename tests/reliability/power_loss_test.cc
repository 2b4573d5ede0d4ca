// Goal (R2): after a power loss every acknowledged commit is there, once and whole, and nothing of
// another. Method: MemFs keeps what was not synced apart; before every operation of a history the
// power goes, with every subset of those effects lost (sampled where they are many) and writes torn
// at sectors. Planted: each single sync left out; every one must be missed.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/reliability/crash_states.h"
#include "tests/reliability/size.h"

namespace ch::reliability {
namespace {

CrashSearch search_of_size() {
    CrashSearch search;
    search.seed = day_seed();
    if (is_full_size()) {
        search.exhaustive_max = 12;
        search.samples = 4096;
    }
    return search;
}

TEST(R2, NoAcknowledgedCommitIsLostOrHalfVisible) {
    uint64_t states = 0;
    for (const History& history : histories()) {
        const CrashReport report = search_crashes(history, search_of_size());
        EXPECT_EQ(report.failure, "");
        states += report.states;
    }
    std::printf("%llu crash states, seed %llu\n", static_cast<unsigned long long>(states),
                static_cast<unsigned long long>(day_seed()));
}

TEST(R2, EverySyncIsMissedWhenItIsLeftOut) {
    uint64_t syncs = 0;
    for (const History& history : histories()) {
        CrashSearch search = search_of_size();
        search.exhaustive_max = 3;
        search.samples = 8;
        search.goes_on_every = UINT64_MAX;
        const uint64_t count = search_crashes(history, search).syncs;
        for (uint64_t sync = 1; sync <= count; ++sync) {
            search.drop_sync = sync;
            EXPECT_NE(search_crashes(history, search).failure, "")
                << history.name << ": sync " << sync << " of " << count
                << " can be left out unnoticed";
        }
        syncs += count;
    }
    std::printf("%llu of %llu syncs\n", static_cast<unsigned long long>(syncs),
                static_cast<unsigned long long>(syncs));
}

}  // namespace
}  // namespace ch::reliability
