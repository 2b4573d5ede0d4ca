#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/io/file_system.h"
#include "engine/store/collect.h"
#include "engine/store/state.h"
#include "engine/store/transaction.h"
#include "latch/latch_store.h"

namespace ch::storage {

struct DatabaseOptions {
    bool create = false;       ///< make what is missing of the root
    size_t sync_threads = 16;  ///< 1 = one sync after the other
    uint64_t checkpoint_versions = 64;
    std::string latch;  ///< which latch the root is expected to have (latch/open_latch.h)
    std::string note;   ///< who this is, for `ch latch status`; empty = the process id
    std::function<uint64_t()> now_ms;  ///< wall clock; empty = the system's
    std::function<uint64_t()> random;  ///< for names and ids; empty = the system's
};

/// A version of the whole root that stays readable while this lives.
struct Snapshot {
    std::shared_ptr<const State> state;
    /// Null where none can be made, as in a root that this process may only read: collection may
    /// then take the version away, and reading ends with SnapshotExpired (Database::explain).
    std::shared_ptr<latch::Pin> pin;
};

/// Fenced with resource 0: the commit is so old that collection has passed its base. It may have
/// been published before that.
using CommitOutcome = std::variant<latch::Published, latch::Fenced, latch::Conflict>;

/// All databases under one root, as one process sees them. Thread-safe. Reading takes no latch.
///
/// commit(): an Error means that it is not known whether the commit took place; find_commit() of
/// its id says. Commits of several threads that come together share one version and its syncs.
class Database {
public:
    /// Throws Error{NotFound} where there is no root and `create` is not set.
    static std::shared_ptr<Database> open(std::shared_ptr<io::FileSystem> files,
                                          const std::string& root, DatabaseOptions options);
    /// The same over another latch store. The root's folders must exist.
    Database(std::shared_ptr<io::FileSystem> files, std::string root,
             std::unique_ptr<latch::LatchStore> latch, DatabaseOptions options);

    [[nodiscard]] const std::string& root() const { return root_; }
    [[nodiscard]] io::FileSystem& files() { return *files_; }
    [[nodiscard]] const std::shared_ptr<io::FileSystem>& shared_files() { return files_; }
    [[nodiscard]] latch::LatchStore& latch() { return *latch_; }
    /// The newest version, looked up now.
    [[nodiscard]] std::shared_ptr<const State> newest();

    /// Pins and loads. Without a version: the newest one. Throws Error{SnapshotExpired | NotFound}.
    [[nodiscard]] Snapshot snapshot(std::optional<uint64_t> version = std::nullopt);
    /// The newest version that is complete up to the TiDB timestamp and no further: by complete_ts
    /// where a syncer sets it, else by the time of the commit.
    [[nodiscard]] Snapshot snapshot_as_of(uint64_t tso);
    /// The state of one version; the caller's pin must keep it.
    [[nodiscard]] State load(uint64_t version);
    /// What to say of an error that came up while reading a snapshot: a file that collection has
    /// removed, or a part with some of its files gone, means that the snapshot expired.
    [[nodiscard]] Error explain(const Error& error, uint64_t version);
    /// What to say of an error that came up while writing under a token: files of a writer whose
    /// latch was taken over may have been collected.
    [[nodiscard]] Error explain(const Error& error, const latch::Token& token);

    /// Takes the tables' latch over by raising their epochs. Nothing if other holders kept it for
    /// `wait_ms_max`. Repairs the tables' table.sql. Throws Error{NotFound}.
    [[nodiscard]] std::optional<WriteLatch> lock(std::vector<TableId> tables, latch::LatchMode mode,
                                                 uint64_t wait_ms_max);
    /// Fences the holder of a table's latch, however alive it is, and lets the next one in.
    void break_latch(TableId table);

    /// A transaction on the newest version.
    [[nodiscard]] Transaction begin();
    /// The same with a name that the caller chose, so that a repeated commit is recognised.
    [[nodiscard]] Transaction begin(const CommitId& id);
    [[nodiscard]] CommitOutcome commit(Transaction& transaction);
    /// The version in which a commit was published, if it is among the last few hundred.
    [[nodiscard]] std::optional<uint64_t> find_commit(const CommitId& id);

    /// A number for a table or a database.
    [[nodiscard]] uint64_t new_id() { return random_() >> 1; }
    [[nodiscard]] CommitId new_commit_id();
    /// Makes an empty table folder and returns its path below the root. The transaction that
    /// creates the table must hold the pin of pin_creation() from before this call.
    [[nodiscard]] std::string make_table_folder(const TableName& name, TableId table);
    [[nodiscard]] std::shared_ptr<latch::Pin> pin_creation();
    /// A name for a table's folder while it is being filled or removed; below the root.
    [[nodiscard]] std::string unnamed_table_folder(const std::string& database_folder);
    /// A pin of that version for a merge of the table.
    [[nodiscard]] std::shared_ptr<latch::Pin> pin_merge(TableId table);
    /// Where a part's files are to be written: a new folder below the table's. For a merge, `pin`
    /// is its pin; else the table's latch must be held, or the table be created by the same commit.
    [[nodiscard]] std::string new_part_folder(const std::string& table_folder, uint64_t epoch,
                                              const latch::Pin* pin = nullptr);

    /// Removes what no reader can need any more (collect.h).
    CollectReport collect(const Retention& retention);

    [[nodiscard]] uint64_t now_ms() const;
    /// When a version was published. Throws Error{SnapshotExpired}.
    [[nodiscard]] uint64_t time_of(uint64_t version);
    /// Below the root.
    [[nodiscard]] static std::string folder_of_database(const std::string& name);
    /// Why the last checkpoint could not be written. Commits do not depend on it; opening takes
    /// longer without.
    [[nodiscard]] std::optional<Error> checkpoint_error() const;

private:
    struct Waiting;
    struct Group;

    [[nodiscard]] std::string path(const std::string& below) const { return root_ + "/" + below; }
    void advance(std::shared_ptr<const State> state);
    [[nodiscard]] std::optional<std::shared_ptr<latch::Pin>> pin(uint64_t version);
    [[nodiscard]] State load_once(uint64_t version);
    [[nodiscard]] std::shared_ptr<const State> load_newest();
    [[nodiscard]] bool raise_epochs(const std::vector<TableId>& tables, const State& seen,
                                    WriteLatch& latch);
    void repair_copies(const std::vector<TableId>& tables);

    void publish_group(std::vector<Waiting*>& group);
    void sync_parts(const std::vector<Waiting*>& group);
    void find_fenced(const std::vector<Waiting*>& group);
    [[nodiscard]] Group assemble(const std::vector<Waiting*>& group);
    void name_parts(Transaction& transaction, const State& state, Group& group);
    void sync_folders(const Group& group);
    [[nodiscard]] bool publish(Group& group);
    void checkpoint_if_due(uint64_t edit_bytes);

    std::shared_ptr<io::FileSystem> files_;
    const std::string root_;
    std::unique_ptr<latch::LatchStore> latch_;
    const DatabaseOptions options_;
    std::mutex random_mutex_;
    std::function<uint64_t()> random_;

    mutable std::mutex state_mutex_;  // guards the next five
    std::shared_ptr<const State> state_;
    uint64_t checkpoint_version_ = 0;
    uint64_t checkpoint_bytes_ = 0;
    uint64_t bytes_since_checkpoint_ = 0;
    std::optional<Error> checkpoint_error_;

    std::mutex queue_mutex_;  // guards the next two
    std::vector<Waiting*> queue_;
    bool is_publishing_ = false;
    std::condition_variable queue_changed_;
};

}  // namespace ch::storage
