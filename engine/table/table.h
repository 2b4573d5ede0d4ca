#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/io/file_system.h"
#include "engine/column/scalar.h"
#include "engine/column/type.h"
#include "engine/format/part_name.h"
#include "engine/part/file_hashes.h"
#include "engine/part/part.h"
#include "engine/table/row_hiding.h"

namespace ch::table {

/// A column of a table as it is today.
struct TableColumn {
    std::string name;
    column::TypePtr type;
    std::string default_kind;        ///< "", DEFAULT, MATERIALIZED, ALIAS or EPHEMERAL
    std::string default_expression;  ///< as SQL; empty = the type's default
    std::string comment;
    std::string codec = {};  ///< as in CODEC(...); empty = none was declared
    /// What the part at hand has it under: empty = it has none. Nothing = the same name.
    std::optional<std::string> stored_name = std::nullopt;
};

/// A part that could not be opened, and why. A table with one refuses scans (a row must not go
/// missing in silence), unless asked to go on.
struct BrokenPart {
    std::string name;
    std::string error;
};

/// What is known of a table folder from its metadata text (ClickHouse's metadata/DB/TABLE.sql, or
/// table.sql in the folder) or, where there is none, from the newest part's columns.txt.
struct TableSchema {
    std::string database;
    std::string name;
    std::string engine;  ///< e.g. "MergeTree", "ReplacingMergeTree(ver, del)"; empty = not known
    std::vector<TableColumn> columns;
    std::vector<std::string> sorting_key;  ///< one SQL expression each
    std::vector<std::string> primary_key;  ///< a prefix of sorting_key
    std::string partition_key;             ///< SQL, empty = none
    struct SkipIndex {
        std::string name;
        std::string expression;
        std::string type;  ///< e.g. "bloom_filter(0.01)"
        uint64_t granularity = 1;
    };
    std::vector<SkipIndex> skip_indices;
    uint64_t index_granularity = 8192;  ///< rows of a granule where marks do not say it (.mrk)
    /// More of SETTINGS, those that say how parts are written; numbers, and texts without quotes.
    std::vector<std::pair<std::string, std::string>> write_settings;
    std::string create_sql;  ///< the whole text, empty = none was found
    [[nodiscard]] const TableColumn* find(std::string_view column) const;
};

/// What tells one content of a part's folder from another.
struct PartStamp {
    io::FileStamp folder;
    io::FileStamp checksums;
    bool operator==(const PartStamp&) const = default;
};

/// How a part is read that was written under another definition than today's, or of which newer
/// rows hide some.
struct PartView {
    /// Today's name of a column -> what the part has it under, empty = it has none. Columns that
    /// are not here have the same name.
    std::map<std::string, std::string, std::less<>> stored_names;
    std::optional<RowHiding> hiding;
};

/// A part of a table whose parts are listed somewhere else than in its folder.
struct TablePart {
    std::string path;
    PartView view;
    std::vector<part::UnlistedFile> hashes;  ///< of what the part's checksums.txt leaves out
};

/// A plain ClickHouse table folder, opened read-only by ClickHouse's covering rules at one moment,
/// or the parts of a table as others know them. Immutable, thread-safe.
class Table {
public:
    /// `path`: a table folder, root/db/table where root is a ClickHouse data path or its data/
    /// folder, or the same with names escaped. Throws Error{NotFound | Corrupt | Unsupported};
    /// parts that intersect, and patch parts, are refused.
    ///
    /// `previous`: the same path as it was opened before, or null. Its parts are taken over where
    /// their folders and checksums.txt are provably those that were opened; the definition and the
    /// list of parts are read anew always. `pool`: for primary indices; null = one for each part.
    static std::shared_ptr<const Table> open(std::shared_ptr<const io::FileSystem> files,
                                             const std::string& path,
                                             const Table* previous = nullptr,
                                             const std::shared_ptr<BufferPool>& pool = nullptr);

    /// A table of these parts and this definition. `previous`: parts of the same path are taken
    /// over from it; they must never change. `keeper` lives as long as the table: what keeps its
    /// files from being removed.
    static std::shared_ptr<const Table> of_parts(std::shared_ptr<const io::FileSystem> files,
                                                 std::string path, TableSchema schema,
                                                 std::vector<TablePart> parts,
                                                 const Table* previous,
                                                 const std::shared_ptr<BufferPool>& pool,
                                                 std::shared_ptr<const void> keeper);

    [[nodiscard]] const std::string& path() const { return path_; }  ///< the real folder
    [[nodiscard]] const TableSchema& schema() const { return schema_; }
    /// The active parts, by name order of ClickHouse (partition, min block).
    [[nodiscard]] const std::vector<std::shared_ptr<const part::Part>>& parts() const {
        return parts_;
    }
    /// How each of parts() is read. Empty = all as they are.
    [[nodiscard]] const std::vector<PartView>& views() const { return views_; }
    [[nodiscard]] const std::vector<BrokenPart>& broken_parts() const { return broken_; }
    [[nodiscard]] const std::shared_ptr<const io::FileSystem>& files() const { return files_; }
    /// About the memory that the table and its parts hold by now.
    [[nodiscard]] size_t memory_bytes() const;

private:
    void take_columns(const std::vector<format::PartName>& names);

    std::shared_ptr<const io::FileSystem> files_;
    std::string path_;
    TableSchema schema_;
    std::vector<std::shared_ptr<const part::Part>> parts_;
    std::vector<PartView> views_;
    std::shared_ptr<const void> keeper_;
    /// One a part: its folder and its checksums.txt just before it was opened; nothing where that
    /// does not tell whether it has changed since.
    std::vector<std::optional<PartStamp>> stamps_;
    std::vector<BrokenPart> broken_;
    std::shared_ptr<part::ColumnLayouts> layouts_;
};

/// The names below a root (databases) or a database folder (tables), unescaped, sorted.
std::vector<std::string> list_databases(const io::FileSystem& files, const std::string& root);
std::vector<std::string> list_tables(const io::FileSystem& files, const std::string& database_path);

}  // namespace ch::table
