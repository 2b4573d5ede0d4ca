#include "engine/store/database.h"

#include <algorithm>
#include <chrono>
#include <random>

#include "engine/store/checkpoint.h"
#include "engine/store/create_text.h"
#include "engine/store/limits.h"
#include "engine/store/tso.h"
#include "latch/numbered_name.h"
#include "latch/open_latch.h"

namespace ch::storage {

namespace {

constexpr uint64_t kMsPerHour = 3'600'000;

uint64_t system_random() {
    std::random_device device;
    return uint64_t{device()} << 32 | device();
}

uint64_t system_now_ms() {
    return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                     std::chrono::system_clock::now().time_since_epoch())
                                     .count());
}

std::string range_text(uint64_t oldest, uint64_t newest) {
    return "versions " + std::to_string(oldest) + " to " + std::to_string(newest) + " can be read";
}

[[noreturn]] void expired(const std::string& what, uint64_t floor, uint64_t newest,
                          const std::string& root) {
    const Retention kept;
    throw Error(ErrorCode::SnapshotExpired,
                what + ": " + range_text(floor, newest) +
                    "; read one of them. Collection (gc) keeps " +
                    std::to_string(kept.ms / kMsPerHour) + " hours and at most " +
                    std::to_string(kept.versions) +
                    " versions unless it is told to keep more or fewer, and what is pinned (ch "
                    "snapshot pin)",
                root);
}

[[noreturn]] void expired(uint64_t version, latch::LatchStore& latch, const std::string& root) {
    expired("version " + std::to_string(version) + " is gone, collection has passed it",
            latch.floor(), latch.head(), root);
}

}  // namespace

std::shared_ptr<Database> Database::open(std::shared_ptr<io::FileSystem> files,
                                         const std::string& root, DatabaseOptions options) {
    if (!options.random) options.random = system_random;
    auto latch = latch::open_latch(files, root, options.latch, options.create, options.random);
    return std::make_shared<Database>(std::move(files), root, std::move(latch), std::move(options));
}

Database::Database(std::shared_ptr<io::FileSystem> files, std::string root,
                   std::unique_ptr<latch::LatchStore> latch, DatabaseOptions options)
    : files_(std::move(files)),
      root_(std::move(root)),
      latch_(std::move(latch)),
      options_(std::move(options)),
      random_([this] {
          std::lock_guard lock(random_mutex_);
          return options_.random ? options_.random() : system_random();
      }) {
    static_cast<void>(load_newest());
}

uint64_t Database::now_ms() const {
    return options_.now_ms ? options_.now_ms() : system_now_ms();
}

CommitId Database::new_commit_id() {
    CommitId id;
    ch::store(id.data(), random_());
    ch::store(id.data() + sizeof(uint64_t), random_());
    return id;
}

std::optional<Error> Database::checkpoint_error() const {
    std::lock_guard lock(state_mutex_);
    return checkpoint_error_;
}

uint64_t Database::time_of(uint64_t version) {
    std::optional<latch::Manifest> manifest = latch_->load(version);
    if (manifest) return decode_edit(manifest->body).time_ms;
    return load(version).time_ms;
}

State Database::load_once(uint64_t version) {
    uint64_t from = 0;
    for (uint64_t checkpoint : list_checkpoints(*files_, root_))
        if (checkpoint <= version) from = checkpoint;
    StateBuilder builder(from > 0 ? read_checkpoint(*files_, root_, from) : State{});
    uint64_t edit_bytes = 0;
    for (uint64_t next = from + 1; next <= version; ++next) {
        std::optional<latch::Manifest> manifest = latch_->load(next);
        if (!manifest)
            throw Error(ErrorCode::NotFound,
                        "manifest " + std::to_string(next) + " is missing, though version " +
                            std::to_string(version) + " was published",
                        root_ + "/.ch/manifest");
        // Where collection has just removed the right one, a stale writer may have put its own.
        if (manifest->envelope.parent_id != builder.state().commit_id)
            throw Error(ErrorCode::NotFound,
                        "manifest " + std::to_string(next) + " was not made on the one before it",
                        root_ + "/.ch/manifest/" + latch::version_name(next));
        edit_bytes += manifest->body.size();
        builder.fold(manifest->envelope, decode_edit(manifest->body));
    }
    std::lock_guard lock(state_mutex_);
    if (from > checkpoint_version_) {
        checkpoint_version_ = from;
        bytes_since_checkpoint_ = edit_bytes;
    }
    return std::move(builder.editable());
}

