#pragma once

#include <memory>
#include <string>

#include "engine/store/open_table.h"
#include "engine/table/table.h"
#include "tools/ch/commands.h"

namespace ch::tools {

/// The table at the version that the command line names: of a store, or a plain folder.
std::shared_ptr<const table::Table> open_table(const CommandContext& context,
                                               const std::string& path);

/// The version that the command line names.
storage::ReadPoint read_point(const CommandContext& context);

}  // namespace ch::tools
