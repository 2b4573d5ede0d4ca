#pragma once

#include <cstdint>
#include <string>

#include "tools/ch/commands.h"

namespace ch::tools {

struct ChangeOptions {
    std::string table;     ///< ROOT/DATABASE/TABLE
    uint64_t version = 0;  ///< rollback
    std::string name;      ///< rename: the new name; alter: the column
    std::string database;  ///< rename: the new database; empty = the same one
    std::string action;    ///< alter: add, drop, rename, widen
    std::string text;      ///< alter: the type, or the column's new name
    std::string after;     ///< alter add: the column before it; empty = at the end
    std::string comment;   ///< alter add
};

/// The subcommands that change what a table is, or which rows it has, without rows from outside.
/// Each publishes one version.
bool run_rollback(const CommandContext& context, const ChangeOptions& options);
bool run_drop(const CommandContext& context, const ChangeOptions& options);
bool run_rename(const CommandContext& context, const ChangeOptions& options);
bool run_truncate(const CommandContext& context, const ChangeOptions& options);
bool run_alter(const CommandContext& context, const ChangeOptions& options);

}  // namespace ch::tools