State Database::load(uint64_t version) {
    for (int tries = 1;; ++tries) {
        try {
            return load_once(version);
        } catch (const Error& error) {
            // Collection may have removed a file between the listing and the reading of it.
            if (error.code() != ErrorCode::NotFound) throw;
            if (version < latch_->floor()) expired(version, *latch_, root_);
            if (tries == kLoadsMax)
                throw Error(ErrorCode::Corrupt, error.message() + "; restore it from a backup",
                            error.path());
        }
    }
}

std::shared_ptr<const State> Database::load_newest() {
    for (;;) {
        const uint64_t head = latch_->head();
        try {
            auto state = std::make_shared<const State>(load(head));
            advance(state);
            return state;
        } catch (const Error& error) {
            // So much was committed meanwhile that this one is gone.
            if (error.code() != ErrorCode::SnapshotExpired) throw;
            if (latch_->head() == head)
                throw Error(ErrorCode::Corrupt,
                            "the newest manifest is version " + std::to_string(head) +
                                ", below the floor " + std::to_string(latch_->floor()) +
                                ": the disk lost versions that it had acknowledged; restore the "
                                "root from a backup",
                            root_ + "/.ch/manifest");
        }
    }
}

void Database::advance(std::shared_ptr<const State> state) {
    std::lock_guard lock(state_mutex_);
    if (!state_ || state->version > state_->version) state_ = std::move(state);
}

std::shared_ptr<const State> Database::newest() {
    std::shared_ptr<const State> known;
    {
        std::lock_guard lock(state_mutex_);
        known = state_;
    }
    const uint64_t head = latch_->head();
    if (head <= known->version) return known;
    if (head - known->version > options_.checkpoint_versions) return load_newest();
    StateBuilder builder(*known);
    for (uint64_t next = known->version + 1; next <= head; ++next) {
        std::optional<latch::Manifest> manifest = latch_->load(next);
        if (!manifest || manifest->envelope.parent_id != builder.state().commit_id)
            return load_newest();
        builder.fold(manifest->envelope, decode_edit(manifest->body));
    }
    std::shared_ptr<const State> state = std::move(builder).finish();
    advance(state);
    return state;
}

// Nothing if the version is below the floor; null where no pin can be made.
std::optional<std::shared_ptr<latch::Pin>> Database::pin(uint64_t version) {
    const std::string note = options_.note.empty() ? latch::process_note() : options_.note;
    // A full disk has no room for a note, but mostly for a name.
    for (const std::string& tried : {note, std::string()}) {
        try {
            auto made = latch_->pin(version, tried);
            if (std::holds_alternative<latch::Expired>(made)) return std::nullopt;
            return std::move(std::get<std::unique_ptr<latch::Pin>>(made));
        } catch (const Error& error) {
            if (error.code() != ErrorCode::Io) throw;
        }
    }
    if (latch_->floor() > version) return std::nullopt;
    return nullptr;
}

Snapshot Database::snapshot(std::optional<uint64_t> version) {
    for (;;) {
        std::shared_ptr<const State> state = newest();
        const uint64_t wanted = version.value_or(state->version);
        if (wanted > state->version)
            throw Error(ErrorCode::NotFound,
                        "there is no version " + std::to_string(wanted) + " yet: " +
                            range_text(std::max<uint64_t>(latch_->floor(), 1), state->version),
                        root_);
        std::optional<std::shared_ptr<latch::Pin>> pinned = pin(wanted);
        if (!pinned) {
            if (version) expired(wanted, *latch_, root_);
            continue;
        }
        if (wanted != state->version) state = std::make_shared<const State>(load(wanted));
        return {state, std::move(*pinned)};
    }
}

