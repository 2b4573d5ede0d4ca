#pragma once

#include <string>
#include <vector>

#include "tools/ch/commands.h"

namespace ch::tools {

struct WriteOptions {
    std::string path;               ///< ROOT, or ROOT/DATABASE/TABLE
    std::string second;             ///< the SQL, the file, the folder
    std::vector<std::string> more;  ///< import: table and file, again and again
    std::string format = "csv";
    bool is_final = false;           ///< merge: all parts of a partition into one
    bool is_bitmaps_only = false;    ///< merge: no part, only what readers would have to find
    uint64_t watch_seconds = 0;      ///< merge: look again every so often; 0 = once
    uint64_t bytes_per_second = 0;   ///< merge: 0 = no limit
    bool is_following = false;       ///< export: go on, for a ClickHouse that runs
    uint64_t interval_seconds = 2;   ///< export: at least so long between two changes
    uint64_t covered_seconds = 600;  ///< export: parts that were covered stay so long
};

/// The subcommands that change a store, each by one commit, or make a folder of one.
bool run_create(const CommandContext& context, const WriteOptions& options);
bool run_import(const CommandContext& context, const WriteOptions& options);
bool run_adopt(const CommandContext& context, const WriteOptions& options);
/// Of one table, or of all tables of a root.
bool run_merge(const CommandContext& context, const WriteOptions& options);
bool run_export(const CommandContext& context, const WriteOptions& options);
/// Of a whole root at one version, into a new folder (storage::back_up).
bool run_backup(const CommandContext& context, const WriteOptions& options);
/// A backup as a new root (storage::restore).
bool run_restore(const CommandContext& context, const WriteOptions& options);

}  // namespace ch::tools
