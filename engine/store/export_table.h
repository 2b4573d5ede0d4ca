#pragma once

#include <memory>
#include <string>

#include "engine/store/open_table.h"

namespace ch::storage {

struct ExportReport {
    uint64_t parts = 0;
    uint64_t rewritten = 0;  ///< of them
    uint64_t bytes = 0;
};

/// Makes a new folder of a table at one snapshot that a ClickHouse attaches: its parts as second
/// names of their files, its definition in table.sql, nothing else. Parts that were written under
/// other names of columns than today's are written anew. `to` must be on the root's file system and
/// not exist. Throws Error{Io | InvalidArgument | Corrupt | Unsupported}.
ExportReport export_table(const std::shared_ptr<Database>& database, const Snapshot& snapshot,
                          const TableName& name, const std::string& to,
                          const std::shared_ptr<BufferPool>& pool);

}  // namespace ch::storage
