#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "latch/core/lease_keeper.h"
#include "latch/latch_store.h"

namespace ch::latchd {

struct ArbiterOptions {
    uint64_t grace_ms = 0;    ///< 0: nothing was held when the last daemon of the root ended
    uint64_t ttl_ms_max = 0;  ///< no session lives longer without a sign of life
    uint64_t head = 0;
    uint64_t floor = 0;
    std::function<uint64_t()> random;
};

/// What a client held in a session that is no more.
struct Claims {
    uint64_t previous = 0;
    std::vector<latch::LeaseWish> leases;
    struct ClaimedPin {
        std::string name;
        uint64_t version = 0;
        std::string note;
    };
    std::vector<ClaimedPin> pins;
};

struct Opened {
    latch::SessionNumber session = 0;
    uint64_t ttl_ms = 0;
    std::vector<std::string> lost_leases, lost_pins;
};

/// Where things stand, for people.
struct Standing {
    uint64_t head = 0, floor = 0, grace_ms = 0, sessions = 0, pins = 0, watchers = 0, up_ms = 0;
    struct Entry {
        latch::Holder holder;
        std::string note;
        uint64_t age_ms = 0;
    };
    std::vector<Entry> holders;
};

/// The lease keeper of one root with a clock, a thread that lets time pass, and those who wait for
/// leases and versions. Thread-safe. Callbacks are called outside of its lock, each once, and must
/// not block; the last ones before stop() returns.
class Arbiter {
public:
    explicit Arbiter(ArbiterOptions options);
    ~Arbiter();
    Arbiter(const Arbiter&) = delete;
    Arbiter& operator=(const Arbiter&) = delete;

    /// Nothing at the limit of sessions, and when it is stopped.
    [[nodiscard]] std::optional<Opened> open(uint64_t ttl_ms, std::string note,
                                             const Claims& claims);
    /// False, as of every call of a session: it has ended. `broken`: leases that were broken since.
    [[nodiscard]] bool renew(latch::SessionNumber session, std::vector<std::string>& broken);
    void close(latch::SessionNumber session);

    using Done = std::function<void(bool is_granted)>;
    /// A ticket for cancel(). Nothing where the session has ended; `done` is not called then.
    [[nodiscard]] std::optional<uint64_t> acquire(latch::SessionNumber session,
                                                  latch::LeaseWish wish, uint64_t wait_ms,
                                                  Done done);
    /// Gives the place in the queue up; nothing happens for what was decided.
    void cancel(uint64_t ticket);
    [[nodiscard]] bool release(latch::SessionNumber session, const std::string& id);
    void break_resource(latch::ResourceId resource);

    struct Full {};
    struct Ended {};
    using PinOutcome = std::variant<uint64_t, latch::Expired, Full, Ended>;
    [[nodiscard]] PinOutcome pin(latch::SessionNumber session, const std::string& name,
                                 std::optional<uint64_t> version, std::string note);
    [[nodiscard]] bool unpin(latch::SessionNumber session, const std::string& name);
    struct HeldPin {
        std::string name;
        latch::SessionPin pin;
        uint64_t age_ms = 0;
    };
    [[nodiscard]] std::vector<HeldPin> pins();

    [[nodiscard]] uint64_t head();
    [[nodiscard]] uint64_t floor();
    [[nodiscard]] uint64_t grace_left_ms();
    /// Refuses pins below it from now on.
    void raise_floor(uint64_t version);
    /// Tells the watchers.
    void set_head(uint64_t version);

    /// `tell` is called with each newest version above `above`, by one thread at a time. Nothing at
    /// the limit of watchers.
    [[nodiscard]] std::optional<uint64_t> watch(uint64_t above, std::function<void(uint64_t)> tell);
    void unwatch(uint64_t ticket);

    [[nodiscard]] Standing standing();
    /// Refuses all who wait, and from now on every lease, pin and session. True if nothing is held
    /// then, so that nothing would be lost if the daemon ended.
    bool stop();
    [[nodiscard]] bool is_stopped();

private:
    struct Waiting {
        uint64_t ticket = 0;
        Done done;
    };
    struct Call {
        Done done;
        bool is_granted = false;
    };
    [[nodiscard]] std::vector<Call> advance();
    void finish(const std::vector<Call>& calls);
    void let_time_pass();
    [[nodiscard]] uint64_t new_number() const;

    const ArbiterOptions options_;
    const uint64_t started_ms_;
    std::mutex mutex_;  // guards the next block
    latch::LeaseKeeper keeper_;
    std::map<std::string, Waiting> waiting_;  // by lease id
    uint64_t head_;
    uint64_t floor_;
    bool is_stopped_ = false;
    uint64_t next_ticket_ = 1;
    std::condition_variable changed_;

    std::mutex watch_mutex_;  // guards watchers_, and is held while they are told
    std::map<uint64_t, std::function<void(uint64_t)>> watchers_;

    std::thread time_;
};

/// Milliseconds of a clock that never falls and goes on while the machine sleeps.
uint64_t boot_ms();

}  // namespace ch::latchd
