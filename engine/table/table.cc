#include "engine/table/table.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "engine/part/file_hashes.h"
#include "engine/table/active_parts.h"
#include "engine/table/create_query.h"
#include "engine/table/limits.h"
#include "engine/table/location.h"
#include "engine/table/parallel.h"

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

/// The part's stamp now, unless a later change might leave it the same.
std::optional<PartStamp> stamp_of(const io::FileSystem& files, const std::string& path,
                                  int64_t now_ns) {
    std::optional<io::FileStamp> folder = files.stamp(path);
    if (!folder) return std::nullopt;
    std::optional<io::FileStamp> checksums = files.stamp(path + "/checksums.txt");
    if (!checksums) return std::nullopt;
    if (std::max(folder->changed_ns, checksums->changed_ns) > now_ns - kFileClockTickNs)
        return std::nullopt;
    return PartStamp{*folder, *checksums};
}

struct OpenedPart {
    std::shared_ptr<const part::Part> part;  ///< null if it is broken or gone
    std::optional<PartStamp> stamp;
    std::string error;
    bool is_gone = false;
};

/// Opens a table's parts, taking those over that are still what they were.
class PartOpener {
public:
    PartOpener(std::shared_ptr<const io::FileSystem> files, std::string folder,
               part::Part::Options options)
        : files_(std::move(files)), folder_(std::move(folder)), options_(std::move(options)) {
        auto now = std::chrono::system_clock::now().time_since_epoch();
        now_ns_ = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
    }

    void may_reuse(const std::shared_ptr<const part::Part>& part, const PartStamp& stamp) {
        known_[part->path()] = {part, stamp};
    }

    /// Safe to call from several threads.
    OpenedPart open(const std::string& name) const {
        std::string path = folder_ + "/" + name;
        OpenedPart opened;
        try {
            opened.stamp = stamp_of(*files_, path, now_ns_);
            auto known = known_.find(path);
            if (known != known_.end() && opened.stamp == known->second.stamp)
                opened.part = known->second.part;
            else
                opened.part = part::Part::open(files_, path, options_);
        } catch (const Error& error) {
            if (error.code() == ErrorCode::Bug || error.code() == ErrorCode::MemoryLimit) throw;
            opened.is_gone = !files_->kind(path);
            opened.error = error.what();
        }
        return opened;
    }

private:
    struct Known {
        std::shared_ptr<const part::Part> part;
        std::optional<PartStamp> stamp;
    };
    std::shared_ptr<const io::FileSystem> files_;
    std::string folder_;
    part::Part::Options options_;
    int64_t now_ns_ = 0;
    std::unordered_map<std::string, Known> known_;
};

/// Nothing if a part went away meanwhile: ClickHouse merged it, and the folder is to be listed
/// again.
std::optional<std::vector<OpenedPart>> open_parts(const PartOpener& opener,
                                                  const std::vector<PartName>& names) {
    std::vector<OpenedPart> opened(names.size());
    for_each_index(names.size(), [&](size_t i) { opened[i] = opener.open(names[i].text()); });
    for (const OpenedPart& part : opened)
        if (part.is_gone) return std::nullopt;
    return opened;
}

