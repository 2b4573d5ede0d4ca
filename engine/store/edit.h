#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/content_hash.h"
#include "engine/store/schema_version.h"
#include "latch/core/envelope.h"

namespace ch::storage {

using TableId = latch::ResourceId;
using DatabaseId = latch::ResourceId;
using latch::CommitId;

struct FileHash {
    std::string name;
    ContentHash hash{};
    bool operator==(const FileHash&) const = default;
};

/// Least and greatest value of a column in a part, each as ClickHouse's RowBinary has it.
struct ColumnRange {
    uint64_t column_id = 0;
    std::string min;
    std::string max;
    uint64_t nulls_count = 0;
    bool operator==(const ColumnRange&) const = default;
};

/// What the manifest knows of a part, so that planning opens no part.
struct PartRecord {
    std::string name;  ///< its folder's; partition, blocks and level are in it (mergetree.md 1.3)
    uint64_t rows = 0;
    uint64_t bytes = 0;   ///< of all its files
    std::string key_min;  ///< first and last key: the sorting columns' values one after the other,
    std::string key_max;  ///< each as RowBinary has it; both empty = not known
    uint64_t min_commit_ts = 0;
    uint64_t max_commit_ts = 0;
    uint64_t schema_id = 0;
    ContentHash checksums_hash{};    ///< of checksums.txt
    std::vector<FileHash> unlisted;  ///< files that checksums.txt does not list
    std::vector<ColumnRange> ranges;
    bool operator==(const PartRecord&) const = default;
};

/// Which rows of a part are hidden by newer ones, or are tombstones: a file in .ch/visible,
/// immutable.
struct BitmapRecord {
    std::string part;
    std::string file;  ///< empty = no row is hidden
    uint64_t rows_hidden = 0;
    uint64_t complete_ts = 0;  ///< rows of later versions are not in it
    ContentHash hash{};
    bool operator==(const BitmapRecord&) const = default;
};

struct TableName {
    std::string database;
    std::string table;
    bool operator==(const TableName&) const = default;
};

/// What a commit does to one table. Applied in the order of the members.
struct TableEdit {
    TableId table = 0;
    std::optional<TableName> name;  ///< created (with `folder`) or renamed
    std::string folder;             ///< created: below the root, e.g. "db/t"
    bool is_dropped = false;
    std::optional<SchemaVersion> schema;  ///< in force from now on
    bool retires_all = false;
    bool is_merge = false;  ///< the table's rows stay the same ones
    std::vector<std::string> retired;
    std::vector<PartRecord> added;
    std::vector<BitmapRecord> bitmaps;  ///< each takes the place of its part's last one
    bool operator==(const TableEdit&) const = default;
};

struct DatabaseEdit {
    DatabaseId database = 0;
    std::string name;  ///< created; empty = dropped
    bool operator==(const DatabaseEdit&) const = default;
};

struct Position {
    std::string source;
    std::string position;
    bool operator==(const Position&) const = default;
};

/// The body of a manifest: what one version changes.
struct Edit {
    uint64_t time_ms = 0;           ///< wall clock, never falling along the chain
    std::string note;               ///< who made it, for people
    std::vector<CommitId> members;  ///< commits that share this version besides the envelope's
    uint64_t complete_ts = 0;       ///< all commits up to it are in; 0 = as before
    std::vector<Position> positions;
    std::vector<DatabaseEdit> databases;
    std::vector<TableEdit> tables;
    uint64_t collected = 0;  ///< what was retired up to it is gone from disk; 0 = as before
    bool operator==(const Edit&) const = default;
};

/// u32 format = 1, then the members as archive.h writes them. Throws Error{InvalidArgument} over a
/// limit (limits.h).
std::string encode_edit(const Edit& edit);
/// Throws Error{Corrupt | Unsupported} with the offset.
Edit decode_edit(std::string_view bytes);

}  // namespace ch::storage
