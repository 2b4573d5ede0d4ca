#pragma once

#include <cstdint>
#include <string>

#include "tests/reliability/careless_latch.h"

namespace ch::reliability {

struct SimulationReport {
    uint64_t steps = 0;      ///< operations of the file system, before each of which others may run
    uint64_t commits = 0;    ///< that were acknowledged
    uint64_t fenced = 0;     ///< that were refused as those of a stale writer
    uint64_t reads = 0;      ///< of a whole version
    uint64_t collected = 0;  ///< files and folders that collection removed
    uint64_t kills = 0;
    uint64_t faults = 0;
    uint64_t trace = 0;  ///< of all steps: equal for equal seeds
    std::string wrong;   ///< empty = all rules held
};

/// One root in memory and, in one thread, the processes that use it: writers, one that merges,
/// readers, collectors, one that breaks latches. Each may be stopped before any of its file
/// operations while others run, may be killed there, and may have the operation fail; all by the
/// seed. What holds at every step: versions are contiguous, each made from the one before;
/// epochs rise one by one; what was acknowledged is in the chain, made with the epoch in force; no
/// file is removed that the newest version or a reader's pinned one names.
SimulationReport simulate(uint64_t seed, uint64_t steps, Neglect neglect = Neglect::None);

}  // namespace ch::reliability
