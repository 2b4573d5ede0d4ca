#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/store/database.h"
#include "engine/store/schema_version.h"

namespace ch::storage {

/// Creates a table, and its database if it is missing, in a commit of its own. Throws
/// Error{InvalidArgument | Unsupported} for a definition that cannot be written, or a name that is
/// taken.
TableId create_table(Database& database, const TableName& name, const SchemaVersion& schema);

/// The table as the newest version has it. Throws Error{NotFound}.
std::shared_ptr<const TableState> require_table(Database& database, const TableName& name);

/// What a commit's outcome means to one who cannot try again: nothing, or Error{Fenced | Conflict}.
void require_published(const CommitOutcome& outcome, const std::string& what);

/// The writer latch of a table, or of several at once. Throws Error{Busy} if other holders keep it
/// for `wait_ms_max`, Error{InvalidArgument} for a table that is given twice.
WriteLatch require_latch(Database& database, TableId table, uint64_t wait_ms_max);
WriteLatch require_latches(Database& database, const std::vector<TableId>& tables,
                           uint64_t wait_ms_max);

}  // namespace ch::storage
