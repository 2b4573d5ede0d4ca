#pragma once

#include <memory>
#include <string>

#include "engine/store/database.h"
#include "engine/store/open_table.h"
#include "tools/ch/commands.h"

namespace ch::tools {

/// How long a command waits for a table's latch.
constexpr uint64_t kLatchWaitMs = 10'000;

/// The store of a root. Throws Error{NotFound} where there is none and `create` is not set.
std::shared_ptr<storage::Database> open_store(const CommandContext& context,
                                              const std::string& root, bool create = false);

/// Where ROOT/DATABASE/TABLE stands. Throws Error{NotFound} if no store is above.
storage::StorePath require_store(const CommandContext& context, const std::string& path);

/// "version 7\n": the newest one.
std::string version_text(storage::Database& database);

}  // namespace ch::tools
