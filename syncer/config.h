#pragma once

#include <cstdint>
#include <string>

#include "syncer/apply/applier.h"
#include "syncer/source/pump_server.h"

namespace ch::syncer {

/// All that the configuration says (docs/syncer.md).
struct Config {
    std::string root;
    std::string log_folder;
    PumpOptions pump;
    std::string tidb_status;
    ApplyOptions apply;
    uint64_t transactions_max = 10'000;  ///< of one version
    uint64_t bytes_max = 16ull << 20;    ///< of one version's messages, beyond the first
    bool merges = true;
    bool tells_versions = false;  ///< a line of the log for each version that is published
};

/// Throws Error{InvalidArgument} naming the line, or the key and what it may be.
Config parse_config(const std::string& text, const std::string& path);

}  // namespace ch::syncer
