#include "engine/store/examine.h"

#include <algorithm>
#include <set>

#include "engine/format/part_name.h"
#include "engine/part/file_hashes.h"
#include "engine/part/part_folder.h"
#include "engine/store/checkpoint.h"
#include "engine/store/create_text.h"
#include "engine/store/database.h"
#include "engine/store/limits.h"
#include "engine/store/table_schema.h"
#include "latch/core/limits.h"
#include "latch/file_store.h"
#include "latch/numbered_name.h"
#include "latch/pin_name.h"

namespace ch::storage {

namespace {

constexpr const char* kRestore = "restore it from a backup";
constexpr const char* kCollect = "ch gc removes it; nobody reads it";

class Examiner {
public:
    Examiner(std::shared_ptr<io::FileSystem> files, std::string root)
        : files_(std::move(files)), root_(std::move(root)) {}

    Examination run() {
        if (!examine_root_folder()) return std::move(result_);
        examine_chain();
        examine_checkpoints();
        if (!open()) return std::move(result_);
        // What is listed before it is asked who works, and who works before what is published: what
        // was in work then is published, or its holder is seen, or it is left over.
        list_folders();
        list_pins();
        list_latches();
        state_ = database_->newest();
        result_.version = state_->version;
        result_.tables = state_->tables.size();
        for (const auto& [id, table] : state_->tables) examine_table(*table, nullptr);
        for (const latch::PinName& pin : pins_)
            if (pin.is_kept) examine_kept(pin);
        find_leftovers();
        examine_latches();
        return std::move(result_);
    }

private:
    void wrong(const std::string& path, const std::string& what, const std::string& advice) {
        result_.findings.push_back({true, path, what, advice});
    }
    void wrong(const Error& error, const std::string& path, const std::string& advice) {
        wrong(error.path().empty() ? path : error.path(), error.message(), advice);
    }

    bool examine_root_folder() {
        const std::string folder = root_ + "/.ch";
        if (files_->kind(root_) != io::EntryKind::Folder) {
            wrong(root_, "there is no such folder", "give the folder of the databases");
            return false;
        }
        if (files_->kind(folder) != io::EntryKind::Folder) {
            wrong(root_, "a plain folder and no store: it has no .ch",
                  "it can be read as it is; ch adopt takes its tables into a store, ch create "
                  "makes one");
            return false;
        }
        if (!latch::FileLatchStore::is_root(*files_, root_)) {
            wrong(folder + "/latch/store", "the file that makes the folder a root is missing",
                  "where a creation was cut short, run ch create again; else restore it from a "
                  "backup");
            return false;
        }
        bool is_whole = true;
        for (const char* name : {"manifest", "floor", "pins", "checkpoint", "visible"}) {
            if (files_->kind(folder + "/" + name) == io::EntryKind::Folder) continue;
            wrong(folder + "/" + name, "the folder is missing", kRestore);
            is_whole = false;
        }
        return is_whole;
    }

    [[nodiscard]] std::vector<uint64_t> numbers_in(const std::string& folder) const {
        std::vector<uint64_t> numbers;
        for (const io::DirectoryEntry& entry : files_->list(root_ + "/.ch/" + folder))
            if (const auto number = latch::parse_version_name(entry.name))
                numbers.push_back(*number);
        return numbers;
    }

    void examine_chain() {
        const std::string folder = root_ + "/.ch/manifest/";
        const std::vector<uint64_t> floors = numbers_in("floor");
        const uint64_t floor = floors.empty() ? 0 : floors.back();
        std::optional<latch::Envelope> last;
        uint64_t expected = 0;
        for (const uint64_t version : numbers_in("manifest")) {
            if (version < floor) continue;
            const std::string path = folder + latch::version_name(version);
            if (expected > 0 && version > expected)
                wrong(folder + latch::version_name(expected),
                      version - expected == 1
                          ? "the manifest is missing, though later ones are there"
                          : std::to_string(version - expected) +
                                " manifests are missing from here on, though later ones are there",
                      kRestore);
            expected = version + 1;
            try {
                const latch::Manifest manifest = latch::decode_manifest(
                    as_bytes(io::read_small_file(*files_, path, latch::kManifestBytesMax)));
                static_cast<void>(decode_edit(manifest.body));
                const latch::Envelope& envelope = manifest.envelope;
                if (envelope.version != version)
                    throw Error(ErrorCode::Corrupt, "the manifest says that it is version " +
                                                        std::to_string(envelope.version));
                if (last && last->version + 1 == version && last->commit_id != envelope.parent_id)
                    throw Error(ErrorCode::Corrupt,
                                "the manifest was not made on the one before it");
                last = envelope;
            } catch (const Error& error) {
                // Collected since it was listed.
                if (error.code() != ErrorCode::NotFound) wrong(error, path, kRestore);
            }
        }
    }

