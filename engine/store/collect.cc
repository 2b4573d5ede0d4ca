#include "engine/store/collect.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "engine/format/part_name.h"
#include "engine/store/checkpoint.h"
#include "engine/store/create_text.h"
#include "engine/store/database.h"
#include "engine/store/folder_tree.h"

namespace ch::storage {

namespace {

constexpr std::string_view kMergeFolder = "tmp_merge_";
constexpr std::string_view kWriterFolder = "tmp_";

bool is_needed(const Retired& gone, const std::vector<latch::PinEntry>& pins) {
    return std::any_of(pins.begin(), pins.end(), [&](const latch::PinEntry& pin) {
        return gone.added <= pin.version && pin.version < gone.retired;
    });
}

bool is_noted(const std::vector<latch::PinEntry>& pins, std::string_view note) {
    return std::any_of(pins.begin(), pins.end(),
                       [&](const latch::PinEntry& pin) { return pin.note == note; });
}

// The oldest version that retention keeps.
uint64_t retention_floor(Database& database, const State& newest, const Retention& retention) {
    uint64_t floor = newest.version > retention.versions ? newest.version - retention.versions : 1;
    const uint64_t now = database.now_ms();
    if (now > retention.ms && newest.time_ms < now - retention.ms) return newest.version;
    // Times do not fall along the chain, so the newest version that is old enough is searched for.
    uint64_t high = newest.version;
    uint64_t low = std::max({floor, database.latch().floor(), uint64_t{1}});
    floor = low;
    while (low < high) {
        const uint64_t middle = low + (high - low + 1) / 2;
        if (database.time_of(middle) + retention.ms <= now) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return std::max(floor, low);
}

}  // namespace

std::string merge_note(TableId table) {
    return "merges table " + std::to_string(table);
}

/// One run of collection, in the order that reliability.md C7 asks for.
class Collection {
public:
    explicit Collection(Database& database)
        : database_(database), files_(database.files()), latch_(database.latch()) {}

    CollectReport run(const Retention& retention) {
        const std::vector<latch::ResourceId> resource = {kCollectResource};
        std::unique_ptr<latch::Lease> lease = latch_.acquire(resource, latch::LatchMode::Writer, 0);
        if (!lease) {
            report_.is_busy = true;
            return report_;
        }
        state_ = database_.newest();
        uint64_t floor = retention_floor(database_, *state_, retention);
        for (const latch::PinEntry& pin : latch_.pins()) floor = std::min(floor, pin.version);
        latch_.raise_floor(floor);
        report_.floor = latch_.floor();
        // Again, behind the floor: who pinned before it was raised is seen now, who pins later sees
        // the floor.
        pins_ = latch_.pins();
        report_.pins = pins_.size();
        remove_retired();
        forget_manifests();
        remove_orphans();
        return report_;
    }

private:
    void remove_retired() {
        uint64_t collected = report_.floor;
        bool is_any = false;
        for (const Retired& gone : state_->retired) {
            if (gone.retired > report_.floor) continue;
            if (is_needed(gone, pins_)) {
                collected = std::min(collected, gone.retired - 1);
                continue;
            }
            is_any = true;
            if (remove_tree(files_, database_.root() + "/" + gone.path)) ++report_.parts_removed;
        }
        if (!is_any || collected <= state_->collected) return;
        Transaction transaction = database_.begin();
        transaction.set_note("collection up to version " + std::to_string(collected));
        transaction.edit().collected = collected;
        static_cast<void>(database_.commit(transaction));
    }

    void forget_manifests() {
        uint64_t oldest = report_.floor;
        for (const latch::PinEntry& pin : pins_) oldest = std::min(oldest, pin.version);
        uint64_t from = 0;
        for (uint64_t checkpoint : list_checkpoints(files_, database_.root()))
            if (checkpoint <= oldest) from = checkpoint;
        if (from == 0 || !latch_.load(from - 1)) return latch_.forget_below(0);
        // The name of the checkpoint must outlive the manifests that it stands for.
        files_.sync_folder(database_.root() + "/.ch/checkpoint");
        latch_.forget_below(from);
        remove_checkpoints_below(files_, database_.root(), from);
    }

    void remove_orphans() {
        state_ = database_.newest();
        const std::shared_ptr<const State> listed = state_;
        for (const auto& [id, table] : listed->tables) remove_orphans_of(*table);
        for (const io::DirectoryEntry& entry : files_.list(database_.root()))
            if (entry.kind == io::EntryKind::Folder && entry.name != ".ch")
                remove_unknown_folders(entry.name);
    }

