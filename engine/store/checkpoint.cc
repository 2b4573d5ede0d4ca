#include "engine/store/checkpoint.h"

#include <algorithm>
#include <set>

#include "engine/store/describe.h"
#include "engine/store/limits.h"
#include "latch/numbered_name.h"

namespace ch::storage {

namespace {

constexpr std::string_view kStateMagic = "CHCHECKP";
constexpr std::string_view kTableMagic = "CHTABLEC";
constexpr uint32_t kFormat = 1;

struct TableFile {
    TableId table = 0;
    uint64_t changed_version = 0;
    ContentHash hash{};  // of the whole file
};

std::string folder_of(const std::string& root) {
    return root + "/.ch/checkpoint";
}

std::string state_path(const std::string& root, uint64_t version) {
    return folder_of(root) + "/" + latch::version_name(version);
}

std::string table_file(TableId table, uint64_t changed_version) {
    return std::to_string(table) + "." + latch::version_name(changed_version);
}

// Maps and shared pointers are written as lists of plain values.
template <typename Key, typename Value>
std::vector<std::pair<Key, Value>> as_list(const std::map<Key, Value, std::less<>>& map) {
    return {map.begin(), map.end()};
}

struct StateFile {
    State state;  // without its tables
    std::vector<TableFile> tables;
};

template <typename Archive, typename S, typename Tables>
void describe_state(Archive& archive, S& state, Tables& tables) {
    archive.number(state.version);
    archive.hash(state.commit_id);
    archive.number(state.time_ms);
    archive.number(state.complete_ts);
    archive.number(state.collected);
    archive.list(tables, kTablesMax, "tables", [](auto& inner, auto& table) {
        inner.number(table.table);
        inner.number(table.changed_version);
        inner.hash(table.hash);
    });
    archive.list(state.retired, kRetiredMax, "retired files", [](auto& inner, auto& gone) {
        describe_name(inner, gone.path);
        inner.flag(gone.is_folder);
        inner.number(gone.added);
        inner.number(gone.retired);
    });
    archive.list(state.recent_commits, 2 * kRecentCommitsMax + kMembersMax, "recent commits",
                 [](auto& inner, auto& commit) {
                     inner.hash(commit.first);
                     inner.number(commit.second);
                 });
}

struct StateMaps {
    std::vector<std::pair<std::string, DatabaseId>> databases;
    std::vector<std::pair<latch::ResourceId, EpochEntry>> epochs;
    std::vector<std::pair<std::string, std::string>> positions;
    std::vector<std::string> folders;
};

template <typename Archive, typename Maps>
void describe_maps(Archive& archive, Maps& maps) {
    archive.list(maps.databases, kDatabasesMax, "databases", [](auto& inner, auto& database) {
        describe_name(inner, database.first);
        inner.number(database.second);
    });
    archive.list(maps.epochs, kTablesMax, "epochs", [](auto& inner, auto& entry) {
        inner.number(entry.first);
        inner.number(entry.second.epoch);
        inner.number(entry.second.version);
        describe_text(inner, entry.second.note);
    });
    archive.list(maps.positions, kSourcesMax, "positions", [](auto& inner, auto& position) {
        describe_name(inner, position.first);
        inner.text(position.second, kPositionBytesMax, "bytes of a position");
    });
    archive.list(maps.folders, kRetiredMax, "table folders", describe_name);
}

struct TableLists {
    std::vector<SchemaVersion> schemas;
    std::vector<ActivePart> parts;
    std::vector<ActiveBitmap> bitmaps;
};

template <typename Archive, typename Table, typename Lists>
void describe_table(Archive& archive, Table& table, Lists& lists) {
    archive.number(table.id);
    archive.number(table.database);
    describe_name(archive, table.database_name);
    describe_name(archive, table.name);
    describe_name(archive, table.folder);
    archive.number(table.created_version);
    archive.number(table.changed_version);
    archive.number(table.data_version);
    archive.number(table.next_block);
    archive.number(table.next_column_id);
    archive.number(table.max_commit_ts);
    archive.list(lists.schemas, kSchemasMax, "schema versions", describe_schema);
    archive.list(lists.parts, kPartsMax, "parts", [](auto& inner, auto& part) {
        describe_part(inner, part.record);
        inner.number(part.added_version);
    });
    archive.list(lists.bitmaps, kPartsMax, "bitmaps", [](auto& inner, auto& bitmap) {
        describe_bitmap(inner, bitmap.record);
        inner.number(bitmap.added_version);
    });
}

std::string begin_file(std::string_view magic) {
    std::string bytes(magic);
    append(bytes, kFormat);
    return bytes;
}

void end_file(std::string& bytes) {
    bytes.append(as_text(content_hash(as_bytes(bytes))));
}

// The bytes between the format and the hash.
std::string_view body_of(std::string_view bytes, std::string_view magic) {
    const size_t head = magic.size() + sizeof(kFormat);
    if (bytes.size() < head + kContentHashBytes)
        throw Error(ErrorCode::Corrupt, "a checkpoint has only " + std::to_string(bytes.size()) +
                                            " bytes; it was cut off");
    const std::string_view content = bytes.substr(0, bytes.size() - kContentHashBytes);
    const ContentHash expected = content_hash(as_bytes(content));
    if (bytes.substr(content.size()) != as_text(expected))
        throw Error(ErrorCode::Corrupt, "the checkpoint's hash is " +
                                            to_hex(as_bytes(bytes.substr(content.size()))) +
                                            ", its bytes give " + to_hex(expected) +
                                            "; the file is damaged: restore it from a backup");
    if (content.substr(0, magic.size()) != magic)
        throw Error(ErrorCode::Corrupt,
                    "no checkpoint: it does not begin with " + std::string(magic), {}, 0);
    if (const auto format = load<uint32_t>(content.data() + magic.size()); format != kFormat)
        throw Error(ErrorCode::Unsupported, "a checkpoint of format " + std::to_string(format) +
                                                ", this version reads " + std::to_string(kFormat) +
                                                "; upgrade chspark");
    return content.substr(head);
}

std::string table_bytes(const TableState& table) {
    TableLists lists;
    for (const auto& schema : table.schemas) lists.schemas.push_back(*schema);
    for (const auto& part : table.parts) lists.parts.push_back(*part);
    for (const auto& [part, bitmap] : table.bitmaps) lists.bitmaps.push_back(*bitmap);
    std::string bytes = begin_file(kTableMagic);
    Encoder encoder(bytes);
    describe_table(encoder, table, lists);
    end_file(bytes);
    return bytes;
}

std::shared_ptr<const TableState> table_of(std::string_view bytes) {
    auto table = std::make_shared<TableState>();
    TableLists lists;
    Decoder decoder(body_of(bytes, kTableMagic));
    describe_table(decoder, *table, lists);
    decoder.finish();
    if (lists.schemas.empty())
        throw Error(ErrorCode::Corrupt, "a table has no schema version; the file is damaged");
    for (SchemaVersion& schema : lists.schemas)
        table->schemas.push_back(std::make_shared<const SchemaVersion>(std::move(schema)));
    table->parts.reserve(lists.parts.size());
    for (ActivePart& part : lists.parts) {
        table->rows += part.record.rows;
        table->bytes += part.record.bytes;
        table->parts.push_back(std::make_shared<const ActivePart>(std::move(part)));
    }
    for (ActiveBitmap& bitmap : lists.bitmaps) {
        std::string part = bitmap.record.part;
        table->bitmaps[std::move(part)] = std::make_shared<const ActiveBitmap>(std::move(bitmap));
    }
    return table;
}

std::string state_bytes(const State& state, const std::vector<TableFile>& tables) {
    StateMaps maps;
    maps.databases = as_list(state.databases);
    maps.epochs.assign(state.epochs.begin(), state.epochs.end());
    maps.positions = as_list(state.positions);
    maps.folders.assign(state.folders.begin(), state.folders.end());
    std::string bytes = begin_file(kStateMagic);
    Encoder encoder(bytes);
    describe_state(encoder, state, tables);
    describe_maps(encoder, maps);
    end_file(bytes);
    return bytes;
}

StateFile state_of(std::string_view bytes) {
    StateFile file;
    StateMaps maps;
    Decoder decoder(body_of(bytes, kStateMagic));
    describe_state(decoder, file.state, file.tables);
    describe_maps(decoder, maps);
    decoder.finish();
    file.state.databases.insert(maps.databases.begin(), maps.databases.end());
    file.state.epochs.insert(maps.epochs.begin(), maps.epochs.end());
    file.state.positions.insert(maps.positions.begin(), maps.positions.end());
    file.state.folders.insert(maps.folders.begin(), maps.folders.end());
    return file;
}

StateFile read_state_file(const io::FileSystem& files, const std::string& path) {
    try {
        return state_of(io::read_small_file(files, path, kCheckpointBytesMax));
    } catch (const Error& error) {
        throw error.with_path(path);
    }
}

std::shared_ptr<const TableState> read_table(const io::FileSystem& files, const std::string& path,
                                             const TableFile& expected) {
    try {
        const std::string bytes = io::read_small_file(files, path, kCheckpointBytesMax);
        if (const ContentHash found = content_hash(as_bytes(bytes)); found != expected.hash)
            throw Error(ErrorCode::Corrupt, "the checkpoint expects a file of hash " +
                                                to_hex(expected.hash) + ", its bytes give " +
                                                to_hex(found) + "; the file is damaged");
        return table_of(bytes);
    } catch (const Error& error) {
        throw error.with_path(path);
    }
}

}  // namespace

uint64_t write_checkpoint(io::FileSystem& files, const std::string& root, const State& state) {
    const std::string folder = folder_of(root);
    std::vector<TableFile> tables;
    bool is_any_new = false;
    uint64_t bytes_count = 0;
    for (const auto& [id, table] : state.tables) {
        const std::string bytes = table_bytes(*table);
        tables.push_back({id, table->changed_version, content_hash(as_bytes(bytes))});
        bytes_count += bytes.size();
        const std::string path = folder + "/" + table_file(id, table->changed_version);
        if (!files.kind(path) && files.put_file(path, as_bytes(bytes))) is_any_new = true;
    }
    if (is_any_new) files.sync_folder(folder);
    // A name that is taken was put by another process from the same chain.
    const std::string bytes = state_bytes(state, tables);
    static_cast<void>(files.put_file(state_path(root, state.version), as_bytes(bytes)));
    return bytes_count + bytes.size();
}

State read_checkpoint(const io::FileSystem& files, const std::string& root, uint64_t version) {
    const std::string path = state_path(root, version);
    StateFile file = read_state_file(files, path);
    if (file.state.version != version)
        throw Error(
            ErrorCode::Corrupt,
            "the checkpoint says that it is of version " + std::to_string(file.state.version),
            path);
    for (const TableFile& table : file.tables)
        file.state.tables[table.table] = read_table(
            files, folder_of(root) + "/" + table_file(table.table, table.changed_version), table);
    return std::move(file.state);
}

std::vector<uint64_t> list_checkpoints(const io::FileSystem& files, const std::string& root) {
    std::vector<uint64_t> versions;
    for (const io::DirectoryEntry& entry : files.list(folder_of(root)))
        if (std::optional<uint64_t> version = latch::parse_version_name(entry.name))
            versions.push_back(*version);
    return versions;
}

void remove_checkpoints_below(io::FileSystem& files, const std::string& root, uint64_t version) {
    std::set<std::string> named;
    for (uint64_t kept : list_checkpoints(files, root)) {
        if (kept < version) {
            files.remove_file(state_path(root, kept));
            continue;
        }
        for (const TableFile& table : read_state_file(files, state_path(root, kept)).tables)
            named.insert(table_file(table.table, table.changed_version));
    }
    for (const io::DirectoryEntry& entry : files.list(folder_of(root))) {
        const size_t dot = entry.name.find('.');
        if (dot == std::string::npos || named.count(entry.name) > 0) continue;
        std::optional<uint64_t> changed =
            latch::parse_version_name(std::string_view(entry.name).substr(dot + 1));
        // Newer ones may belong to a checkpoint that is being written just now.
        if (changed && *changed < version) files.remove_file(folder_of(root) + "/" + entry.name);
    }
}

}  // namespace ch::storage
