#include "latchd/arbiter.h"

#include <time.h>

#include <algorithm>
#include <chrono>

#include "latch/core/limits.h"

namespace ch::latchd {

namespace {
constexpr uint64_t kNsPerMs = 1'000'000;
constexpr uint64_t kMsPerSecond = 1000;
/// How often the thread of time looks, at least.
constexpr uint64_t kLookMs = 1000;
}  // namespace

uint64_t boot_ms() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return static_cast<uint64_t>(now.tv_sec) * kMsPerSecond +
           static_cast<uint64_t>(now.tv_nsec) / kNsPerMs;
}

Arbiter::Arbiter(ArbiterOptions options)
    : options_(std::move(options)),
      started_ms_(boot_ms()),
      keeper_(options_.grace_ms > 0 ? started_ms_ + options_.grace_ms : 0),
      head_(options_.head),
      floor_(options_.floor),
      time_([this] { let_time_pass(); }) {}

Arbiter::~Arbiter() {
    static_cast<void>(stop());
    time_.join();
}

bool Arbiter::stop() {
    std::vector<Call> refused;
    bool is_idle = false;
    {
        std::lock_guard lock(mutex_);
        is_stopped_ = true;
        for (auto& [id, waiting] : waiting_) refused.push_back({std::move(waiting.done), false});
        waiting_.clear();
        // Nobody waits any more, but the keeper has not heard of it.
        const std::vector<latch::Holder> holders = keeper_.holders();
        is_idle = keeper_.pins().empty() && keeper_.grace_left_ms(boot_ms()) == 0 &&
                  std::all_of(holders.begin(), holders.end(),
                              [](const latch::Holder& holder) { return holder.is_waiting; });
    }
    changed_.notify_all();
    finish(refused);
    return is_idle;
}

bool Arbiter::is_stopped() {
    std::lock_guard lock(mutex_);
    return is_stopped_;
}

uint64_t Arbiter::new_number() const {
    // Never 0, which means none, and not one that an earlier daemon gave: 64 random bits.
    return std::max<uint64_t>(1, options_.random());
}

/// With the lock held: what the keeper decided, to be told without it.
std::vector<Arbiter::Call> Arbiter::advance() {
    std::vector<Call> calls;
    for (const latch::Decided& decided : keeper_.advance(boot_ms())) {
        auto found = waiting_.find(decided.id);
        if (found == waiting_.end()) continue;
        calls.push_back({std::move(found->second.done), decided.is_granted});
        waiting_.erase(found);
    }
    changed_.notify_one();
    return calls;
}

void Arbiter::finish(const std::vector<Call>& calls) {
    for (const Call& call : calls) call.done(call.is_granted);
}

void Arbiter::let_time_pass() {
    std::unique_lock lock(mutex_);
    while (!is_stopped_) {
        const uint64_t now = boot_ms();
        const uint64_t next = std::min(keeper_.next_ms().value_or(UINT64_MAX), now + kLookMs);
        if (next > now) changed_.wait_for(lock, std::chrono::milliseconds(next - now));
        if (is_stopped_) return;
        std::vector<Call> calls;
        if (keeper_.next_ms().value_or(UINT64_MAX) <= boot_ms()) calls = advance();
        lock.unlock();
        finish(calls);
        lock.lock();
    }
}

std::optional<Opened> Arbiter::open(uint64_t ttl_ms, std::string note, const Claims& claims) {
    Opened opened;
    opened.ttl_ms = std::clamp(ttl_ms, latch::kTtlMsMin, options_.ttl_ms_max);
    std::vector<Call> calls;
    {
        std::lock_guard lock(mutex_);
        if (is_stopped_) return std::nullopt;
        const uint64_t now = boot_ms();
        keeper_.close(claims.previous, now);
        opened.session = new_number();
        if (!keeper_.open(opened.session, opened.ttl_ms, std::move(note), now)) return std::nullopt;
        for (const latch::LeaseWish& lease : claims.leases)
            if (!keeper_.claim(opened.session, lease, now)) opened.lost_leases.push_back(lease.id);
        for (const Claims::ClaimedPin& pin : claims.pins)
            // Its parts may be gone since its session ended.
            if (pin.version < floor_ ||
                !keeper_.pin(opened.session, pin.name, pin.version, pin.note, now))
                opened.lost_pins.push_back(pin.name);
        calls = advance();
    }
    finish(calls);
    return opened;
}

bool Arbiter::renew(latch::SessionNumber session, std::vector<std::string>& broken) {
    std::vector<Call> calls;
    bool lives = false;
    {
        std::lock_guard lock(mutex_);
        lives = keeper_.renew(session, boot_ms());
        broken = keeper_.take_broken(session);
        calls = advance();
    }
    finish(calls);
    return lives;
}

void Arbiter::close(latch::SessionNumber session) {
    std::vector<Call> calls;
    {
        std::lock_guard lock(mutex_);
        keeper_.close(session, boot_ms());
        calls = advance();
    }
    finish(calls);
}

