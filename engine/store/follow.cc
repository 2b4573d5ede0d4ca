#include "engine/store/follow.h"

#include <algorithm>
#include <set>

#include "engine/format/part_name.h"
#include "engine/store/create_text.h"
#include "engine/store/folder_tree.h"
#include "engine/store/limits.h"
#include "engine/store/part_rows.h"
#include "engine/store/partial_folder.h"
#include "engine/store/sorted_merge.h"
#include "engine/store/table_schema.h"

namespace ch::storage {

namespace {

constexpr const char* kLock = "/lock";
constexpr const char* kMade = "/tmp_part";

std::string part_name(uint64_t min_block, uint64_t max_block, uint64_t level) {
    return format::PartName{"all", min_block, max_block, static_cast<uint32_t>(level), 0}.text();
}

/// In the order in which they were written.
std::vector<std::string> names_of(const TableState& table) {
    std::vector<std::string> names;
    for (const auto& part : table.parts) names.push_back(part->record.name);
    std::stable_sort(names.begin(), names.end(), [](const auto& a, const auto& b) {
        return format::PartName::parse(a)->min_block < format::PartName::parse(b)->min_block;
    });
    return names;
}

std::string escaped(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (c == '\'' || c == '\\') result += '\\';
        result += c;
    }
    return result;
}

/// The table over the folder, for people to run in their ClickHouse (mergetree.md 10, protocol C).
std::string table_text(const TableState& table, const std::string& folder) {
    TableState shown = table;
    SchemaVersion schema = table.schema();
    schema.partition_key.clear();
    schema.properties.emplace_back("table_disk", "1");
    schema.properties.emplace_back("refresh_parts_interval", "1");
    schema.properties.emplace_back(
        "disk",
        "disk(type = 'object_storage', object_storage_type = 'local', metadata_type = 'plain', "
        "path = '" +
            escaped(shown_folder(folder)) + "/', readonly = 1)");
    shown.schemas = {std::make_shared<const SchemaVersion>(std::move(schema))};
    const std::string text = create_text(shown);
    return "CREATE" + text.substr(text.find(' '));
}

bool contains_all(const std::set<std::string>& set, const std::vector<std::string>& names) {
    return std::all_of(names.begin(), names.end(),
                       [&](const std::string& name) { return set.count(name) > 0; });
}

}  // namespace

Follower::Follower(std::shared_ptr<Database> database, const TableName& name, std::string to,
                   std::shared_ptr<BufferPool> pool)
    : database_(std::move(database)),
      folder_(std::move(to)),
      pool_(std::move(pool)),
      covered_since_(Clock::now()) {
    io::FileSystem& files = database_->files();
    if (is_inside(files, folder_, database_->root()))
        throw Error(ErrorCode::InvalidArgument, "is inside the root; give a folder outside of it",
                    folder_);
    if (!files.kind(folder_)) make(name);
    lock_ = files.try_lock(folder_ + kLock, io::LockMode::Exclusive);
    if (!lock_) throw Error(ErrorCode::Busy, "another process follows in this folder", folder_);
    state_ = recover_follow_state(files, folder_);
    remove_tree(files, folder_ + kMade);
    const std::shared_ptr<const TableState> table =
        database_->newest()->find(name.database, name.table);
    if (!table || table->id != state_.table)
        throw Error(ErrorCode::InvalidArgument,
                    "follows another table than " + name.database + "." + name.table +
                        " is; export into a new folder",
                    folder_);
}

void Follower::make(const TableName& name) {
    io::FileSystem& files = database_->files();
    const Snapshot snapshot = database_->snapshot();
    const std::shared_ptr<const TableState> table = snapshot.state->find(name.database, name.table);
    if (!table)
        throw Error(ErrorCode::NotFound, "there is no table " + name.database + "." + name.table,
                    database_->root());
    state_.table = table->id;
    state_.schema_id = table->schema().id;
    state_.version = snapshot.state->version;
    state_.data_version = table->data_version;
    state_.known = names_of(*table);
    PartialFolder made(files, folder_);
    const std::string shown = made.make("parts");
    for (const std::string& part : state_.known) {
        state_.shown.push_back(part_name(state_.next_block, state_.next_block, 0));
        ++state_.next_block;
        write(snapshot, {part}, false, shown + "/" + state_.shown.back());
    }
    write_follow_state(files, made.path(), state_);
    io::write_small_file(files, made.path() + "/table.sql", as_bytes(table_text(*table, folder_)));
    made.finish();
}

std::shared_ptr<const TableState> Follower::require_table(const State& state) const {
    std::shared_ptr<const TableState> table = state.find(state_.table);
    if (!table)
        throw Error(ErrorCode::NotFound,
                    "the table was dropped in version " + std::to_string(state.version) +
                        " or before; the folder stays as it is",
                    folder_);
    if (table->schema().id != state_.schema_id)
        throw Error(ErrorCode::Unsupported,
                    "the definition of " + table->database_name + "." + table->name +
                        " was changed; the table over the folder cannot follow: drop it and "
                        "export into a new folder",
                    folder_);
    return table;
}

