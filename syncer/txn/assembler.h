#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>

namespace ch::syncer {

/// A transaction of TiDB whose outcome is known.
template <typename Content>
struct Decided {
    uint64_t start_ts = 0;
    uint64_t commit_ts = 0;
    Content content;
};

/// Makes transactions, in the order of their commits, of the messages of a pump, which come in any
/// order but these two: a Prewrite before its own Commit, and before every Commit of a greater
/// commit_ts than its own will be, because TiDB asks for a commit_ts only when the pump has
/// acknowledged the Prewrite. So a committed transaction is ready when no Prewrite is open that
/// began before it was committed. Messages may come again. Pure: no clock, no I/O. Used by one
/// thread at a time.
template <typename Content>
class Assembler {
public:
    /// Transactions up to `applied_ts` have been given out in an earlier life.
    Assembler(uint64_t applied_ts, size_t remembered_max)
        : applied_ts_(applied_ts), remembered_max_(remembered_max) {}

    void prewrite(uint64_t start_ts, Content content) {
        if (remembered_.count(start_ts) > 0) return;
        open_.emplace(start_ts, std::move(content));
    }

    /// False for a transaction whose Prewrite never came, and which is none of the past: messages
    /// are missing.
    [[nodiscard]] bool commit(uint64_t start_ts, uint64_t commit_ts) {
        auto found = open_.find(start_ts);
        if (found == open_.end())
            return remembered_.count(start_ts) > 0 || commit_ts <= applied_ts_;
        if (commit_ts > applied_ts_)
            committed_.emplace(commit_ts,
                               Decided<Content>{start_ts, commit_ts, std::move(found->second)});
        open_.erase(found);
        remember(start_ts);
        return true;
    }

    void rollback(uint64_t start_ts) {
        open_.erase(start_ts);
        remember(start_ts);
    }

    /// The next transaction in the order of commits, if it is known that none comes before it.
    [[nodiscard]] std::optional<Decided<Content>> take() {
        if (committed_.empty()) return std::nullopt;
        auto first = committed_.begin();
        if (!open_.empty() && open_.begin()->first < first->first) return std::nullopt;
        Decided<Content> decided = std::move(first->second);
        committed_.erase(first);
        applied_ts_ = decided.commit_ts;
        return decided;
    }

    /// The oldest transaction that is neither committed nor rolled back.
    [[nodiscard]] std::optional<uint64_t> oldest_open() const {
        if (open_.empty()) return std::nullopt;
        return open_.begin()->first;
    }
    [[nodiscard]] size_t open_count() const { return open_.size(); }
    [[nodiscard]] size_t committed_count() const { return committed_.size(); }

    /// Calls visit(content) for all that has come and was not taken.
    template <typename Visit>
    void visit(Visit&& visit) const {
        for (const auto& [ts, content] : open_) visit(content);
        for (const auto& [ts, decided] : committed_) visit(decided.content);
    }

private:
    void remember(uint64_t start_ts) {
        if (!remembered_.insert(start_ts).second) return;
        order_.push_back(start_ts);
        if (order_.size() <= remembered_max_) return;
        remembered_.erase(order_.front());
        order_.pop_front();
    }

    uint64_t applied_ts_;
    const size_t remembered_max_;
    std::map<uint64_t, Content> open_;                // by start_ts
    std::map<uint64_t, Decided<Content>> committed_;  // by commit_ts
    std::set<uint64_t> remembered_;                   // start_ts of those that are decided
    std::deque<uint64_t> order_;                      // the same, oldest first
};

}  // namespace ch::syncer
