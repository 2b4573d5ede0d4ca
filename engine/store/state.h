#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/store/edit.h"
#include "latch/core/envelope.h"

namespace ch::storage {

struct ActivePart {
    PartRecord record;
    uint64_t added_version = 0;
};

struct ActiveBitmap {
    BitmapRecord record;
    uint64_t added_version = 0;
};

/// A table at one version. Immutable once it is in a State.
struct TableState {
    TableId id = 0;
    DatabaseId database = 0;
    std::string database_name;
    std::string name;
    std::string folder;  ///< below the root; never renamed, never reused
    uint64_t created_version = 0;
    uint64_t changed_version = 0;  ///< of the last edit of any kind
    uint64_t data_version = 0;     ///< of the last edit that was no merge
    uint64_t next_block = 1;
    uint64_t next_column_id = 1;
    uint64_t max_commit_ts = 0;
    uint64_t rows = 0;
    uint64_t bytes = 0;
    /// Those that a part or the table itself names; the last is in force.
    std::vector<std::shared_ptr<const SchemaVersion>> schemas;
    std::vector<std::shared_ptr<const ActivePart>> parts;                             ///< by name
    std::map<std::string, std::shared_ptr<const ActiveBitmap>, std::less<>> bitmaps;  ///< by part

    [[nodiscard]] const SchemaVersion& schema() const { return *schemas.back(); }
    /// Null if there is none of that id.
    [[nodiscard]] const SchemaVersion* find_schema(uint64_t schema_id) const;
    /// Null if there is no active part of that name.
    [[nodiscard]] const ActivePart* find_part(std::string_view part_name) const;
};

/// A file or folder that versions from `added` on need, up to and without `retired`.
struct Retired {
    std::string path;  ///< below the root
    bool is_folder = true;
    uint64_t added = 0;
    uint64_t retired = 0;
    bool operator==(const Retired&) const = default;
};

struct EpochEntry {
    uint64_t epoch = 0;
    uint64_t version = 0;  ///< that raised it
    std::string note;      ///< who took it
};

/// The whole root at one version: what the edits of the chain add up to.
struct State {
    uint64_t version = 0;
    CommitId commit_id{};
    uint64_t time_ms = 0;
    uint64_t complete_ts = 0;
    uint64_t collected = 0;
    std::map<std::string, DatabaseId, std::less<>> databases;
    std::map<TableId, std::shared_ptr<const TableState>> tables;
    std::map<latch::ResourceId, EpochEntry> epochs;
    std::map<std::string, std::string, std::less<>> positions;  ///< by source
    std::set<std::string, std::less<>>
        folders;                   ///< every table folder ever used, also dropped ones
    std::vector<Retired> retired;  ///< not known to be gone from disk
    std::vector<std::pair<CommitId, uint64_t>> recent_commits;  ///< with their versions

    /// Null if there is none.
    [[nodiscard]] std::shared_ptr<const TableState> find(std::string_view database,
                                                         std::string_view table) const;
    [[nodiscard]] std::shared_ptr<const TableState> find(TableId table) const;
    [[nodiscard]] uint64_t epoch(latch::ResourceId resource) const;
};

/// A state that is being changed: tables are copied when they are first touched.
class StateBuilder {
public:
    StateBuilder() = default;
    explicit StateBuilder(const State& from) : state_(from) {}

    /// Makes `envelope.version` of the version before it. Throws Error{Corrupt} for an edit that
    /// does not fit: no chain of ours holds one.
    void fold(const latch::Envelope& envelope, const Edit& edit);
    /// The same for an edit that is no version yet: its place is behind what is there, as
    /// `version`.
    void apply(const Edit& edit, uint64_t version);

    [[nodiscard]] const State& state() const { return state_; }
    [[nodiscard]] State& editable() { return state_; }
    [[nodiscard]] std::shared_ptr<const State> finish() &&;

private:
    TableState& touch(TableId table);
    void apply(const TableEdit& edit, uint64_t version);
    void create(const TableEdit& edit, uint64_t version);
    void retire_part(TableState& table, std::string_view part, uint64_t version);
    void retire_file(const ActiveBitmap& bitmap, uint64_t version);
    void retire_bitmap(TableState& table, std::string_view part, uint64_t version);
    void add_part(TableState& table, const PartRecord& part, uint64_t version);
    void drop(TableState& table, uint64_t version);
    static void drop_unused_schemas(TableState& table);

    State state_;
    std::map<TableId, std::shared_ptr<TableState>> owned_;  // also in state_.tables
};

}  // namespace ch::storage
