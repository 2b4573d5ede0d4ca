#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "engine/store/state.h"
#include "syncer/apply/column_mapping.h"

namespace ch::syncer {

/// A table of TiDB and the one of the store that follows it.
struct SyncedTable {
    TidbTable tidb;
    std::string tidb_text;  ///< its description, as TiDB gave it
    storage::TableId stored = 0;
    std::map<int64_t, uint64_t> column_ids;  ///< TiDB's -> the store's
};

/// Where in a manifest a synced table is described: the name of a position.
std::string table_position_name(int64_t tidb_id);
/// TiDB's id of a table by that name; 0 for another position.
int64_t tidb_id_of(std::string_view position_name);

/// As a manifest keeps it. Throws Error{Corrupt | Unsupported}.
std::string encode_synced_table(const SyncedTable& table);
SyncedTable decode_synced_table(std::string_view text);

}  // namespace ch::syncer
