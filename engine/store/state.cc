#include "engine/store/state.h"

#include <algorithm>
#include <utility>

#include "engine/format/part_name.h"
#include "engine/store/limits.h"

namespace ch::storage {

namespace {

auto place_of(std::vector<std::shared_ptr<const ActivePart>>& parts, std::string_view name) {
    return std::lower_bound(
        parts.begin(), parts.end(), name,
        [](const auto& part, std::string_view wanted) { return part->record.name < wanted; });
}

[[noreturn]] void misfit(const std::string& what) {
    throw Error(ErrorCode::Corrupt, what + "; the chain of manifests is damaged");
}

}  // namespace

const SchemaVersion* TableState::find_schema(uint64_t schema_id) const {
    for (const auto& schema_version : schemas)
        if (schema_version->id == schema_id) return schema_version.get();
    return nullptr;
}

const ActivePart* TableState::find_part(std::string_view part_name) const {
    auto found = std::lower_bound(
        parts.begin(), parts.end(), part_name,
        [](const auto& part, std::string_view wanted) { return part->record.name < wanted; });
    if (found == parts.end() || (*found)->record.name != part_name) return nullptr;
    return found->get();
}

std::shared_ptr<const TableState> State::find(std::string_view database,
                                              std::string_view table) const {
    for (const auto& [id, found] : tables)
        if (found->name == table && found->database_name == database) return found;
    return nullptr;
}

std::shared_ptr<const TableState> State::find(TableId table) const {
    auto found = tables.find(table);
    return found == tables.end() ? nullptr : found->second;
}

uint64_t State::epoch(latch::ResourceId resource) const {
    auto found = epochs.find(resource);
    return found == epochs.end() ? 0 : found->second.epoch;
}

void StateBuilder::fold(const latch::Envelope& envelope, const Edit& edit) {
    if (envelope.version != state_.version + 1 || envelope.parent_id != state_.commit_id)
        misfit("version " + std::to_string(envelope.version) + " was not made on version " +
               std::to_string(state_.version) + " as it is here");
    apply(edit, envelope.version);
    state_.version = envelope.version;
    state_.commit_id = envelope.commit_id;
    for (const latch::Token& raised : envelope.epochs)
        state_.epochs[raised.resource] = {raised.epoch, envelope.version, edit.note};
    auto& recent = state_.recent_commits;
    recent.emplace_back(envelope.commit_id, envelope.version);
    for (const CommitId& member : edit.members) recent.emplace_back(member, envelope.version);
    if (recent.size() > 2 * kRecentCommitsMax)
        recent.erase(recent.begin(), recent.end() - static_cast<ptrdiff_t>(kRecentCommitsMax));
}

void StateBuilder::apply(const Edit& edit, uint64_t version) {
    state_.time_ms = std::max(state_.time_ms, edit.time_ms);
    state_.complete_ts = std::max(state_.complete_ts, edit.complete_ts);
    for (const Position& position : edit.positions)
        state_.positions[position.source] = position.position;
    for (const DatabaseEdit& database : edit.databases) {
        if (!database.name.empty()) {
            if (!state_.databases.emplace(database.name, database.database).second)
                misfit("database " + database.name + " is created twice");
        } else {
            std::erase_if(state_.databases,
                          [&](const auto& entry) { return entry.second == database.database; });
        }
    }
    for (const TableEdit& table : edit.tables) apply(table, version);
    if (edit.collected > state_.collected) {
        state_.collected = edit.collected;
        std::erase_if(state_.retired,
                      [&](const Retired& gone) { return gone.retired <= edit.collected; });
    }
}

std::shared_ptr<const State> StateBuilder::finish() && {
    owned_.clear();
    return std::make_shared<const State>(std::move(state_));
}

TableState& StateBuilder::touch(TableId table) {
    std::shared_ptr<TableState>& owned = owned_[table];
    if (!owned) {
        auto found = state_.tables.find(table);
        if (found == state_.tables.end())
            misfit("table " + std::to_string(table) + ", which a commit changes, does not exist");
        owned = std::make_shared<TableState>(*found->second);
        found->second = owned;
    }
    return *owned;
}

void StateBuilder::create(const TableEdit& edit, uint64_t version) {
    if (!edit.name || !edit.schema || state_.tables.count(edit.table) > 0)
        misfit("table " + std::to_string(edit.table) + " is created without a name or twice");
    auto made = std::make_shared<TableState>();
    made->id = edit.table;
    made->folder = edit.folder;
    made->created_version = version;
    state_.folders.insert(edit.folder);
    state_.tables[edit.table] = made;
    owned_[edit.table] = made;
}

void StateBuilder::apply(const TableEdit& edit, uint64_t version) {
    if (!edit.folder.empty()) create(edit, version);
    TableState& table = touch(edit.table);
    table.changed_version = version;
    if (!edit.is_merge) table.data_version = version;
    if (edit.name) {
        auto database = state_.databases.find(edit.name->database);
        if (database == state_.databases.end())
            misfit("database " + edit.name->database + " does not exist");
        table.database = database->second;
        table.database_name = edit.name->database;
        table.name = edit.name->table;
    }
    if (edit.schema) {
        table.schemas.push_back(std::make_shared<const SchemaVersion>(*edit.schema));
        for (const ColumnDefinition& column : edit.schema->columns)
            table.next_column_id = std::max(table.next_column_id, column.id + 1);
    }
    if (edit.is_dropped) return drop(table, version);
    if (edit.retires_all)
        while (!table.parts.empty())
            retire_part(table, std::string(table.parts.back()->record.name), version);
    for (const std::string& part : edit.retired) retire_part(table, part, version);
    for (const PartRecord& part : edit.added) add_part(table, part, version);
    for (const BitmapRecord& bitmap : edit.bitmaps) {
        if (table.find_part(bitmap.part) == nullptr)
            misfit("a bitmap is for part " + bitmap.part + ", which is not active");
        retire_bitmap(table, bitmap.part, version);
        table.bitmaps[bitmap.part] =
            std::make_shared<const ActiveBitmap>(ActiveBitmap{bitmap, version});
    }
    if (edit.schema || edit.retires_all || !edit.retired.empty()) drop_unused_schemas(table);
}

void StateBuilder::retire_file(const ActiveBitmap& bitmap, uint64_t version) {
    if (bitmap.record.file.empty()) return;
    state_.retired.push_back(
        {".ch/visible/" + bitmap.record.file, false, bitmap.added_version, version});
}

void StateBuilder::retire_bitmap(TableState& table, std::string_view part, uint64_t version) {
    auto found = table.bitmaps.find(part);
    if (found == table.bitmaps.end()) return;
    retire_file(*found->second, version);
    table.bitmaps.erase(found);
}

void StateBuilder::retire_part(TableState& table, std::string_view part, uint64_t version) {
    auto found = place_of(table.parts, part);
    if (found == table.parts.end() || (*found)->record.name != part)
        misfit("part " + std::string(part) + " of table " + table.name +
               " is retired, but not active");
    retire_bitmap(table, part, version);
    table.rows -= (*found)->record.rows;
    table.bytes -= (*found)->record.bytes;
    state_.retired.push_back(
        {table.folder + "/" + (*found)->record.name, true, (*found)->added_version, version});
    table.parts.erase(found);
}

void StateBuilder::add_part(TableState& table, const PartRecord& part, uint64_t version) {
    std::optional<format::PartName> name = format::PartName::parse(part.name);
    if (!name) misfit("'" + part.name + "' is no name of a part");
    if (table.find_schema(part.schema_id) == nullptr)
        misfit("part " + part.name + " was written under schema " + std::to_string(part.schema_id) +
               ", which its table does not have");
    auto at = place_of(table.parts, part.name);
    if (at != table.parts.end() && (*at)->record.name == part.name)
        misfit("part " + part.name + " of table " + table.name + " is added twice");
    table.rows += part.rows;
    table.bytes += part.bytes;
    table.next_block = std::max(table.next_block, name->max_block + 1);
    table.max_commit_ts = std::max(table.max_commit_ts, part.max_commit_ts);
    table.parts.insert(at, std::make_shared<const ActivePart>(ActivePart{part, version}));
}

void StateBuilder::drop(TableState& table, uint64_t version) {
    const TableId id = table.id;
    for (const auto& [part, bitmap] : table.bitmaps) retire_file(*bitmap, version);
    // The folder goes as a whole, so its retired parts need no lines of their own.
    std::erase_if(state_.retired,
                  [&](const Retired& gone) { return gone.path.starts_with(table.folder + "/"); });
    state_.retired.push_back({table.folder, true, table.created_version, version});
    state_.tables.erase(id);
    state_.epochs.erase(id);
    owned_.erase(id);
}

void StateBuilder::drop_unused_schemas(TableState& table) {
    std::set<uint64_t> used = {table.schemas.back()->id};
    for (const auto& part : table.parts) used.insert(part->record.schema_id);
    std::erase_if(table.schemas, [&](const auto& schema) { return used.count(schema->id) == 0; });
}

}  // namespace ch::storage