    void examine_checkpoints() {
        for (const uint64_t version : list_checkpoints(*files_, root_)) {
            const std::string path = root_ + "/.ch/checkpoint/" + latch::version_name(version);
            try {
                static_cast<void>(read_checkpoint(*files_, root_, version));
            } catch (const Error& error) {
                if (files_->kind(path)) wrong(error, path, kRestore);
            }
        }
    }

    bool open() {
        try {
            database_ = Database::open(files_, root_, {});
            return true;
        } catch (const Error& error) {
            wrong(error, root_,
                  "the newest version cannot be read: restore the root from a backup");
            return false;
        }
    }

    void list_folders() {
        const std::shared_ptr<const State> state = database_->newest();
        auto list = [&](const std::string& path) {
            try {
                if (files_->kind(path) == io::EntryKind::Folder)
                    entries_[path] = files_->list(path);
            } catch (const Error& error) {
                // What may not be listed, as a file system's lost+found, is not ours.
                if (error.code() != ErrorCode::Io) throw;
            }
        };
        for (const auto& [id, table] : state->tables) list(root_ + "/" + table->folder);
        for (const io::DirectoryEntry& entry : files_->list(root_))
            if (entry.kind == io::EntryKind::Folder && entry.name != ".ch")
                databases_.push_back(entry.name);
        for (const std::string& database : databases_) list(root_ + "/" + database);
        list(root_ + "/.ch/visible");
    }

    /// A lock that is got is given back at once. Only of files that are there, since asking makes
    /// one; where the folder cannot be written, all count as held.
    [[nodiscard]] bool is_locked(const std::string& path) {
        if (!files_->kind(path)) return false;
        try {
            return files_->try_lock(path, io::LockMode::Exclusive) == nullptr;
        } catch (const Error& error) {
            if (error.code() != ErrorCode::Io) throw;
            can_only_read_ = true;
            return true;
        }
    }

    void list_pins() {
        const std::string folder = root_ + "/.ch/pins/";
        for (const io::DirectoryEntry& entry : files_->list(folder)) {
            const auto pin = latch::PinName::parse(entry.name);
            if (!pin || (!pin->is_kept && !is_locked(folder + entry.name))) continue;
            pins_.push_back(*pin);
            try {
                notes_.insert(
                    io::read_small_file(*files_, folder + entry.name, latch::kNoteBytesMax));
            } catch (const Error& error) {
                if (error.code() != ErrorCode::NotFound)
                    wrong(error, folder + entry.name, kRestore);
            }
        }
    }

    void list_latches() {
        const std::shared_ptr<const State> state = database_->newest();
        for (const auto& [id, table] : state->tables)
            if (is_locked(root_ + "/.ch/latch/" + std::to_string(id) + ".writer")) held_.insert(id);
    }

    void examine_kept(const latch::PinName& pin) {
        try {
            const State state = database_->load(pin.version);
            for (const auto& [id, table] : state.tables) examine_table(*table, &pin);
        } catch (const Error& error) {
            wrong(error, root_ + "/.ch/pins/" + pin.text(),
                  "version " + std::to_string(pin.version) + ", which is pinned as " + pin.name +
                      ", cannot be read: restore it from a backup, or unpin it");
        }
    }

    /// `pin`: whose version the table is of; null for the newest one.
    void examine_table(const TableState& table, const latch::PinName* pin) {
        const std::string folder = root_ + "/" + table.folder;
        const std::string name = table.database_name + "." + table.name;
        if (files_->kind(folder) != io::EntryKind::Folder) {
            if (checked_.insert(folder).second && is_current(table, "", pin))
                wrong(folder, "the folder of table " + name + " is missing", kRestore);
            return;
        }
        for (const auto& part : table.parts) {
            const std::string path = folder + "/" + part->record.name;
            if (!checked_.insert(path).second) continue;
            ++result_.parts;
            try {
                const part::PartFolder opened(files_, path);
                part::verify_hashes(*files_, path, table_part(table, part->record, folder).hashes);
                check_sizes(opened);
            } catch (const Error& error) {
                if (is_current(table, part->record.name, pin))
                    wrong(
                        error, path,
                        "restore the part of table " + name +
                            " from a backup, or go back with ch rollback to a version without it");
            }
        }
        for (const auto& [part, bitmap] : table.bitmaps) check_bitmap(table, *bitmap, pin);
    }

    void check_sizes(const part::PartFolder& part) const {
        for (const format::FileChecksum& listed : part.checksums().files()) {
            const std::string path = part.path_of(listed.name);
            const std::optional<uint64_t> bytes = files_->file_size(path);
            // A projection is listed, too, and is a folder.
            if (bytes && *bytes != listed.size && files_->kind(path) == io::EntryKind::File)
                throw Error(ErrorCode::Corrupt,
                            "the file has " + std::to_string(*bytes) +
                                " bytes, checksums.txt says " + std::to_string(listed.size),
                            path);
        }
    }