Snapshot Database::snapshot_as_of(uint64_t tso) {
    const bool by_commit = newest()->complete_ts > 0;
    auto is_within = [&](const State& state) {
        return by_commit ? state.complete_ts <= tso : state.time_ms <= ms_of_tso(tso);
    };
    // The floor's version first: what it has too much, every later one has.
    const uint64_t head = latch_->head();
    uint64_t low = std::max<uint64_t>(latch_->floor(), 1);
    const std::optional<std::shared_ptr<latch::Pin>> oldest = pin(low);
    if (!oldest) return snapshot_as_of(tso);
    if (!is_within(load(low)))
        expired("no version of that time is left or has ever been", low, head, root_);
    uint64_t high = head;
    while (low < high) {
        const uint64_t middle = low + (high - low + 1) / 2;
        if (is_within(load(middle))) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return snapshot(low);
}

Error Database::explain(const Error& error, uint64_t version) {
    const bool is_loss = error.code() == ErrorCode::NotFound || error.code() == ErrorCode::Corrupt;
    if (!is_loss || latch_->floor() <= version) return error;
    try {
        expired(version, *latch_, root_);
    } catch (const Error& gone) {
        return gone;
    }
}

Error Database::explain(const Error& error, const latch::Token& token) {
    if (error.code() != ErrorCode::NotFound) return error;
    const uint64_t now = newest()->epoch(token.resource);
    if (now == token.epoch) return error;
    return Error(ErrorCode::Fenced,
                 "another writer has taken the latch of table " + std::to_string(token.resource) +
                     " over (epoch " + std::to_string(now) +
                     "), and what this one wrote was collected; nothing was published",
                 error.path());
}

// False if one of them is no more as `seen` has it.
bool Database::raise_epochs(const std::vector<TableId>& tables, const State& seen,
                            WriteLatch& latch) {
    for (;;) {
        std::shared_ptr<const State> state = newest();
        latch::Publication publication;
        publication.attempt.commit_id = new_commit_id();
        publication.attempt.base_version = state->version;
        publication.base_id = state->commit_id;
        for (TableId table : tables) {
            if (!state->find(table))
                throw Error(ErrorCode::NotFound, "there is no table of the id " +
                                                     std::to_string(table) + " at version " +
                                                     std::to_string(state->version));
            if (state->epoch(table) != seen.epoch(table)) return false;
            publication.attempt.tokens.push_back({table, state->epoch(table)});
            publication.attempt.read.push_back(table);
            publication.raised.push_back({table, state->epoch(table) + 1});
        }
        Edit edit;
        edit.time_ms = now_ms();
        edit.note = options_.note.empty() ? latch::process_note() : options_.note;
        latch::PublishOutcome outcome = latch_->publish(publication, encode_edit(edit));
        if (!std::holds_alternative<latch::Published>(outcome)) continue;
        latch.tokens = publication.raised;
        return true;
    }
}

std::optional<WriteLatch> Database::lock(std::vector<TableId> tables, latch::LatchMode mode,
                                         uint64_t wait_ms_max) {
    std::sort(tables.begin(), tables.end());
    tables.erase(std::unique(tables.begin(), tables.end()), tables.end());
    WriteLatch latch;
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms_max);
    for (;;) {
        // Looked at before the lease is had: whose lease was broken before the epochs are raised
        // finds other ones then, and has to stand in line again.
        const std::shared_ptr<const State> seen = newest();
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            end - std::chrono::steady_clock::now());
        latch.lease = latch_->acquire(tables, mode,
                                      static_cast<uint64_t>(std::max<int64_t>(0, left.count())));
        if (!latch.lease) return std::nullopt;
        if (mode == latch::LatchMode::Shared) return latch;
        if (raise_epochs(tables, *seen, latch)) break;
        latch.lease.reset();
    }
    repair_copies(tables);
    return latch;
}

void Database::break_latch(TableId table) {
    WriteLatch nobody;
    while (!raise_epochs({table}, *newest(), nobody)) continue;
    latch_->break_lease(table);
}

void Database::repair_copies(const std::vector<TableId>& tables) {
    std::shared_ptr<const State> state = newest();
    for (TableId id : tables) {
        std::shared_ptr<const TableState> table = state->find(id);
        if (!table) continue;
        try {
            repair_create_text(*files_, path(table->folder), *table, random_());
        } catch (const Error& error) {
            // Whoever took the latch over meanwhile has collected it, and writes it.
            if (error.code() != ErrorCode::NotFound) throw;
        }
    }
}

Transaction Database::begin() {
    return begin(new_commit_id());
}

Transaction Database::begin(const CommitId& id) {
    return {id, newest()};
}

std::optional<uint64_t> Database::find_commit(const CommitId& id) {
    const std::shared_ptr<const State> state = newest();
    for (const auto& [commit, version] : state->recent_commits)
        if (commit == id) return version;
    return std::nullopt;
}

}  // namespace ch::storage
