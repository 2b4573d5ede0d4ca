#pragma once

#include <string>

#include "base/io/file_system.h"

namespace ch::table {

/// Where a table's parts and its definition are (mergetree.md 1.1).
struct TableLocation {
    std::string folder;    ///< holds the parts
    std::string database;  ///< empty when the path does not tell
    std::string name;
    std::string create_path;  ///< the file of the definition; empty = there is none
    std::string create_sql;
};

/// Finds a table by `path`: root/db/table, where root is a ClickHouse data path (metadata/, data/,
/// store/) or its data/ folder, names plain or escaped (a plain one that reads like an escaped
/// one, as `a%20b`, only escaped); else a folder that holds parts, with its
/// definition in table.sql if it has one. The links that ClickHouse makes may be missing or lead
/// nowhere: UUIDs in the definitions say the same. Throws Error{NotFound | Corrupt | Io}.
TableLocation locate_table(const io::FileSystem& files, const std::string& path);

}  // namespace ch::table