    void check_bitmap(const TableState& table, const ActiveBitmap& bitmap,
                      const latch::PinName* pin) {
        const BitmapRecord& record = bitmap.record;
        const std::string path = root_ + "/.ch/visible/" + record.file;
        if (record.file.empty() || !checked_.insert(path).second) return;
        try {
            part::verify_hashes(*files_, root_ + "/.ch/visible", {{record.file, record.hash}});
        } catch (const Error& error) {
            if (is_current(table, record.part, pin)) wrong(error, path, kRestore);
        }
    }

    /// Whether what is not as it should be is still meant to be there: of a version that is not
    /// pinned collection may have removed it since the version was loaded.
    [[nodiscard]] bool is_current(const TableState& table, const std::string& part,
                                  const latch::PinName* pin) const {
        if (pin != nullptr) return files_->kind(root_ + "/.ch/pins/" + pin->text()).has_value();
        const std::shared_ptr<const TableState> now = database_->newest()->find(table.id);
        return now && (part.empty() || now->find_part(part) != nullptr);
    }

    void find_leftovers() {
        std::set<std::string> known;
        for (const Retired& gone : state_->retired) known.insert(gone.path);
        for (const auto& [id, table] : state_->tables) {
            for (const auto& [part, bitmap] : table->bitmaps)
                known.insert(".ch/visible/" + bitmap->record.file);
            // A writer's or a merge's work is no leftover while it lives.
            if (held_.count(id) == 0 && notes_.count(merge_note(id)) == 0)
                find_leftovers_of(*table, known);
        }
        if (notes_.count(kCreationNote) > 0) return;
        for (const std::string& database : databases_) {
            for (const io::DirectoryEntry& entry : entries_[root_ + "/" + database]) {
                const std::string path = root_ + "/" + database + "/" + entry.name;
                if (entry.kind == io::EntryKind::Folder &&
                    state_->folders.count(database + "/" + entry.name) == 0 &&
                    is_table_folder(*files_, path))
                    wrong(path, "a table's folder that no version ever named", kCollect);
            }
        }
    }

    void find_leftovers_of(const TableState& table, const std::set<std::string>& known) {
        for (const io::DirectoryEntry& entry : entries_[root_ + "/" + table.folder]) {
            const std::string path = table.folder + "/" + entry.name;
            const bool is_part = format::PartName::parse(entry.name).has_value();
            if (!is_part && !entry.name.starts_with("tmp_")) continue;
            if (known.count(path) > 0 || table.find_part(entry.name) != nullptr) continue;
            wrong(root_ + "/" + path,
                  is_part ? "a part that no version names" : "what a writer left unfinished",
                  kCollect);
        }
        for (const io::DirectoryEntry& entry : entries_[root_ + "/.ch/visible"])
            if (entry.name.starts_with(std::to_string(table.id) + ".") &&
                known.count(".ch/visible/" + entry.name) == 0)
                wrong(root_ + "/.ch/visible/" + entry.name, "a bitmap that no version names",
                      kCollect);
    }

    void examine_latches() {
        if (can_only_read_) {
            result_.findings.push_back(
                {false, root_ + "/.ch/latch",
                 "this process may only read the root: who holds which latch, and what writers "
                 "left, is not known",
                 "run ch doctor as a user who may write to it"});
            return;
        }
        for (const TableId id : held_) {
            const std::shared_ptr<const TableState> table = state_->find(id);
            const auto epoch = state_->epochs.find(id);
            if (!table || epoch == state_->epochs.end()) continue;
            const std::string path = root_ + "/.ch/latch/" + std::to_string(id) + ".writer";
            const std::string name = table->database_name + "." + table->name;
            const std::string holder = "the latch of table " + name + ", last taken in version " +
                                       std::to_string(epoch->second.version) + " by '" +
                                       epoch->second.note + "', is held";
            const std::optional<bool> lives = latch::is_alive(epoch->second.note);
            const bool is_stale = lives == false && is_locked(path) &&
                                  database_->newest()->epoch(id) == epoch->second.epoch;
            result_.findings.push_back(
                {is_stale, path,
                 is_stale ? holder + ", though that process is gone: a child of it keeps the lock"
                          : holder,
                 std::string(is_stale ? "" : "nothing, unless it hangs: ") + "ch latch break " +
                     root_ + "/" + table->database_name + "/" + table->name +
                     " lets the next writer in"});
        }
    }

    std::shared_ptr<io::FileSystem> files_;
    const std::string root_;
    Examination result_;
    std::shared_ptr<Database> database_;
    std::shared_ptr<const State> state_;
    std::map<std::string, std::vector<io::DirectoryEntry>> entries_;  // by folder
    std::vector<latch::PinName> pins_;                                // of living holders, and kept
    std::set<std::string> notes_;                                     // of those
    std::vector<std::string> databases_;  // folders that may be databases'
    std::set<TableId> held_;
    bool can_only_read_ = false;
    std::set<std::string> checked_;  // paths
};

}  // namespace

Examination examine_root(const std::shared_ptr<io::FileSystem>& files, const std::string& root) {
    return Examiner(files, root).run();
}

}  // namespace ch::storage