std::optional<std::vector<std::string>> Follower::added(const State& now) const {
    std::set<std::string> known(state_.known.begin(), state_.known.end()), fresh;
    for (uint64_t version = state_.version + 1; version <= now.version; ++version) {
        const std::optional<latch::Manifest> manifest = database_->latch().load(version);
        if (!manifest) return std::nullopt;
        for (const TableEdit& edit : decode_edit(manifest->body).tables) {
            if (edit.table != state_.table) continue;
            const bool removes = edit.retires_all || !edit.retired.empty();
            if (removes && !edit.is_merge) return std::nullopt;
            // A merge of rows that are shown with others that are not has no place beside them.
            const bool is_of_known = removes && contains_all(known, edit.retired);
            if (removes && !is_of_known && !contains_all(fresh, edit.retired)) return std::nullopt;
            std::set<std::string>& parts = is_of_known ? known : fresh;
            for (const std::string& part : edit.retired) parts.erase(part);
            for (const PartRecord& part : edit.added) parts.insert(part.name);
        }
    }
    std::vector<std::string> names = names_of(*now.find(state_.table));
    std::erase_if(names, [&](const std::string& name) { return fresh.count(name) == 0; });
    return names;
}

/// The table with these parts alone, and what hides rows of them.
std::shared_ptr<const table::Table> Follower::open(const Snapshot& snapshot,
                                                   const TableState& state,
                                                   const std::vector<std::string>& names) const {
    const std::string folder = database_->root() + "/" + state.folder;
    std::vector<table::TablePart> all, wanted;
    for (const auto& part : state.parts) all.push_back(table_part(state, part->record, folder));
    add_hiding(state, database_->root(), all, HidingUse::Bitmaps);
    const std::set<std::string> chosen(names.begin(), names.end());
    for (size_t i = 0; i < all.size(); ++i)
        if (chosen.count(state.parts[i]->record.name) > 0) wanted.push_back(std::move(all[i]));
    return table::Table::of_parts(database_->shared_files(), folder, table_schema(state),
                                  std::move(wanted), nullptr, pool_, snapshot.pin);
}

/// The rows of these parts as one, in the new folder `made`, which is synced.
void Follower::write(const Snapshot& snapshot, const std::vector<std::string>& parts, bool hides,
                     const std::string& made) {
    io::FileSystem& files = database_->files();
    const std::shared_ptr<const TableState> state = snapshot.state->find(state_.table);
    const auto table = open(snapshot, *state, parts);
    if (!table->broken_parts().empty())
        throw Error(ErrorCode::Corrupt, "part " + table->broken_parts()[0].name +
                                            " is broken: " + table->broken_parts()[0].error);
    const WriteLayout layout = make_write_layout(state->schema());
    std::map<std::string, size_t> numbers;
    for (size_t i = 0; i < table->parts().size(); ++i) numbers[table->parts()[i]->name()] = i;
    if (parts.size() == 1 && state->schema().partition_key.empty() &&
        !(hides && layout.replacing)) {
        const size_t number = numbers.at(parts.front());
        if (table->views()[number].stored_names.empty())
            return link_tree(files, table->parts()[number]->path(), made);
    }
    part::PartSpec spec = layout.spec;
    spec.sync = true;
    spec.partition_types.clear();
    spec.min_max_columns.clear();
    std::vector<std::unique_ptr<table::Scan>> scans;
    for (const std::string& part : parts)
        scans.push_back(scan_part(*table, numbers.at(part), layout, hides, pool_));
    files.make_folder(made);
    part::PartWriter writer(files, made, std::move(spec), pool_);
    SortedMerge rows(std::move(scans), layout.spec.sorting_key, pool_);
    while (std::optional<column::Block> block = rows.next()) writer.append(*block);
    writer.finish();
    files.sync_folder(made);
}

bool Follower::step() {
    io::FileSystem& files = database_->files();
    const Snapshot snapshot = database_->snapshot();
    const std::shared_ptr<const TableState> table = require_table(*snapshot.state);
    FollowState next = state_;
    next.version = snapshot.state->version;
    next.data_version = table->data_version;
    next.known = names_of(*table);
    std::optional<std::vector<std::string>> fresh = std::vector<std::string>();
    if (table->data_version != state_.data_version) fresh = added(*snapshot.state);
    if (fresh && !fresh->empty() && state_.shown.size() >= kShownPartsMax) fresh.reset();
    const std::string made = folder_ + kMade;
    const bool is_changed = !fresh || !fresh->empty();
    if (!fresh) {
        write(snapshot, next.known, true, made);
        next.covered.insert(next.covered.end(), next.shown.begin(), next.shown.end());
        next.shown = {part_name(1, next.next_block++, ++next.level_max)};
        covered_since_ = Clock::now();
    } else if (!fresh->empty()) {
        write(snapshot, *fresh, false, made);
        next.shown.push_back(part_name(next.next_block, next.next_block, 0));
        ++next.next_block;
    } else if (next.known == state_.known) {
        return false;
    }
    advance_follow_state(files, folder_, next,
                         is_changed ? std::optional<std::string>(made) : std::nullopt);
    state_ = std::move(next);
    return is_changed;
}

void Follower::remove_covered(std::chrono::milliseconds covered_min) {
    if (state_.covered.empty() || Clock::now() - covered_since_ < covered_min) return;
    io::FileSystem& files = database_->files();
    for (const std::string& part : state_.covered)
        remove_tree(files, shown_folder(folder_) + "/" + part);
    FollowState next = state_;
    next.covered.clear();
    advance_follow_state(files, folder_, next, std::nullopt);
    state_ = std::move(next);
}

}  // namespace ch::storage
