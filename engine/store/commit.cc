#include <algorithm>
#include <set>

#include "engine/format/part_name.h"
#include "engine/store/checkpoint.h"
#include "engine/store/create_text.h"
#include "engine/store/database.h"
#include "engine/store/limits.h"
#include "engine/store/sync_round.h"

namespace ch::storage {

// A caller of commit() and what became of its transaction.
struct Database::Waiting {
    Transaction* transaction = nullptr;
    std::optional<CommitOutcome> outcome;
    std::optional<Error> error;
    bool is_unknown = false;  // whether it was published
    bool is_done = false;

    [[nodiscard]] bool is_open() const { return !outcome && !error; }
};

// The members that may be published together on one state.
struct Database::Group {
    std::shared_ptr<const State> base;
    std::vector<Waiting*> members;
    Edit edit;
    std::vector<latch::Token> tokens;
    std::vector<latch::ResourceId> changed;
    std::vector<latch::ResourceId> reads;
    std::set<std::string> folders;  // to be synced, those inside others first
};

namespace {

constexpr const char* kVisibleFolder = ".ch/visible";

template <typename T>
void append_all(std::vector<T>& to, const std::vector<T>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

template <typename T, typename Less>
void make_unique(std::vector<T>& values, Less less) {
    std::sort(values.begin(), values.end(), less);
    values.erase(std::unique(values.begin(), values.end()), values.end());
}

void append_members(Edit& to, Edit from) {
    to.time_ms = std::max(to.time_ms, from.time_ms);
    to.complete_ts = std::max(to.complete_ts, from.complete_ts);
    if (to.note.empty()) to.note = std::move(from.note);
    append_all(to.positions, from.positions);
    append_all(to.databases, from.databases);
    append_all(to.tables, from.tables);
}

std::optional<uint64_t> version_of(const State& state, const CommitId& id) {
    for (const auto& [commit, version] : state.recent_commits)
        if (commit == id) return version;
    return std::nullopt;
}

// What a transaction touches besides the tables that it names: the name spaces of databases.
void append_changed(std::vector<latch::ResourceId>& changed, const Edit& edit, const State& after) {
    for (const DatabaseEdit& database : edit.databases) changed.push_back(database.database);
    for (const TableEdit& table : edit.tables) {
        changed.push_back(table.table);
        if (std::shared_ptr<const TableState> now = after.find(table.table); now && table.name)
            changed.push_back(now->database);
    }
}

void add_pending(TableEdit& table, const NewPart& part) {
    table.added.push_back(part.record);
    if (!part.bitmap) return;
    table.bitmaps.push_back(*part.bitmap);
    table.bitmaps.back().part = part.record.name;
}

// A merge may have taken parts away that a commit has bitmaps for: their rows are in another part
// by now, which says itself up to where its hidden rows are known. Or another commit has written
// one that knows more. True if bitmaps are left.
bool drop_stale_bitmaps(TableEdit& edit, const State& state) {
    std::shared_ptr<const TableState> table = state.find(edit.table);
    std::erase_if(edit.bitmaps, [&](const BitmapRecord& bitmap) {
        const bool is_new =
            std::any_of(edit.added.begin(), edit.added.end(),
                        [&](const PartRecord& part) { return part.name == bitmap.part; });
        if (is_new) return false;
        if (!table || edit.retires_all || table->find_part(bitmap.part) == nullptr) return true;
        auto known = table->bitmaps.find(bitmap.part);
        return known != table->bitmaps.end() &&
               known->second->record.complete_ts > bitmap.complete_ts;
    });
    return !edit.bitmaps.empty();
}

Error unknown_outcome(const Error& error, const CommitId& id) {
    return Error(error.code(),
                 error.message() + "; it is not known whether commit " + to_hex(id) +
                     " was published: look for it before anything is repeated or removed",
                 error.path(), error.offset());
}

}  // namespace

CommitOutcome Database::commit(Transaction& transaction) {
    Waiting mine;
    mine.transaction = &transaction;
    std::unique_lock lock(queue_mutex_);
    queue_.push_back(&mine);
    queue_changed_.wait(lock, [&] { return mine.is_done || !is_publishing_; });
    if (!mine.is_done) {
        is_publishing_ = true;
        std::vector<Waiting*> group;
        group.swap(queue_);
        lock.unlock();
        publish_group(group);
        find_fenced(group);
        lock.lock();
        is_publishing_ = false;
        for (Waiting* member : group) member->is_done = true;
        queue_changed_.notify_all();
    }
    if (mine.error) throw Error(*mine.error);
    return *mine.outcome;
}

void Database::publish_group(std::vector<Waiting*>& group) {
    std::optional<Error> failed;
    try {
        sync_parts(group);
        for (int tries = 0; tries < kRebasesMax; ++tries) {
            Group made = assemble(group);
            if (made.members.empty()) return;
            sync_folders(made);
            if (publish(made)) return;
        }
        failed = Error(ErrorCode::Busy, "a commit lost " + std::to_string(kRebasesMax) +
                                            " races to others; try again");
    } catch (const Error& error) {
        failed = error;
    } catch (const std::exception& error) {
        failed = Error(ErrorCode::Bug, error.what());
    }
    for (Waiting* member : group)
        if (member->is_open()) member->error = failed;
}

// Whoever took a latch over may have had the files of its last holder collected: what such a commit
// trips over is not why it failed.
void Database::find_fenced(const std::vector<Waiting*>& group) {
    for (Waiting* member : group) {
        if (!member->error || member->is_unknown) continue;
        for (const latch::Token& token : member->transaction->tokens()) {
            try {
                const uint64_t now = newest()->epoch(token.resource);
                if (now == token.epoch) continue;
                member->outcome = latch::Fenced{token.resource, now};
                member->error.reset();
                break;
            } catch (const Error&) {
                break;  // then the first error it is
            }
        }
    }
}

// Files first, then the folders that name them; each round at once for all parts of all members.
void Database::sync_parts(const std::vector<Waiting*>& group) {
    std::vector<std::function<void()>> files, folders;
    std::vector<Waiting*> file_owners, folder_owners;
    for (Waiting* member : group)
        for (Transaction::Pending& pending : member->transaction->pending()) {
            if (pending.is_renamed) continue;
            for (const std::unique_ptr<io::WritableFile>& file : pending.part.unsynced) {
                files.emplace_back([&file] {
                    file->sync();
                    file->close();
                });
                file_owners.push_back(member);
            }
            folders.emplace_back([this, &pending] { files_->sync_folder(pending.part.folder); });
            folder_owners.push_back(member);
        }
    auto run = [&](const auto& jobs, const std::vector<Waiting*>& owners) {
        std::vector<std::optional<Error>> errors = run_together(jobs, options_.sync_threads);
        for (size_t i = 0; i < errors.size(); ++i)
            if (errors[i] && !owners[i]->error) owners[i]->error = errors[i];
    };
    run(files, file_owners);
    run(folders, folder_owners);
    for (Waiting* member : group)
        for (Transaction::Pending& pending : member->transaction->pending())
            pending.part.unsynced.clear();
}

Database::Group Database::assemble(const std::vector<Waiting*>& group) {
    Group made;
    made.base = newest();
    StateBuilder after(*made.base);
    for (Waiting* member : group) {
        if (!member->is_open()) continue;
        Transaction& transaction = *member->transaction;
        if (std::optional<uint64_t> version = version_of(*made.base, transaction.id())) {
            member->outcome = latch::Published{*version, true};
            continue;
        }
        try {
            if (auto refusal = refusal_of(transaction, after.state())) {
                std::visit([&](const auto& why) { member->outcome = why; }, *refusal);
                continue;
            }
            name_parts(transaction, after.state(), made);
            Edit edit = transaction.edit();
            for (const Transaction::Pending& pending : transaction.pending())
                for (TableEdit& table : edit.tables)
                    if (table.table == pending.table) add_pending(table, pending.part);
            for (TableEdit& table : edit.tables)
                if (drop_stale_bitmaps(table, after.state()))
                    made.folders.insert(path(kVisibleFolder));
            append_changed(made.changed, edit, after.state());
            after.apply(edit, made.base->version + 1);
            append_changed(made.changed, edit, after.state());
            append_all(made.tokens, transaction.tokens());
            append_all(made.reads, transaction.reads());
            append_members(made.edit, std::move(edit));
            made.members.push_back(member);
        } catch (const Error& error) {
            member->error = error;
        }
    }
    made.edit.time_ms = std::max(now_ms(), made.base->time_ms);
    std::less<> less;
    make_unique(made.changed, less);
    make_unique(made.reads, less);
    make_unique(made.tokens, [](const latch::Token& a, const latch::Token& b) {
        return std::pair(a.resource, a.epoch) < std::pair(b.resource, b.epoch);
    });
    return made;
}

// Gives each new part its name and renames its folder to it. A name that is taken on disk is what a
// commit left that was never published: it is stepped over, since whoever left it may be alive.
void Database::name_parts(Transaction& transaction, const State& state, Group& group) {
    for (const TableEdit& edit : transaction.edit().tables) {
        std::shared_ptr<const TableState> table = state.find(edit.table);
        const std::string folder = table ? table->folder : edit.folder;
        uint64_t block = table ? table->next_block : 1;
        if (!table) {
            group.folders.insert(path(folder));
            group.folders.insert(path(folder.substr(0, folder.find('/'))));
            group.folders.insert(root_);
        }
        for (Transaction::Pending& pending : transaction.pending()) {
            if (pending.table != edit.table) continue;
            group.folders.insert(path(folder));
            if (pending.is_renamed) continue;
            std::string& name = pending.part.record.name;
            std::optional<format::PartName> parsed = format::PartName::parse(name);
            const bool is_merged = parsed.has_value();
            for (int tries = 0; !pending.is_renamed; ++tries) {
                if (tries == kNamesMax)
                    throw Error(ErrorCode::Io, "no free name for a new part", path(folder));
                if (!is_merged) parsed = {pending.part.partition_id, block, block++, 0, 0};
                name = parsed->text();
                pending.is_renamed =
                    files_->rename_new(pending.part.folder, path(folder) + "/" + name);
                if (is_merged) ++parsed->level;
            }
        }
    }
}

void Database::sync_folders(const Group& group) {
    std::vector<std::function<void()>> jobs;
    for (const std::string& folder : group.folders)
        jobs.emplace_back([this, &folder] { files_->sync_folder(folder); });
    rethrow_first(run_together(jobs, options_.sync_threads));
}

// False if the group has to be assembled again.
bool Database::publish(Group& group) {
    latch::Publication publication;
    publication.attempt.commit_id = group.members.front()->transaction->id();
    publication.attempt.base_version = group.base->version;
    publication.attempt.tokens = group.tokens;
    publication.attempt.changed = group.changed;
    publication.attempt.read = group.reads;
    publication.base_id = group.base->commit_id;
    for (size_t i = 1; i < group.members.size(); ++i)
        group.edit.members.push_back(group.members[i]->transaction->id());
    const std::string body = encode_edit(group.edit);
    latch::PublishOutcome outcome;
    try {
        outcome = latch_->publish(publication, body);
    } catch (const Error& error) {
        for (Waiting* member : group.members) {
            member->error = unknown_outcome(error, member->transaction->id());
            member->is_unknown = true;
        }
        return true;
    }
    if (const auto* fenced = std::get_if<latch::Fenced>(&outcome);
        fenced && fenced->resource == 0) {
        for (Waiting* member : group.members) member->outcome = *fenced;
        return true;
    }
    const auto* published = std::get_if<latch::Published>(&outcome);
    if (published == nullptr) return false;
    for (Waiting* member : group.members)
        member->outcome = latch::Published{published->version, published->was_there};
    if (published->version == group.base->version + 1) {
        latch::Envelope envelope;
        envelope.version = published->version;
        envelope.commit_id = publication.attempt.commit_id;
        envelope.parent_id = group.base->commit_id;
        StateBuilder builder(*group.base);
        builder.fold(envelope, group.edit);
        advance(std::move(builder).finish());
    }
    checkpoint_if_due(body.size());
    return true;
}

// The commit is durable by now: a checkpoint that cannot be written is left to the next commit.
void Database::checkpoint_if_due(uint64_t edit_bytes) {
    std::shared_ptr<const State> state;
    {
        std::lock_guard lock(state_mutex_);
        state = state_;
        bytes_since_checkpoint_ += edit_bytes;
        if (state->version < checkpoint_version_ + options_.checkpoint_versions &&
            bytes_since_checkpoint_ < std::max(kCheckpointBytesMin, 2 * checkpoint_bytes_))
            return;
    }
    try {
        const uint64_t bytes = write_checkpoint(*files_, root_, *state);
        std::lock_guard lock(state_mutex_);
        checkpoint_version_ = state->version;
        checkpoint_bytes_ = bytes;
        bytes_since_checkpoint_ = 0;
    } catch (const Error& error) {
        std::lock_guard lock(state_mutex_);
        checkpoint_error_ = error;
    }
}

}  // namespace ch::storage
