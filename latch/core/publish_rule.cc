#include "latch/core/publish_rule.h"

#include <algorithm>
#include <optional>

#include "base/error.h"

namespace ch::latch {

namespace {

bool contains(const std::vector<ResourceId>& resources, ResourceId resource) {
    return std::find(resources.begin(), resources.end(), resource) != resources.end();
}

std::optional<Fenced> fenced_by(const Attempt& attempt, const Envelope& envelope) {
    for (const Token& raised : envelope.epochs)
        for (const Token& held : attempt.tokens)
            // Equality, not order: an epoch from another root or an older backup must not pass
            // either.
            if (raised.resource == held.resource && raised.epoch != held.epoch)
                return Fenced{raised.resource, raised.epoch};
    return std::nullopt;
}

std::optional<Conflict> conflict_with(const Attempt& attempt, const Envelope& envelope) {
    for (ResourceId changed : envelope.changed)
        if (contains(attempt.changed, changed) || contains(attempt.read, changed))
            return Conflict{changed, envelope.version};
    return std::nullopt;
}

}  // namespace

Decision decide(const Attempt& attempt, const CommitId& base_id, std::span<const Envelope> newer) {
    for (size_t i = 0; i < newer.size(); ++i)
        CH_ASSERT(newer[i].version == attempt.base_version + 1 + i);
    // Own commit first: once it is in the chain, nothing above it can undo it.
    for (const Envelope& envelope : newer)
        if (envelope.commit_id == attempt.commit_id) return AlreadyPublished{envelope.version};
    // Then epochs, before conflicts: a conflict invites a new edit, and a fenced writer must not
    // make one.
    for (const Envelope& envelope : newer)
        if (std::optional<Fenced> fenced = fenced_by(attempt, envelope)) return *fenced;
    for (const Envelope& envelope : newer)
        if (std::optional<Conflict> conflict = conflict_with(attempt, envelope)) return *conflict;
    // Nothing above the base touches what the edit changes or read, so it holds on the newest
    // version as it did on its base: it is put there unchanged (a rebase).
    return PutAt{attempt.base_version + newer.size() + 1,
                 newer.empty() ? base_id : newer.back().commit_id};
}

bool survives_floor(uint64_t version, uint64_t floor) {
    return floor <= version;
}

}  // namespace ch::latch
