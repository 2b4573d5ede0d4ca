#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/store/edit.h"
#include "engine/store/new_part.h"
#include "engine/store/state.h"
#include "latch/latch_store.h"

namespace ch::storage {

/// The right to write to some tables: a lease that keeps other writers waiting, and the epochs that
/// make a stale holder harmless. Given up when destroyed.
struct WriteLatch {
    std::vector<latch::Token> tokens;
    std::unique_ptr<latch::Lease> lease;
};

/// A commit being made: what it changes, and what it was made from. Used by one thread, then given
/// to Database::commit(). Calls check what can be checked against `base` and throw
/// Error{InvalidArgument | NotFound}; nothing is visible to others before the commit.
class Transaction {
public:
    Transaction(CommitId id, std::shared_ptr<const State> base) : id_(id), base_(std::move(base)) {}

    /// Every table that is changed, other than by a merge or by creating it, needs a token.
    void use(const WriteLatch& latch);
    /// Keeps the pin while the transaction lives: merges and creations show by it that they live.
    void hold(std::shared_ptr<latch::Pin> pin) { pin_ = std::move(pin); }

    void add_part(TableId table, NewPart part);
    void retire_part(TableId table, const std::string& part);
    void set_bitmap(TableId table, BitmapRecord bitmap);
    /// Retires all parts that are active when the commit is published.
    void truncate(TableId table);
    /// The commit changes no row: it may be published behind others that change the table, as long
    /// as all that it retires is active.
    void set_merge(TableId table);
    /// The commit is right only while the table's rows are those of `base`.
    void depend_on(TableId table) { reads_.push_back(table); }

    void create_database(DatabaseId id, const std::string& name);
    /// The database must be empty, or its tables dropped by this transaction.
    void drop_database(const std::string& name);
    /// `folder` as Database::make_table_folder() gave it.
    void create_table(TableId id, const TableName& name, const std::string& folder,
                      SchemaVersion schema);
    void drop_table(TableId table);
    void rename_table(TableId table, const TableName& name);
    /// The id of the schema is set here.
    void change_schema(TableId table, SchemaVersion schema);

    void set_position(const std::string& source, const std::string& position);
    void set_complete_ts(uint64_t complete_ts) { edit_.complete_ts = complete_ts; }
    void set_note(const std::string& note) { edit_.note = note; }

    [[nodiscard]] const CommitId& id() const { return id_; }
    [[nodiscard]] const State& base() const { return *base_; }
    [[nodiscard]] const Edit& edit() const { return edit_; }
    [[nodiscard]] Edit& edit() { return edit_; }
    [[nodiscard]] const std::vector<latch::Token>& tokens() const { return tokens_; }
    [[nodiscard]] const std::vector<latch::ResourceId>& reads() const { return reads_; }
    /// New parts, whose records wait for a name.
    struct Pending {
        TableId table = 0;
        NewPart part;
        bool is_renamed = false;  ///< its folder bears its name
    };
    [[nodiscard]] std::vector<Pending>& pending() { return pending_; }
    [[nodiscard]] const std::vector<Pending>& pending() const { return pending_; }

private:
    TableEdit& edit_of(TableId table);
    void check_is_there(TableId table);

    CommitId id_;
    std::shared_ptr<const State> base_;
    std::shared_ptr<latch::Pin> pin_;
    std::vector<latch::Token> tokens_;
    std::vector<latch::ResourceId> reads_;
    Edit edit_;
    std::vector<Pending> pending_;
};

/// What stands in the way of a transaction on a state that is newer than its base; nothing if it
/// may be published there. Pure.
std::optional<std::variant<latch::Fenced, latch::Conflict>> refusal_of(
    const Transaction& transaction, const State& state);

}  // namespace ch::storage
