#pragma once

#include <cstdint>
#include <string>

namespace ch::reliability {

/// A rule of the protocol that the simulated processes leave out.
enum class CorePlant : uint8_t { None, EpochCheck, FloorCheck, PinsAgain, CommitId };

struct CoreReport {
    std::string wrong;  ///< the first broken rule; empty = none
    uint64_t steps = 0;
    uint64_t versions = 0;
    uint64_t acknowledged = 0;
    uint64_t fenced = 0;
    uint64_t conflicts = 0;
    uint64_t unknown = 0;  ///< commits whose answer was lost, looked up afterwards
    uint64_t pins = 0;
    uint64_t deleted = 0;
    uint64_t trace = 0;  ///< equal for equal runs
};

/// The latch's core (latch/core/publish_rule.h) over a store that is nothing but numbers: writers
/// of one and two tables that take each other's latches over, readers that pin, and collectors. One
/// step of one of them after the other, whose turn it is and what is lost by the seed. Ends at the
/// first broken rule.
CoreReport simulate_core(uint64_t seed, uint64_t steps, CorePlant plant = CorePlant::None);

}  // namespace ch::reliability
