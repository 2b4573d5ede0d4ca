#pragma once

#include <optional>
#include <string>

#include "engine/store/schema_version.h"
#include "syncer/source/table_info.h"

namespace ch::syncer {

/// What becomes of MySQL's zero dates ('0000-00-00', '2024-05-00'), which no calendar has.
enum class ZeroDates : uint8_t { Refuse, Null };

/// Columns that every synced table has besides TiDB's, with ids beyond TiDB's.
constexpr const char* kVersionColumn = "_version";
constexpr const char* kDeletedColumn = "_is_deleted";
constexpr const char* kRowIdColumnName = "_tidb_rowid";
constexpr uint64_t kVersionColumnId = (uint64_t{1} << 32) + 1;
constexpr uint64_t kDeletedColumnId = (uint64_t{1} << 32) + 2;
constexpr uint64_t kRowIdColumnId = (uint64_t{1} << 32) + 3;

/// The column that holds TiDB's, its id left to the caller. Throws Error{Unsupported} for a type or
/// a default that has no place in the store.
storage::ColumnDefinition stored_column(const TidbTable& table, const TidbColumn& column,
                                        ZeroDates zero_dates);

/// A table as it is stored, of columns whose ids are TiDB's. Throws Error{Unsupported}.
storage::SchemaVersion stored_schema(const TidbTable& table, ZeroDates zero_dates);

}  // namespace ch::syncer
