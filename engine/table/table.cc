#include "engine/table/table.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/error.h"
#include "engine/table/active_parts.h"
#include "engine/table/create_query.h"
#include "engine/table/limits.h"
#include "engine/table/location.h"

namespace ch::table {

using format::PartName;

namespace {

/// Columns that ClickHouse adds to parts by itself; no table defines them.
constexpr std::array<std::string_view, 3> kPartOnlyColumns = {"_row_exists", "_block_number",
                                                              "_block_offset"};

/// The active parts by their names alone. Anything that is no part name (tmp_*, detached, files) is
/// passed over.
std::vector<PartName> list_active_parts(const io::FileSystem& files, const std::string& folder) {
    std::vector<PartName> names;
    for (const io::DirectoryEntry& entry : files.list(folder)) {
        if (entry.kind != io::EntryKind::Folder) continue;
        std::optional<PartName> name = PartName::parse(entry.name);
        if (!name || name->text() != entry.name) continue;
        if (name->is_patch())
            throw Error(
                ErrorCode::Unsupported,
                "the table has the patch part " + entry.name +
                    ", updates that are not merged yet; run ALTER TABLE ... APPLY PATCHES or "
                    "OPTIMIZE TABLE ... FINAL in ClickHouse first",
                folder + "/" + entry.name);
        names.push_back(std::move(*name));
        if (names.size() > kPartsMax)
            throw Error(ErrorCode::Unsupported, "the table has too many part folders", folder);
    }
    try {
        return active_parts(std::move(names));
    } catch (const Error& error) {
        throw error.with_path(folder);
    }
}

struct OpenedParts {
    std::vector<std::shared_ptr<const part::Part>> parts;
    std::vector<BrokenPart> broken;
    std::optional<size_t> newest;  ///< index into parts
};

/// Nothing if a part went away meanwhile: ClickHouse merged it, and the folder is to be listed
/// again.
std::optional<OpenedParts> open_parts(const std::shared_ptr<const io::FileSystem>& files,
                                      const std::string& folder, const std::vector<PartName>& names,
                                      uint64_t granule_rows) {
    OpenedParts opened;
    part::Part::Options options;
    options.granule_rows = granule_rows;
    std::tuple<uint64_t, uint64_t> newest_version;
    for (const PartName& name : names) {
        std::string path = folder + "/" + name.text();
        try {
            opened.parts.push_back(part::Part::open(files, path, options));
        } catch (const Error& error) {
            if (error.code() == ErrorCode::Bug || error.code() == ErrorCode::MemoryLimit) throw;
            if (!files->kind(path)) return std::nullopt;
            opened.broken.push_back({name.text(), error.what()});
            continue;
        }
        std::tuple version(std::max(name.mutation, name.max_block), name.max_block);
        if (opened.newest && version < newest_version) continue;
        newest_version = version;
        opened.newest = opened.parts.size() - 1;
    }
    return opened;
}

std::vector<TableColumn> columns_of(const part::Part& part) {
    std::vector<TableColumn> columns;
    for (const column::NameAndType& column : part.columns()) {
        bool part_only = std::find(kPartOnlyColumns.begin(), kPartOnlyColumns.end(), column.name) !=
                         kPartOnlyColumns.end();
        if (!part_only) columns.push_back({column.name, column.type, {}, {}, {}});
    }
    return columns;
}

TableSchema schema_of(const TableLocation& location) {
    TableSchema schema;
    if (!location.create_sql.empty()) {
        try {
            schema = parse_create_query(location.create_sql).schema;
        } catch (const Error& error) {
            throw error.with_path(location.create_path);
        }
    }
    if (!location.database.empty()) schema.database = location.database;
    schema.name = location.name;
    return schema;
}

}  // namespace

const TableColumn* TableSchema::find(std::string_view column) const {
    for (const TableColumn& candidate : columns)
        if (candidate.name == column) return &candidate;
    return nullptr;
}

std::shared_ptr<const Table> Table::open(std::shared_ptr<const io::FileSystem> files,
                                         const std::string& path) {
    TableLocation location = locate_table(*files, path);
    auto table = std::make_shared<Table>();
    table->schema_ = schema_of(location);
    std::optional<OpenedParts> opened;
    for (int listing = 0; !opened && listing < kListingsMax; ++listing)
        opened = open_parts(files, location.folder, list_active_parts(*files, location.folder),
                            table->schema_.index_granularity);
    if (!opened)
        throw Error(ErrorCode::Io,
                    "parts vanish while they are opened, the table is being merged; try again",
                    location.folder);
    if (table->schema_.columns.empty()) {
        if (!opened->newest)
            throw Error(
                opened->broken.empty() ? ErrorCode::NotFound : ErrorCode::Corrupt,
                opened->broken.empty()
                    ? "the folder has neither parts nor a table.sql: expected a table's folder"
                    : "no part can be opened; the first reason: " + opened->broken[0].error,
                location.folder);
        table->schema_.columns = columns_of(*opened->parts[*opened->newest]);
    }
    table->files_ = std::move(files);
    table->path_ = std::move(location.folder);
    table->parts_ = std::move(opened->parts);
    table->broken_ = std::move(opened->broken);
    return table;
}

}  // namespace ch::table
