#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tools/ch/commands.h"

namespace ch::tools {

/// What stays readable besides what is pinned, the shorter of both; nothing = as storage::Retention
/// has it.
struct GcOptions {
    std::optional<uint64_t> keep_versions;
    std::optional<uint64_t> keep_hours;  ///< at most kKeepHoursMax
};
constexpr uint64_t kKeepHoursMax = 1'000'000;

/// The subcommands on a root that this engine keeps. Each writes to standard output and throws
/// Error; gc returns false if another collection is running.
bool run_gc(const CommandContext& context, const std::string& root, const GcOptions& options);
/// The versions in which a table changed, as far back as they can be read.
bool run_history(const CommandContext& context, const std::string& table);
/// Says what is wrong with a root and what to do; false if something is. Changes nothing.
bool run_doctor(const CommandContext& context, const std::string& root);
bool run_latch_status(const CommandContext& context, const std::string& root);
/// Goes on until it is ended; a line a version, the newest first.
bool run_latch_watch(const CommandContext& context, const std::string& root);
bool run_latch_break(const CommandContext& context, const std::string& table);
bool run_snapshot_ls(const CommandContext& context, const std::string& root);
bool run_snapshot_pin(const CommandContext& context, const std::string& root_and_name);
bool run_snapshot_unpin(const CommandContext& context, const std::string& root_and_name);

}  // namespace ch::tools
