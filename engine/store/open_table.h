#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/store/database.h"
#include "engine/table/table.h"

namespace ch::storage {

/// At which version a store is read: the newest one, one of the root, or the newest that is
/// complete up to a timestamp of TiDB (milliseconds since 1970 << 18).
struct ReadPoint {
    std::optional<uint64_t> version;
    std::optional<uint64_t> tso;
    std::string latch;  ///< which latch the store is expected to have (DatabaseOptions)

    /// `number` below 2^40 is a version, others are timestamps.
    static ReadPoint of_number(uint64_t number);
};

/// Whether the folder is the root of a store; a plain ClickHouse folder is none.
bool is_store(const io::FileSystem& files, const std::string& root);

/// The parts of a path ROOT/DATABASE/TABLE, if ROOT is a store; names as they are, whether the path
/// has them plain or escaped (format::name_in_path).
struct StorePath {
    std::string root;
    std::string database;
    std::string table;
};
std::optional<StorePath> store_path(const io::FileSystem& files, const std::string& path);

/// A snapshot at that point. Throws Error{SnapshotExpired | NotFound}.
Snapshot read_snapshot(Database& database, const ReadPoint& point);

/// A table of a snapshot, which stays pinned while the table lives. `previous`: the same table as
/// it was opened before, or null. Throws Error{NotFound}.
std::shared_ptr<const table::Table> open_table(const std::shared_ptr<Database>& database,
                                               const Snapshot& snapshot,
                                               const std::string& database_name,
                                               const std::string& table_name,
                                               const table::Table* previous,
                                               const std::shared_ptr<BufferPool>& pool);

/// The names of a store's databases where `path` is its root, and of its tables where it is a
/// database of one; sorted, nothing where it is not.
std::optional<std::vector<std::string>> list_databases(const std::shared_ptr<io::FileSystem>& files,
                                                       const std::string& path,
                                                       const ReadPoint& point);
std::optional<std::vector<std::string>> list_tables(const std::shared_ptr<io::FileSystem>& files,
                                                    const std::string& path,
                                                    const ReadPoint& point);

/// Where a table of a store was read.
struct TableVersion {
    uint64_t version = 0;  ///< of the root
    uint64_t changed = 0;  ///< the last version up to it that changed the table in any way
};

struct OpenedTable {
    std::shared_ptr<const table::Table> table;
    std::optional<TableVersion> at;  ///< nothing for a plain folder
};

/// What stands at `path`: a table of the store whose root is above it, at `point`; else, where no
/// store is above, a plain folder (table::Table::open), which has no versions.
OpenedTable open_table(const std::shared_ptr<io::FileSystem>& files, const std::string& path,
                       const ReadPoint& point, const table::Table* previous = nullptr,
                       const std::shared_ptr<BufferPool>& pool = nullptr);

/// What to say of an error that came up while such a table was read, in any process
/// (Database::explain); the same error where nothing is known of its version.
Error explain_read(const std::shared_ptr<io::FileSystem>& files, const std::string& path,
                   std::optional<uint64_t> version, const Error& error);

}  // namespace ch::storage
