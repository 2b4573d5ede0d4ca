#pragma once

#include "syncer/apply/synced_table.h"

namespace ch::syncer {

/// What a table becomes when TiDB's description of it becomes `now`.
struct Alteration {
    storage::SchemaVersion schema;
    std::map<int64_t, uint64_t> column_ids;  ///< TiDB's -> the store's
};

/// Columns are told by TiDB's ids; one that was rewritten has a new id under its old name. No row
/// is touched: a column keeps a type that is wider than TiDB's. Pure. Throws Error{Unsupported} for
/// a change that rows would have to be rewritten for, or of the key.
Alteration altered_schema(const SyncedTable& table, const storage::SchemaVersion& schema,
                          const TidbTable& now, ZeroDates zero_dates);

}  // namespace ch::syncer
