#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "engine/store/follow_state.h"
#include "engine/store/open_table.h"

namespace ch::storage {

/// A folder of a table's newest version for a ClickHouse that runs and looks at it again and again
/// (a read-only disk with refresh_parts_interval; table.sql in it says how):
///   parts/      what its disk shows; follow, follow.next: follow_state.h
///   table.sql   the table over it; without partitions, so that one part can stand for any commit
///   lock        of the process that follows
/// Each change is one part that appears in one step. Rows that came are a part of level 0 beside
/// the others; where rows went, a part of all rows covers all others, one level up: its keys are
/// unique. So whatever a reader has seen of the folder is a version that was published.
///
/// Used by one thread. After an Error it is abandoned, and opened again.
class Follower {
public:
    /// Goes on with a folder, or makes it. `to` is an absolute path on the root's file system.
    /// Throws Error{Busy} while another process follows there, Error{NotFound | InvalidArgument |
    /// Unsupported | Corrupt | Io}.
    Follower(std::shared_ptr<Database> database, const TableName& name, std::string to,
             std::shared_ptr<BufferPool> pool);

    /// Takes the folder to the newest version; false if it showed that already. Steps should be
    /// further apart than ClickHouse's looks, so that it sees them one by one. Throws
    /// Error{NotFound} for a table that was dropped, Error{Unsupported} where its definition
    /// changed.
    bool step();
    /// Removes parts that have been covered for longer than any query takes.
    void remove_covered(std::chrono::milliseconds covered_min);

    [[nodiscard]] const FollowState& state() const { return state_; }

private:
    using Clock = std::chrono::steady_clock;

    void make(const TableName& name);
    [[nodiscard]] std::shared_ptr<const TableState> require_table(const State& state) const;
    /// The table's new parts, if their rows and those shown are all rows; nothing if rows went.
    [[nodiscard]] std::optional<std::vector<std::string>> added(const State& now) const;
    [[nodiscard]] std::shared_ptr<const table::Table> open(
        const Snapshot& snapshot, const TableState& state,
        const std::vector<std::string>& names) const;
    void write(const Snapshot& snapshot, const std::vector<std::string>& parts, bool hides,
               const std::string& made);

    std::shared_ptr<Database> database_;
    const std::string folder_;
    std::shared_ptr<BufferPool> pool_;
    std::unique_ptr<io::FileLock> lock_;
    FollowState state_;
    Clock::time_point covered_since_;
};

}  // namespace ch::storage
