#include "engine/store/open_table.h"

#include <algorithm>

#include "engine/format/stream_name.h"
#include "engine/store/table_schema.h"

namespace ch::storage {

namespace {

constexpr uint64_t kFirstTso = uint64_t{1} << 40;

/// What a table needs to stay readable.
struct Keeper {
    std::shared_ptr<Database> database;
    Snapshot snapshot;
};

std::string without_trailing_slash(std::string path) {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path;
}

std::shared_ptr<const TableState> find_table(const State& state, const std::string& database,
                                             const std::string& table, const std::string& root) {
    std::shared_ptr<const TableState> found = state.find(database, table);
    if (!found)
        throw Error(ErrorCode::NotFound,
                    "version " + std::to_string(state.version) + " of the store has no table " +
                        database + "." + table +
                        "; ch ls lists its tables, ch adopt takes a plain folder in",
                    root);
    return found;
}

std::shared_ptr<Database> open_database(const std::shared_ptr<io::FileSystem>& files,
                                        const std::string& root, const ReadPoint& point) {
    DatabaseOptions options;
    options.latch = point.latch;
    return Database::open(files, root, std::move(options));
}

}  // namespace

ReadPoint ReadPoint::of_number(uint64_t number) {
    ReadPoint point;
    (number < kFirstTso ? point.version : point.tso) = number;
    return point;
}

bool is_store(const io::FileSystem& files, const std::string& root) {
    return files.kind(root + "/.ch/manifest") == io::EntryKind::Folder;
}

std::optional<StorePath> store_path(const io::FileSystem& files, const std::string& path) {
    const std::string whole = without_trailing_slash(path);
    const size_t table = whole.rfind('/');
    if (table == std::string::npos || table == 0) return std::nullopt;
    const size_t database = whole.rfind('/', table - 1);
    StorePath found;
    found.root = database == std::string::npos ? "." : whole.substr(0, database);
    if (found.root.empty()) found.root = "/";
    const size_t begin = database == std::string::npos ? 0 : database + 1;
    found.database = format::name_in_path(whole.substr(begin, table - begin));
    found.table = format::name_in_path(whole.substr(table + 1));
    if (!is_store(files, found.root)) return std::nullopt;
    return found;
}

Snapshot read_snapshot(Database& database, const ReadPoint& point) {
    return point.tso ? database.snapshot_as_of(*point.tso) : database.snapshot(point.version);
}

std::shared_ptr<const table::Table> open_table(const std::shared_ptr<Database>& database,
                                               const Snapshot& snapshot,
                                               const std::string& database_name,
                                               const std::string& table_name,
                                               const table::Table* previous,
                                               const std::shared_ptr<BufferPool>& pool) {
    const std::shared_ptr<const TableState> state =
        find_table(*snapshot.state, database_name, table_name, database->root());
    const std::string folder = database->root() + "/" + state->folder;
    std::vector<table::TablePart> parts;
    for (const auto& part : state->parts) parts.push_back(table_part(*state, part->record, folder));
    add_hiding(*state, database->root(), parts, HidingUse::Bitmaps);
    return table::Table::of_parts(database->shared_files(), folder, table_schema(*state),
                                  std::move(parts), previous, pool,
                                  std::make_shared<Keeper>(Keeper{database, snapshot}));
}

std::optional<std::vector<std::string>> list_databases(const std::shared_ptr<io::FileSystem>& files,
                                                       const std::string& path,
                                                       const ReadPoint& point) {
    const std::optional<StorePath> place =
        store_path(*files, without_trailing_slash(path) + "/-/-");
    if (!place) return std::nullopt;
    std::vector<std::string> names;
    std::shared_ptr<Database> database = open_database(files, place->root, point);
    const std::shared_ptr<const State> state = read_snapshot(*database, point).state;
    for (const auto& [name, id] : state->databases) names.push_back(name);
    return names;
}

std::optional<std::vector<std::string>> list_tables(const std::shared_ptr<io::FileSystem>& files,
                                                    const std::string& path,
                                                    const ReadPoint& point) {
    const std::optional<StorePath> place = store_path(*files, without_trailing_slash(path) + "/-");
    if (!place) return std::nullopt;
    std::vector<std::string> names;
    std::shared_ptr<Database> database = open_database(files, place->root, point);
    const std::shared_ptr<const State> state = read_snapshot(*database, point).state;
    for (const auto& [id, table] : state->tables)
        if (table->database_name == place->database) names.push_back(table->name);
    std::sort(names.begin(), names.end());
    return names;
}

OpenedTable open_table(const std::shared_ptr<io::FileSystem>& files, const std::string& path,
                       const ReadPoint& point, const table::Table* previous,
                       const std::shared_ptr<BufferPool>& pool) {
    const std::optional<StorePath> place = store_path(*files, path);
    if (!place) {
        if (point.version || point.tso)
            throw Error(ErrorCode::InvalidArgument,
                        "a plain ClickHouse folder has no versions; ch adopt takes it into a store",
                        path);
        return {table::Table::open(files, path, previous, pool), std::nullopt};
    }
    std::shared_ptr<Database> database = open_database(files, place->root, point);
    const Snapshot snapshot = read_snapshot(*database, point);
    const uint64_t version = snapshot.state->version;
    const uint64_t changed =
        find_table(*snapshot.state, place->database, place->table, place->root)->changed_version;
    try {
        return {open_table(database, snapshot, place->database, place->table, previous, pool),
                TableVersion{version, changed}};
    } catch (const Error& error) {
        throw database->explain(error, version);
    }
}

Error explain_read(const std::shared_ptr<io::FileSystem>& files, const std::string& path,
                   std::optional<uint64_t> version, const Error& error) {
    if (!version || *version >= kFirstTso) return error;
    try {
        const std::optional<StorePath> place = store_path(*files, path);
        return place ? Database::open(files, place->root, {})->explain(error, *version) : error;
    } catch (const Error&) {
        return error;  // The first one says more than why it cannot be explained.
    }
}

}  // namespace ch::storage
