#pragma once

#include <string>

#include "tools/ch/commands.h"

namespace ch::tools {

/// The subcommands on a root that this engine keeps. Each writes to standard output and throws
/// Error; gc returns false if another collection is running.
bool run_gc(const CommandContext& context, const std::string& root);
bool run_latch_status(const CommandContext& context, const std::string& root);
bool run_latch_break(const CommandContext& context, const std::string& table);
bool run_snapshot_ls(const CommandContext& context, const std::string& root);
bool run_snapshot_pin(const CommandContext& context, const std::string& root_and_name);
bool run_snapshot_unpin(const CommandContext& context, const std::string& root_and_name);

}  // namespace ch::tools
