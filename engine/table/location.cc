#include "engine/table/location.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/error.h"
#include "engine/format/stream_name.h"
#include "engine/table/create_query.h"
#include "engine/table/limits.h"
#include "engine/table/table.h"

namespace ch::table {

namespace {

constexpr std::string_view kDefinitionSuffix = ".sql";

bool is_folder(const io::FileSystem& files, const std::string& path) {
    return files.kind(path) == io::EntryKind::Folder;
}
bool is_file(const io::FileSystem& files, const std::string& path) {
    return files.kind(path) == io::EntryKind::File;
}

std::string without_trailing_slash(std::string path) {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path;
}
/// "a/b" -> "a", "/a" -> "/", "a" -> ".".
std::string parent_of(const std::string& path) {
    size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : without_trailing_slash(path.substr(0, slash));
}
std::string last_of(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

std::string read_definition(const io::FileSystem& files, const std::string& path) {
    return io::read_small_file(files, path, kCreateTextBytesMax);
}

template <typename Parse>
auto parse_file(const io::FileSystem& files, const std::string& path, Parse parse) {
    try {
        return parse(read_definition(files, path));
    } catch (const Error& error) {
        throw error.with_path(path);
    }
}

/// The data path that `root` is, or whose data/ folder it is.
std::optional<std::string> data_path(const io::FileSystem& files, const std::string& root) {
    if (is_folder(files, root + "/metadata")) return root;
    if (last_of(root) == "data" && is_folder(files, parent_of(root) + "/metadata"))
        return parent_of(root);
    return std::nullopt;
}

/// store/UUU/UUID below a data path, if it is there.
std::optional<std::string> store_folder(const io::FileSystem& files, const std::string& root,
                                        const std::string& uuid) {
    bool plain =
        uuid.size() == 36 && uuid.find_first_not_of("0123456789abcdef-") == std::string::npos;
    if (!plain) return std::nullopt;
    std::string folder = root + "/store/" + uuid.substr(0, 3) + "/" + uuid;
    return is_folder(files, folder) ? std::optional(folder) : std::nullopt;
}

/// The folder of a database's table definitions. `escaped` is the database's name in paths.
std::optional<std::string> definitions_folder(const io::FileSystem& files, const std::string& root,
                                              const std::string& escaped) {
    std::string folder = root + "/metadata/" + escaped;
    if (is_folder(files, folder)) return folder;
    std::string sql = folder + std::string(kDefinitionSuffix);
    if (!is_file(files, sql)) return std::nullopt;
    return store_folder(files, root, parse_file(files, sql, parse_database_query).uuid);
}

/// The name in ClickHouse's paths of what stands in a caller's.
std::string name_in_paths(const std::string& given) {
    return format::escape_for_file_name(format::name_in_path(given));
}

/// A folder that ClickHouse did not name may have any name, and be asked for by its escaped one.
/// Never leads to another folder than `parent`'s own.
std::string existing_below(const io::FileSystem& files, const std::string& parent,
                           const std::string& given) {
    std::string plain = format::unescape_for_file_name(given);
    bool is_name = !plain.empty() && plain != "." && plain != ".." &&
                   plain.find_first_of(std::string_view("/\0", 2)) == std::string::npos;
    for (const std::string& name : {given, format::escape_for_file_name(given), plain})
        if ((name != plain || is_name) && is_folder(files, parent + "/" + name))
            return parent + "/" + name;
    return parent + "/" + given;
}

std::optional<TableLocation> locate_in_data_path(const io::FileSystem& files,
                                                 const std::string& root,
                                                 const std::string& database,
                                                 const std::string& table) {
    std::string database_name = name_in_paths(database);
    std::string table_name = name_in_paths(table);
    std::optional<std::string> definitions = definitions_folder(files, root, database_name);
    if (!definitions) return std::nullopt;
    TableLocation location;
    location.create_path = *definitions + "/" + table_name + std::string(kDefinitionSuffix);
    if (!is_file(files, location.create_path)) return std::nullopt;
    location.database = format::unescape_for_file_name(database_name);
    location.name = format::unescape_for_file_name(table_name);
    location.create_sql = read_definition(files, location.create_path);
    std::string uuid = parse_file(files, location.create_path, parse_create_query).uuid;
    std::string linked = root + "/data/" + database_name + "/" + table_name;
    if (std::optional<std::string> stored = store_folder(files, root, uuid))
        location.folder = *stored;
    else if (is_folder(files, linked))
        location.folder = linked;
    else
        throw Error(ErrorCode::NotFound,
                    "the table is defined, but its data folder does not exist; expected " + linked +
                        (uuid.empty() ? "" : " or store/.../" + uuid),
                    location.create_path);
    return location;
}

/// Names of the definitions in a folder, without .sql, as they are in paths.
std::vector<std::string> definitions_in(const io::FileSystem& files, const std::string& folder) {
    std::vector<std::string> names;
    for (const io::DirectoryEntry& entry : files.list(folder)) {
        if (entry.kind != io::EntryKind::File || !entry.name.ends_with(kDefinitionSuffix)) continue;
        names.push_back(entry.name.substr(0, entry.name.size() - kDefinitionSuffix.size()));
    }
    return names;
}

std::vector<std::string> folders_in(const io::FileSystem& files, const std::string& path) {
    std::vector<std::string> names;
    for (const io::DirectoryEntry& entry : files.list(path))
        if (entry.kind == io::EntryKind::Folder && !entry.name.starts_with('.'))
            names.push_back(format::unescape_for_file_name(entry.name));
    return names;
}

/// Views, dictionaries and other engines are left out; what cannot be judged is kept, so that
/// opening it tells why.
bool may_be_merge_tree(std::string_view sql) {
    if (!sql.starts_with("ATTACH TABLE") && !sql.starts_with("CREATE TABLE")) return false;
    constexpr std::string_view kEngine = "\nENGINE = ";
    size_t at = sql.rfind(kEngine);
    if (at == std::string_view::npos) return true;
    std::string_view rest = sql.substr(at + kEngine.size());
    return rest.substr(0, rest.find_first_of("(\n ;")).ends_with("MergeTree");
}

std::vector<std::string> sorted(const std::set<std::string>& names) {
    return {names.begin(), names.end()};
}

}  // namespace

TableLocation locate_table(const io::FileSystem& files, const std::string& path) {
    std::string folder = without_trailing_slash(path);
    std::string database_path = parent_of(folder);
    if (std::optional<std::string> root = data_path(files, parent_of(database_path))) {
        auto found = locate_in_data_path(files, *root, last_of(database_path), last_of(folder));
        if (found) return *found;
    }
    TableLocation location;
    if (!is_folder(files, folder)) {
        if (!is_folder(files, database_path))
            database_path = existing_below(files, parent_of(database_path), last_of(database_path));
        folder = existing_below(files, database_path, last_of(folder));
    }
    location.name = format::unescape_for_file_name(last_of(folder));
    if (!is_folder(files, folder))
        throw Error(ErrorCode::NotFound,
                    "there is no such table; expected a folder of parts, or ROOT/DATABASE/TABLE "
                    "below a ClickHouse "
                    "data path",
                    path);
    location.folder = folder;
    if (is_file(files, folder + "/table.sql")) {
        location.create_path = folder + "/table.sql";
        location.create_sql = read_definition(files, location.create_path);
    }
    return location;
}

std::vector<std::string> list_databases(const io::FileSystem& files, const std::string& root_path) {
    std::string given = without_trailing_slash(root_path);
    std::optional<std::string> root = data_path(files, given);
    if (!root) return folders_in(files, given);
    std::set<std::string> names;
    for (const std::string& name : definitions_in(files, *root + "/metadata"))
        if (definitions_folder(files, *root, name))
            names.insert(format::unescape_for_file_name(name));
    for (const std::string& name : folders_in(files, *root + "/metadata")) names.insert(name);
    return sorted(names);
}

std::vector<std::string> list_tables(const io::FileSystem& files,
                                     const std::string& database_path) {
    std::string given = without_trailing_slash(database_path);
    std::optional<std::string> definitions;
    if (std::optional<std::string> root = data_path(files, parent_of(given)))
        definitions = definitions_folder(files, *root, name_in_paths(last_of(given)));
    std::set<std::string> names;
    if (definitions) {
        for (const std::string& name : definitions_in(files, *definitions))
            if (may_be_merge_tree(read_definition(files, *definitions + "/" + name + ".sql")))
                names.insert(format::unescape_for_file_name(name));
    } else {
        std::string folder = is_folder(files, given)
                                 ? given
                                 : existing_below(files, parent_of(given), last_of(given));
        for (const std::string& name : folders_in(files, folder)) names.insert(name);
    }
    return sorted(names);
}

}  // namespace ch::table
