#pragma once

#include <cstdint>
#include <string>

#include "tests/reliability/history.h"

namespace ch::reliability {

/// How many of the states behind an operation are looked at.
struct CrashSearch {
    size_t exhaustive_max = 6;  ///< unsynced effects of which every subset is tried
    size_t samples = 48;        ///< subsets tried where there are more
    uint64_t seed = 1;
    bool is_lying = false;   ///< no sync from drop_sync on is done; losing is allowed, lying is not
    uint64_t drop_sync = 0;  ///< this sync of the run is acknowledged and not done; 0 = none
    size_t goes_on_every = 16;  ///< verify() with goes_on once in so many states
};

struct CrashReport {
    uint64_t states = 0;
    uint64_t syncs = 0;
    std::string failure;  ///< of the first state that was wrong; empty = all right
};

/// Replays a history and, before each of its operations, takes the power away in many ways.
CrashReport search_crashes(const History& history, const CrashSearch& search);

}  // namespace ch::reliability
