#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "latch/core/envelope.h"

namespace ch::latch {

/// A commit on its way: what its writer holds and what it looked at when it made the edit.
struct Attempt {
    CommitId commit_id{};
    uint64_t base_version = 0;        ///< the edit was made from this version's state
    std::vector<Token> tokens;        ///< every resource whose writer latch it relies on
    std::vector<ResourceId> changed;  ///< what the edit changes
    std::vector<ResourceId> read;     ///< what the edit depends on besides
};

/// Nothing stands in the way: put the edit at `version`, whose parent is `parent_id`.
struct PutAt {
    uint64_t version = 0;
    CommitId parent_id{};
};
/// The commit is published already, at `version`: an earlier put whose answer was lost.
struct AlreadyPublished {
    uint64_t version = 0;
};
/// Another writer took a latch over. The attempt is dead and must never be put again.
struct Fenced {
    ResourceId resource = 0;
    uint64_t epoch = 0;  ///< the epoch in force
};
/// A resource that the edit changes or depends on was changed at `version`. The caller may make a
/// new edit from there.
struct Conflict {
    ResourceId resource = 0;
    uint64_t version = 0;
};
using Decision = std::variant<PutAt, AlreadyPublished, Fenced, Conflict>;

/// What an attempt may do, given every manifest that was published above its base. Pure.
/// `newer` holds versions base_version + 1 .. the newest, in order and without a gap; `base_id` is
/// the commit id of base_version. A put is valid only at the version that this returns, while that
/// version is free: after a lost race, load what is newer and ask again.
Decision decide(const Attempt& attempt, const CommitId& base_id, std::span<const Envelope> newer);

/// After a put succeeded at `version`: false means that garbage collection had already passed it,
/// so the number was free only because a newer chain had been deleted, and the attempt is fenced.
/// `floor` must be read after the put.
[[nodiscard]] bool survives_floor(uint64_t version, uint64_t floor);

}  // namespace ch::latch