/// A part that a list names: its files are those that the list's hashes are of.
OpenedPart open_listed_part(const std::shared_ptr<const io::FileSystem>& files,
                            const TablePart& listed, const part::Part::Options& options) {
    OpenedPart opened;
    try {
        part::verify_hashes(*files, listed.path, listed.hashes);
        opened.part = part::Part::open(files, listed.path, options);
    } catch (const Error& error) {
        if (error.code() == ErrorCode::Bug || error.code() == ErrorCode::MemoryLimit) throw;
        opened.error = error.what();
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
                                         const std::string& path, const Table* previous,
                                         const std::shared_ptr<BufferPool>& pool) {
    TableLocation location = locate_table(*files, path);
    auto table = std::make_shared<Table>();
    table->schema_ = schema_of(location);
    const uint64_t granule_rows = table->schema_.index_granularity;
    bool may_reuse = previous && previous->files_ == files &&
                     previous->schema_.index_granularity == granule_rows;
    table->layouts_ = may_reuse ? previous->layouts_ : std::make_shared<part::ColumnLayouts>();
    part::Part::Options options{granule_rows, pool, table->layouts_};
    PartOpener opener(files, location.folder, std::move(options));
    for (size_t i = 0; may_reuse && i < previous->parts_.size(); ++i)
        if (previous->stamps_[i]) opener.may_reuse(previous->parts_[i], *previous->stamps_[i]);
    std::vector<PartName> names;
    std::optional<std::vector<OpenedPart>> opened;
    for (int listing = 0; !opened && listing < kListingsMax; ++listing) {
        names = list_active_parts(*files, location.folder);
        opened = open_parts(opener, names);
    }
    if (!opened)
        throw Error(ErrorCode::Io,
                    "parts vanish while they are opened, the table is being merged; try again",
                    location.folder);
    for (size_t i = 0; i < names.size(); ++i) {
        OpenedPart& part = (*opened)[i];
        if (part.part == nullptr) {
            table->broken_.push_back({names[i].text(), std::move(part.error)});
            continue;
        }
        table->parts_.push_back(std::move(part.part));
        table->stamps_.push_back(part.stamp);
    }
    table->files_ = std::move(files);
    table->path_ = std::move(location.folder);
    if (table->schema_.columns.empty()) table->take_columns(names);
    return table;
}

std::shared_ptr<const Table> Table::of_parts(std::shared_ptr<const io::FileSystem> files,
                                             std::string path, TableSchema schema,
                                             std::vector<TablePart> parts, const Table* previous,
                                             const std::shared_ptr<BufferPool>& pool,
                                             std::shared_ptr<const void> keeper) {
    auto table = std::make_shared<Table>();
    table->schema_ = std::move(schema);
    table->path_ = std::move(path);
    table->keeper_ = std::move(keeper);
    const bool may_reuse = previous != nullptr && previous->files_ == files;
    table->layouts_ = may_reuse ? previous->layouts_ : std::make_shared<part::ColumnLayouts>();
    std::unordered_map<std::string, std::shared_ptr<const part::Part>> known;
    if (may_reuse)
        for (const auto& part : previous->parts_) known[part->path()] = part;
    const part::Part::Options options{table->schema_.index_granularity, pool, table->layouts_};
    std::vector<OpenedPart> opened(parts.size());
    for_each_index(parts.size(), [&](size_t i) {
        auto found = known.find(parts[i].path);
        opened[i] = found != known.end() ? OpenedPart{found->second, {}, {}, false}
                                         : open_listed_part(files, parts[i], options);
    });
    for (size_t i = 0; i < parts.size(); ++i) {
        if (opened[i].part == nullptr) {
            const std::string& part_path = parts[i].path;
            table->broken_.push_back(
                {part_path.substr(part_path.rfind('/') + 1), std::move(opened[i].error)});
            continue;
        }
        table->parts_.push_back(std::move(opened[i].part));
        table->views_.push_back(std::move(parts[i].view));
        table->stamps_.emplace_back();
    }
    table->files_ = std::move(files);
    return table;
}

/// Where there is no definition: the columns of the part that was written last.
void Table::take_columns(const std::vector<PartName>& names) {
    if (parts_.empty())
        throw Error(broken_.empty() ? ErrorCode::NotFound : ErrorCode::Corrupt,
                    broken_.empty()
                        ? "the folder has neither parts nor a table.sql: expected a table's folder"
                        : "no part can be opened; the first reason: " + broken_[0].error,
                    path_);
    const part::Part* newest = nullptr;
    std::tuple<uint64_t, uint64_t> newest_version;
    size_t next = 0;
    for (const PartName& name : names) {
        if (next == parts_.size() || parts_[next]->name() != name.text()) continue;
        const part::Part& part = *parts_[next++];
        std::tuple version(std::max(name.mutation, name.max_block), name.max_block);
        if (newest != nullptr && version < newest_version) continue;
        newest_version = version;
        newest = &part;
    }
    schema_.columns = columns_of(*newest);
}

size_t Table::memory_bytes() const {
    size_t total = sizeof(Table) + schema_.create_sql.capacity() +
                   schema_.columns.capacity() * sizeof(TableColumn) +
                   stamps_.capacity() * sizeof(std::optional<PartStamp>);
    for (const auto& part : parts_) total += part->memory_bytes();
    return total;
}

}  // namespace ch::table
