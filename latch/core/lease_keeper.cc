#include "latch/core/lease_keeper.h"

#include <algorithm>

#include "base/error.h"
#include "latch/core/limits.h"

namespace ch::latch {

namespace {
constexpr SessionNumber kNoSession = 0;
}  // namespace

bool LeaseKeeper::Uses::allows(LatchMode mode) const {
    if (mode == LatchMode::Writer) return writers == 0 && schemas == 0;
    if (mode == LatchMode::Shared) return schemas == 0;
    return is_empty();
}

void LeaseKeeper::Uses::add(LatchMode mode, int count) {
    uint32_t& changed = mode == LatchMode::Writer   ? writers
                        : mode == LatchMode::Schema ? schemas
                                                    : shared;
    changed += static_cast<uint32_t>(count);
}

bool LeaseKeeper::open(SessionNumber session, uint64_t ttl_ms, std::string note, uint64_t now_ms) {
    end_overdue(now_ms);
    if (sessions_.size() >= kSessionsMax) return false;
    Session made;
    made.ttl_ms = ttl_ms;
    made.note = std::move(note);
    CH_ASSERT(sessions_.emplace(session, std::move(made)).second);
    touch(session, now_ms);
    return true;
}

bool LeaseKeeper::renew(SessionNumber session, uint64_t now_ms) {
    end_overdue(now_ms);
    if (sessions_.count(session) == 0) return false;
    touch(session, now_ms);
    return true;
}

void LeaseKeeper::touch(SessionNumber session, uint64_t now_ms) {
    Session& found = sessions_.at(session);
    found.end_ms = now_ms + found.ttl_ms;
    next_end_ms_ = std::min(next_end_ms_, found.end_ms);
}

std::vector<std::string> LeaseKeeper::take_broken(SessionNumber session) {
    auto found = sessions_.find(session);
    if (found == sessions_.end()) return {};
    std::vector<std::string> broken(found->second.broken.begin(), found->second.broken.end());
    found->second.broken.clear();
    return broken;
}

void LeaseKeeper::close(SessionNumber session, uint64_t now_ms) {
    end_overdue(now_ms);
    end_session(session);
}

bool LeaseKeeper::is_free(const LeaseWish& wish) const {
    return std::all_of(wish.resources.begin(), wish.resources.end(), [&](ResourceId resource) {
        auto found = uses_.find(resource);
        return found == uses_.end() || found->second.allows(wish.mode);
    });
}

void LeaseKeeper::grant(SessionNumber session, LeaseWish wish, uint64_t now_ms) {
    for (ResourceId resource : wish.resources) uses_[resource].add(wish.mode, 1);
    sessions_.at(session).leases.insert(wish.id);
    std::string id = wish.id;
    leases_[std::move(id)] = {session, std::move(wish), now_ms, next_order_++};
}

LeaseKeeper::Answer LeaseKeeper::acquire(SessionNumber session, LeaseWish wish, uint64_t wait_ms,
                                         uint64_t now_ms) {
    end_overdue(now_ms);
    auto held = leases_.find(wish.id);
    // An earlier request whose answer was lost.
    if (held != leases_.end())
        return held->second.session == session ? Answer::Granted : Answer::Refused;
    std::erase_if(waiters_, [&](const Waiter& waiter) {
        return waiter.session == session && waiter.wish.id == wish.id;
    });
    if (leases_.size() + waiters_.size() >= kLeasesMax ||
        sessions_.at(session).leases.size() >= kSessionLeasesMax)
        return Answer::Refused;
    waiters_.push_back({session, std::move(wish), now_ms + std::min(wait_ms, kWaitMsMax), now_ms});
    may_decide_ = true;
    return Answer::Waiting;
}

bool LeaseKeeper::claim(SessionNumber session, LeaseWish wish, uint64_t now_ms) {
    end_overdue(now_ms);
    auto held = leases_.find(wish.id);
    if (held != leases_.end()) return held->second.session == session;
    if (!is_free(wish) || leases_.size() >= kLeasesMax ||
        sessions_.at(session).leases.size() >= kSessionLeasesMax)
        return false;
    grant(session, std::move(wish), now_ms);
    return true;
}

void LeaseKeeper::end_lease(std::map<std::string, Lease>::iterator lease) {
    const LeaseWish& wish = lease->second.wish;
    for (ResourceId resource : wish.resources) {
        auto found = uses_.find(resource);
        found->second.add(wish.mode, -1);
        if (found->second.is_empty()) uses_.erase(found);
    }
    sessions_.at(lease->second.session).leases.erase(wish.id);
    leases_.erase(lease);
    may_decide_ = true;
}

void LeaseKeeper::release(SessionNumber session, const std::string& id, uint64_t now_ms) {
    end_overdue(now_ms);
    auto held = leases_.find(id);
    if (held != leases_.end() && held->second.session == session) end_lease(held);
    for (Waiter& waiter : waiters_) {
        if (waiter.session != session || waiter.wish.id != id) continue;
        // advance() refuses it, as it does the waiters of a session that is no more.
        waiter.session = kNoSession;
        may_decide_ = true;
    }
}

void LeaseKeeper::give_up(const std::string& id) {
    if (std::erase_if(waiters_, [&](const Waiter& waiter) { return waiter.wish.id == id; }) > 0)
        may_decide_ = true;
}

void LeaseKeeper::break_resource(ResourceId resource, uint64_t now_ms) {
    end_overdue(now_ms);
    for (auto lease = leases_.begin(); lease != leases_.end();) {
        auto next = std::next(lease);
        const std::vector<ResourceId>& held = lease->second.wish.resources;
        if (std::binary_search(held.begin(), held.end(), resource)) {
            // Its client must not claim it again after a restart.
            sessions_.at(lease->second.session).broken.insert(lease->first);
            end_lease(lease);
        }
        lease = next;
    }
}

bool LeaseKeeper::pin(SessionNumber session, const std::string& name, uint64_t version,
                      std::string note, uint64_t now_ms) {
    Session& found = sessions_.at(session);
    if (pins_.size() >= kPinsMax || found.pins.size() >= kSessionPinsMax) return false;
    auto [pin, is_new] = pins_.try_emplace(name);
    if (!is_new) return pin->second.session == session;
    pin->second = {session, version, std::move(note), now_ms};
    found.pins.insert(name);
    return true;
}

void LeaseKeeper::unpin(SessionNumber session, const std::string& name) {
    auto pin = pins_.find(name);
    if (pin == pins_.end() || pin->second.session != session) return;
    sessions_.at(session).pins.erase(name);
    pins_.erase(pin);
}

const SessionPin* LeaseKeeper::find_pin(SessionNumber session, const std::string& name) const {
    auto pin = pins_.find(name);
    return pin != pins_.end() && pin->second.session == session ? &pin->second : nullptr;
}

void LeaseKeeper::end_session(SessionNumber session) {
    auto found = sessions_.find(session);
    if (found == sessions_.end()) return;
    const std::set<std::string> leases = found->second.leases;
    for (const std::string& id : leases) end_lease(leases_.find(id));
    for (const std::string& name : found->second.pins) pins_.erase(name);
    sessions_.erase(found);
    may_decide_ = true;
}

void LeaseKeeper::end_overdue(uint64_t now_ms) {
    if (now_ms < next_end_ms_) return;
    std::vector<SessionNumber> overdue;
    next_end_ms_ = UINT64_MAX;
    for (const auto& [number, session] : sessions_) {
        if (session.end_ms <= now_ms) {
            overdue.push_back(number);
        } else {
            next_end_ms_ = std::min(next_end_ms_, session.end_ms);
        }
    }
    for (SessionNumber number : overdue) end_session(number);
}

std::vector<Decided> LeaseKeeper::advance(uint64_t now_ms) {
    end_overdue(now_ms);
    if (!may_decide_ && now_ms < next_decision_ms_) return {};
    const bool is_grace = grace_left_ms(now_ms) > 0;
    may_decide_ = false;
    next_decision_ms_ = is_grace && !waiters_.empty() ? grace_end_ms_ : UINT64_MAX;
    std::vector<Decided> decided;
    std::unordered_map<ResourceId, Uses> wanted;  // by those who stand before
    for (auto waiter = waiters_.begin(); waiter != waiters_.end();) {
        const LeaseWish& wish = waiter->wish;
        // A session that ended while it waited must not be given anything.
        const bool lives = sessions_.count(waiter->session) > 0;
        const bool is_next =
            lives && !is_grace && is_free(wish) &&
            std::all_of(wish.resources.begin(), wish.resources.end(), [&](ResourceId resource) {
                auto found = wanted.find(resource);
                return found == wanted.end() || found->second.allows(wish.mode);
            });
        // Not before it was looked at once: a wait of 0 is one try.
        if (is_next || !lives || waiter->end_ms <= now_ms) {
            decided.push_back({waiter->session, wish.id, is_next});
            if (is_next) grant(waiter->session, std::move(waiter->wish), now_ms);
            waiter = waiters_.erase(waiter);
            continue;
        }
        for (ResourceId resource : wish.resources) wanted[resource].add(wish.mode, 1);
        next_decision_ms_ = std::min(next_decision_ms_, waiter->end_ms);
        ++waiter;
    }
    return decided;
}

std::optional<uint64_t> LeaseKeeper::next_ms() const {
    const uint64_t next = std::min(next_end_ms_, next_decision_ms_);
    if (next == UINT64_MAX) return std::nullopt;
    return next;
}

std::vector<Holder> LeaseKeeper::holders() const {
    std::vector<std::pair<uint64_t, Holder>> held;
    for (const auto& [id, lease] : leases_)
        held.push_back({lease.order, {lease.session, lease.wish, false, lease.since_ms}});
    std::sort(held.begin(), held.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Holder> all;
    for (auto& [order, holder] : held) all.push_back(std::move(holder));
    for (const Waiter& waiter : waiters_)
        all.push_back({waiter.session, waiter.wish, true, waiter.since_ms});
    return all;
}

std::string LeaseKeeper::note_of(SessionNumber session) const {
    auto found = sessions_.find(session);
    return found == sessions_.end() ? std::string() : found->second.note;
}

}  // namespace ch::latch
