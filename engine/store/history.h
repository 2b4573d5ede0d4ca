#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/store/database.h"

namespace ch::storage {

/// What one version did to a table, and what the table was then.
struct TableChange {
    uint64_t version = 0;
    uint64_t time_ms = 0;  ///< when it was published
    std::string note;      ///< who made it
    /// create, write, overwrite, rewrite, truncate, merge, alter, rename; several, joined by "+",
    /// where commits shared the version. "kept": the oldest version that can be read, whose own
    /// change is not known any more, or which did not change the table.
    std::string operation;
    uint64_t parts_added = 0;
    uint64_t parts_removed = 0;
    uint64_t bytes_added = 0;   ///< of the parts that were added
    uint64_t bytes_merged = 0;  ///< of those among them that merges made
    uint64_t parts = 0;
    uint64_t rows = 0;   ///< of all parts, hidden ones too
    uint64_t bytes = 0;  ///< of all parts
};

/// The versions from the oldest that can be read up to `version` in which the table changed, by
/// version, the oldest one itself first. Empty where there was no such table. Throws
/// Error{SnapshotExpired | Corrupt}.
std::vector<TableChange> table_history(Database& database, TableId table, uint64_t version);

}  // namespace ch::storage
