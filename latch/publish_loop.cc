#include "latch/publish_loop.h"

#include <algorithm>

#include "latch/core/limits.h"

namespace ch::latch {

namespace {

/// Goes on where it stopped: manifests never change, so what was read before the last lost race is
/// kept. False if what is there does not follow from the base: collection has removed some of it,
/// and a stale writer put its own manifest in their place, where the floor makes it worthless.
bool load_newer(const ManifestPlace& place, const Publication& publication,
                std::vector<Envelope>& newer) {
    const uint64_t base_version = publication.attempt.base_version;
    while (std::optional<Manifest> next = place.load(base_version + newer.size() + 1)) {
        const CommitId& parent = newer.empty() ? publication.base_id : newer.back().commit_id;
        if (next->envelope.parent_id != parent) return false;
        newer.push_back(std::move(next->envelope));
    }
    return true;
}

/// What to say of that.
PublishOutcome broken_chain(const ManifestPlace& place, uint64_t base_version) {
    if (place.floor() > base_version) return Fenced{};
    throw Error(ErrorCode::Corrupt, "the manifests above version " + std::to_string(base_version) +
                                        " were not made one on the other; restore the root from a "
                                        "backup");
}

std::string bytes_at(const PutAt& at, const Publication& publication, uint64_t floor,
                     std::string_view body) {
    Envelope envelope;
    envelope.version = at.version;
    envelope.commit_id = publication.attempt.commit_id;
    envelope.parent_id = at.parent_id;
    envelope.floor = floor;
    envelope.epochs = publication.raised;
    envelope.changed = publication.attempt.changed;
    // The format wants them rising (envelope.h); equal edits then give equal bytes.
    std::sort(envelope.changed.begin(), envelope.changed.end());
    return encode_manifest(envelope, body);
}

PublishOutcome settle(const ManifestPlace& place, Published published) {
    // Before the answer, for a commit that was there too: whoever put it may have died before it
    // synced the name.
    place.make_durable();
    // Read after the put: collection may have removed the numbers that would have stopped it.
    if (!survives_floor(published.version, place.floor())) return Fenced{};
    return published;
}

}  // namespace

PublishOutcome publish_in_turns(const ManifestPlace& place, const Publication& publication,
                                std::string_view body) {
    std::vector<Envelope> newer;
    // Lock-free in the large: a put is lost only because another one succeeded.
    for (int puts = 0; puts < kPutsMax; ++puts) {
        if (!load_newer(place, publication, newer))
            return broken_chain(place, publication.attempt.base_version);
        // Also in the first turn, and after an error of an earlier publish(): an own commit whose
        // answer was lost is found here before it could be put twice.
        Decision decision = decide(publication.attempt, publication.base_id, newer);
        if (const auto* fenced = std::get_if<Fenced>(&decision)) return *fenced;
        if (const auto* conflict = std::get_if<Conflict>(&decision)) return *conflict;
        if (const auto* there = std::get_if<AlreadyPublished>(&decision))
            return settle(place, {there->version, true});
        const PutAt at = std::get<PutAt>(decision);
        // The floor in the envelope is a copy for readers of the chain; the one that decides is
        // read in settle().
        if (place.put(at.version, bytes_at(at, publication, place.floor(), body)))
            return settle(place, {at.version, false});
    }
    throw Error(ErrorCode::Busy, "a commit lost " + std::to_string(kPutsMax) +
                                     " races for the next version to other writers; try again");
}

}  // namespace ch::latch
