#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "latch/core/envelope.h"
#include "latch/core/latch_mode.h"

namespace ch::latch {

using SessionNumber = uint64_t;

/// All of the resources (rising) in one mode, or none of them.
struct LeaseWish {
    std::string id;  ///< by the client, never used for another lease
    LatchMode mode = LatchMode::Writer;
    std::vector<ResourceId> resources;
};

/// A request that waited and does so no more.
struct Decided {
    SessionNumber session = 0;
    std::string id;
    bool is_granted = false;
};

struct Holder {
    SessionNumber session = 0;
    LeaseWish wish;
    bool is_waiting = false;
    uint64_t since_ms = 0;
};

struct SessionPin {
    SessionNumber session = 0;
    uint64_t version = 0;
    std::string note;
    uint64_t since_ms = 0;
};

/// Who holds and waits for what on behalf of a daemon's clients: a state machine without clock,
/// files or threads. Everything hangs on sessions, which live for their ttl from their last sign of
/// life on. Times are milliseconds of one monotonic clock and never fall from call to call.
///
/// Requests stand in one queue. One is granted when it agrees with all leases and with all requests
/// before it, so that a waiting exclusive request stops later shared ones, and nobody starves.
/// Until `grace_end_ms` nothing is granted but what a holder of before the restart claims.
class LeaseKeeper {
public:
    enum class Answer : uint8_t { Granted, Waiting, Refused };

    explicit LeaseKeeper(uint64_t grace_end_ms) : grace_end_ms_(grace_end_ms) {}

    /// Requires: a number that was never given before. False at the limit of sessions.
    [[nodiscard]] bool open(SessionNumber session, uint64_t ttl_ms, std::string note,
                            uint64_t now_ms);
    /// False for a session that has ended. Every other call of a session does the same for it.
    [[nodiscard]] bool renew(SessionNumber session, uint64_t now_ms);
    /// Ids of the session's leases that were broken since the last call.
    [[nodiscard]] std::vector<std::string> take_broken(SessionNumber session);
    void close(SessionNumber session, uint64_t now_ms);

    /// Granted also for an id that is held. Waiting: advance() decides it. Requires: a living
    /// session.
    [[nodiscard]] Answer acquire(SessionNumber session, LeaseWish wish, uint64_t wait_ms,
                                 uint64_t now_ms);
    /// Gives the session what its client held before a restart: passes grace and queue. False if
    /// another holder excludes it by now. Requires: a living session.
    [[nodiscard]] bool claim(SessionNumber session, LeaseWish wish, uint64_t now_ms);
    /// Ends a lease, or a wait for one. Nothing happens for an id that is not the session's.
    void release(SessionNumber session, const std::string& id, uint64_t now_ms);
    /// Ends a wait, whosever it is.
    void give_up(const std::string& id);
    /// Ends all leases on the resource.
    void break_resource(ResourceId resource, uint64_t now_ms);

    /// False if the session holds, or all together hold, as many as they may. The same name again
    /// changes nothing. Requires: a living session.
    [[nodiscard]] bool pin(SessionNumber session, const std::string& name, uint64_t version,
                           std::string note, uint64_t now_ms);
    void unpin(SessionNumber session, const std::string& name);

    /// Ends what is overdue and lets in who is next; what was decided so. To be called after every
    /// other call, and at next_ms().
    [[nodiscard]] std::vector<Decided> advance(uint64_t now_ms);
    /// When time alone will change something; nothing while it cannot.
    [[nodiscard]] std::optional<uint64_t> next_ms() const;

    /// How long holders of before a restart still have to come forward.
    [[nodiscard]] uint64_t grace_left_ms(uint64_t now_ms) const {
        return now_ms < grace_end_ms_ ? grace_end_ms_ - now_ms : 0;
    }
    [[nodiscard]] const std::map<std::string, SessionPin>& pins() const { return pins_; }
    /// Those who hold and those who wait, in the order of their coming.
    [[nodiscard]] std::vector<Holder> holders() const;
    [[nodiscard]] size_t session_count() const { return sessions_.size(); }
    /// Empty for a session that has ended.
    [[nodiscard]] std::string note_of(SessionNumber session) const;
    /// The pin of that name, if the session holds it.
    [[nodiscard]] const SessionPin* find_pin(SessionNumber session, const std::string& name) const;

private:
    struct Session {
        uint64_t ttl_ms = 0;
        uint64_t end_ms = 0;
        std::string note;
        std::set<std::string> leases, pins, broken;
    };
    struct Lease {
        SessionNumber session = 0;
        LeaseWish wish;
        uint64_t since_ms = 0;
        uint64_t order = 0;
    };
    struct Waiter {
        SessionNumber session = 0;
        LeaseWish wish;
        uint64_t end_ms = 0;
        uint64_t since_ms = 0;
    };
    /// Who uses a resource, held or, in a look through the queue, also wanted before.
    struct Uses {
        uint32_t writers = 0, schemas = 0, shared = 0;
        [[nodiscard]] bool allows(LatchMode mode) const;
        void add(LatchMode mode, int count);
        [[nodiscard]] bool is_empty() const { return writers + schemas + shared == 0; }
    };

    [[nodiscard]] bool is_free(const LeaseWish& wish) const;
    void grant(SessionNumber session, LeaseWish wish, uint64_t now_ms);
    void end_lease(std::map<std::string, Lease>::iterator lease);
    void end_session(SessionNumber session);
    void end_overdue(uint64_t now_ms);
    void touch(SessionNumber session, uint64_t now_ms);

    uint64_t grace_end_ms_;
    std::unordered_map<SessionNumber, Session> sessions_;
    uint64_t next_end_ms_ = UINT64_MAX;  // no session ends before
    std::map<std::string, Lease> leases_;
    std::unordered_map<ResourceId, Uses> uses_;  // of leases_
    std::list<Waiter> waiters_;
    std::map<std::string, SessionPin> pins_;
    uint64_t next_order_ = 0;
    bool may_decide_ = false;                 // something changed that a waiter may have waited for
    uint64_t next_decision_ms_ = UINT64_MAX;  // when time changes something for one
};

}  // namespace ch::latch