std::optional<uint64_t> Arbiter::acquire(latch::SessionNumber session, latch::LeaseWish wish,
                                         uint64_t wait_ms, Done done) {
    std::vector<Call> calls;
    uint64_t ticket = 0;
    {
        std::lock_guard lock(mutex_);
        const uint64_t now = boot_ms();
        if (is_stopped_ || !keeper_.renew(session, now)) return std::nullopt;
        ticket = next_ticket_++;
        const std::string id = wish.id;
        // The same request again, by a client that lost its connection: the old call is over.
        if (auto old = waiting_.find(id); old != waiting_.end()) {
            calls.push_back({std::move(old->second.done), false});
            waiting_.erase(old);
        }
        const auto answer = keeper_.acquire(session, std::move(wish), wait_ms, now);
        if (answer == latch::LeaseKeeper::Answer::Waiting) {
            waiting_[id] = {ticket, std::move(done)};
        } else {
            calls.push_back({std::move(done), answer == latch::LeaseKeeper::Answer::Granted});
        }
        for (Call& call : advance()) calls.push_back(std::move(call));
    }
    finish(calls);
    return ticket;
}

void Arbiter::cancel(uint64_t ticket) {
    std::vector<Call> calls;
    {
        std::lock_guard lock(mutex_);
        for (auto& [id, waiting] : waiting_) {
            if (waiting.ticket != ticket) continue;
            keeper_.give_up(id);
            calls.push_back({std::move(waiting.done), false});
            waiting_.erase(id);
            break;
        }
        for (Call& call : advance()) calls.push_back(std::move(call));
    }
    finish(calls);
}

bool Arbiter::release(latch::SessionNumber session, const std::string& id) {
    std::vector<Call> calls;
    {
        std::lock_guard lock(mutex_);
        const uint64_t now = boot_ms();
        if (!keeper_.renew(session, now)) return false;
        keeper_.release(session, id, now);
        calls = advance();
    }
    finish(calls);
    return true;
}

void Arbiter::break_resource(latch::ResourceId resource) {
    std::vector<Call> calls;
    {
        std::lock_guard lock(mutex_);
        keeper_.break_resource(resource, boot_ms());
        calls = advance();
    }
    finish(calls);
}

Arbiter::PinOutcome Arbiter::pin(latch::SessionNumber session, const std::string& name,
                                 std::optional<uint64_t> version, std::string note) {
    std::lock_guard lock(mutex_);
    const uint64_t now = boot_ms();
    if (is_stopped_ || !keeper_.renew(session, now)) return Ended{};
    // Asked again, because the reply was lost: the first answer, whatever was published since.
    if (const latch::SessionPin* held = keeper_.find_pin(session, name)) return held->version;
    const uint64_t wanted = version.value_or(head_);
    if (wanted < floor_) return latch::Expired{wanted, floor_};
    if (!keeper_.pin(session, name, wanted, std::move(note), now)) return Full{};
    return wanted;
}

bool Arbiter::unpin(latch::SessionNumber session, const std::string& name) {
    std::lock_guard lock(mutex_);
    if (!keeper_.renew(session, boot_ms())) return false;
    keeper_.unpin(session, name);
    return true;
}

std::vector<Arbiter::HeldPin> Arbiter::pins() {
    std::lock_guard lock(mutex_);
    const uint64_t now = boot_ms();
    std::vector<HeldPin> all;
    for (const auto& [name, pin] : keeper_.pins()) all.push_back({name, pin, now - pin.since_ms});
    return all;
}

uint64_t Arbiter::head() {
    std::lock_guard lock(mutex_);
    return head_;
}

uint64_t Arbiter::floor() {
    std::lock_guard lock(mutex_);
    return floor_;
}

uint64_t Arbiter::grace_left_ms() {
    std::lock_guard lock(mutex_);
    return keeper_.grace_left_ms(boot_ms());
}

void Arbiter::raise_floor(uint64_t version) {
    std::lock_guard lock(mutex_);
    floor_ = std::max(floor_, version);
}

void Arbiter::set_head(uint64_t version) {
    {
        std::lock_guard lock(mutex_);
        if (version <= head_) return;
        head_ = version;
    }
    std::lock_guard lock(watch_mutex_);
    for (const auto& [ticket, tell] : watchers_) tell(version);
}

std::optional<uint64_t> Arbiter::watch(uint64_t above, std::function<void(uint64_t)> tell) {
    std::lock_guard watch_lock(watch_mutex_);
    if (watchers_.size() >= latch::kWatchersMax) return std::nullopt;
    uint64_t ticket = 0;
    uint64_t newest = 0;
    {
        std::lock_guard lock(mutex_);
        ticket = next_ticket_++;
        newest = head_;
    }
    // A version that comes in between waits for this lock in set_head().
    if (newest > above) tell(newest);
    watchers_[ticket] = std::move(tell);
    return ticket;
}

void Arbiter::unwatch(uint64_t ticket) {
    std::lock_guard lock(watch_mutex_);
    watchers_.erase(ticket);
}

Standing Arbiter::standing() {
    Standing standing;
    {
        std::lock_guard lock(watch_mutex_);
        standing.watchers = watchers_.size();
    }
    std::lock_guard lock(mutex_);
    const uint64_t now = boot_ms();
    standing.head = head_;
    standing.floor = floor_;
    standing.grace_ms = keeper_.grace_left_ms(now);
    standing.sessions = keeper_.session_count();
    standing.pins = keeper_.pins().size();
    standing.up_ms = now - started_ms_;
    for (latch::Holder& holder : keeper_.holders()) {
        Standing::Entry entry;
        entry.note = keeper_.note_of(holder.session);
        entry.age_ms = now - holder.since_ms;
        entry.holder = std::move(holder);
        standing.holders.push_back(std::move(entry));
    }
    return standing;
}

}  // namespace ch::latchd