    void remove_orphans_of(const TableState& table) {
        const std::string folder = database_.root() + "/" + table.folder;
        bool is_suspect = false;
        for (const io::DirectoryEntry& entry : files_.list(folder))
            is_suspect = is_suspect || is_unpublished(entry.name, table);
        is_suspect = is_suspect || !unpublished_bitmaps(table, list_bitmaps(table.id)).empty();
        if (!is_suspect) return;
        // Nobody but a merge is writing while this lease is held, and whoever was can publish
        // nothing any more once the epoch is raised.
        std::optional<WriteLatch> held = database_.lock({table.id}, latch::LatchMode::Writer, 0);
        if (!held) return;
        // In this order: a merge lives as long as its pin, and publishes before it lets go of it.
        const std::vector<io::DirectoryEntry> entries = files_.list(folder);
        const std::vector<std::string> bitmaps = list_bitmaps(table.id);
        const std::vector<latch::PinEntry> pins = latch_.pins();
        state_ = database_.newest();
        std::shared_ptr<const TableState> now = state_->find(table.id);
        if (!now) return;
        for (const std::string& bitmap : unpublished_bitmaps(*now, bitmaps)) {
            const std::string writer = bitmap.substr(bitmap.find('.') + 1);
            if (writer.starts_with(kMergeFolder) && is_live(writer, pins)) continue;
            if (files_.remove_file(visible_folder() + "/" + bitmap)) ++report_.orphans_removed;
        }
        const bool is_merging = is_noted(pins, merge_note(table.id));
        for (const io::DirectoryEntry& entry : entries) {
            const std::optional<format::PartName> part = format::PartName::parse(entry.name);
            if (!is_unpublished(entry.name, *now)) continue;
            if (part && part->level > 0 && is_merging) continue;
            if (entry.name.starts_with(kMergeFolder) && is_live(entry.name, pins)) continue;
            if (remove_tree(files_, folder + "/" + entry.name)) ++report_.orphans_removed;
        }
    }

    [[nodiscard]] std::string visible_folder() const { return database_.root() + "/.ch/visible"; }

    // "<table>.<folder of the part that it was written with>.<number>"
    [[nodiscard]] std::vector<std::string> list_bitmaps(TableId table) const {
        const std::string prefix = std::to_string(table) + ".";
        std::vector<std::string> names;
        for (const io::DirectoryEntry& entry : files_.list(visible_folder()))
            if (entry.name.starts_with(prefix)) names.push_back(entry.name);
        return names;
    }

    [[nodiscard]] std::vector<std::string> unpublished_bitmaps(
        const TableState& table, std::vector<std::string> names) const {
        std::set<std::string> known;
        for (const auto& [part, bitmap] : table.bitmaps) known.insert(bitmap->record.file);
        for (const Retired& gone : state_->retired)
            if (!gone.is_folder) known.insert(gone.path.substr(gone.path.rfind('/') + 1));
        std::erase_if(names, [&](const std::string& name) { return known.count(name) > 0; });
        return names;
    }

    [[nodiscard]] static bool is_live(std::string_view folder,
                                      const std::vector<latch::PinEntry>& pins) {
        folder.remove_prefix(kMergeFolder.size());
        return std::any_of(pins.begin(), pins.end(), [&](const latch::PinEntry& pin) {
            return folder.starts_with(pin.name + "_");
        });
    }

    // A part or a folder for one that the state neither names nor has retired.
    [[nodiscard]] bool is_unpublished(const std::string& name, const TableState& table) const {
        if (name.starts_with(kWriterFolder)) return true;
        if (!format::PartName::parse(name) || table.find_part(name) != nullptr) return false;
        const std::string path = table.folder + "/" + name;
        return std::none_of(state_->retired.begin(), state_->retired.end(),
                            [&](const Retired& gone) { return gone.path == path; });
    }

    // What may not be listed, as a file system's lost+found, is not ours.
    [[nodiscard]] std::vector<io::DirectoryEntry> list_if_allowed(const std::string& path) const {
        try {
            return files_.list(path);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::Io && error.code() != ErrorCode::NotFound) throw;
            return {};
        }
    }

    // Table folders of ours that no commit named: their creator is gone when no pin says that one
    // lives. A folder without our mark is somebody else's. Also below a folder that is no database:
    // the commit may have been meant to create it.
    void remove_unknown_folders(const std::string& database) {
        const std::string path = database_.root() + "/" + database;
        const std::vector<io::DirectoryEntry> entries = list_if_allowed(path);
        const std::vector<latch::PinEntry> pins = latch_.pins();
        if (is_noted(pins, kCreationNote)) return;
        state_ = database_.newest();
        for (const io::DirectoryEntry& entry : entries) {
            const std::string folder = database + "/" + entry.name;
            const bool is_known =
                state_->folders.count(folder) > 0 || entry.kind != io::EntryKind::Folder;
            if (is_known || !is_table_folder(files_, path + "/" + entry.name)) continue;
            // Under another name first: what is left of it after a crash is still known for ours.
            const std::string gone =
                database_.root() + "/" + database_.unnamed_table_folder(database);
            if (!files_.rename_new(path + "/" + entry.name, gone)) continue;
            if (remove_tree(files_, gone)) ++report_.orphans_removed;
        }
    }

    Database& database_;
    io::FileSystem& files_;
    latch::LatchStore& latch_;
    std::shared_ptr<const State> state_;
    std::vector<latch::PinEntry> pins_;
    CollectReport report_;
};

CollectReport Database::collect(const Retention& retention) {
    return Collection(*this).run(retention);
}

}  // namespace ch::storage
