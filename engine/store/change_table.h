#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/store/database.h"

namespace ch::storage {

/// One change of an ALTER TABLE.
struct ColumnChange {
    enum class Kind : uint8_t { Add, Drop, Rename, Widen, Comment };
    Kind kind = Kind::Add;
    std::string column;
    std::string text;     ///< the type (Add, Widen), the new name (Rename), the comment (Comment)
    std::string comment;  ///< Add: of the new column
    std::string after;    ///< Add: behind that column; empty = at the end
};

// Each publishes one version, under the table's latch, which is waited for. Throws Error{NotFound}
// for what is not there, Error{Busy} if another holder keeps the latch, Error{Fenced | Conflict} if
// another commit came in between, and Error{InvalidArgument | Unsupported} where it cannot be done.

void drop_table(Database& database, const TableName& name, uint64_t latch_wait_ms_max);
/// The files stay where they are: only the manifest knows names.
void rename_table(Database& database, const TableName& name, const TableName& to,
                  uint64_t latch_wait_ms_max);
void truncate_table(Database& database, const TableName& name, uint64_t latch_wait_ms_max);
/// Each change is made to what the ones before it left (schema_change.h), all are published as one.
void alter_table(Database& database, const TableName& name,
                 const std::vector<ColumnChange>& changes, uint64_t latch_wait_ms_max);

}  // namespace ch::storage
