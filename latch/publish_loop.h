#pragma once

#include <functional>
#include <string>

#include "latch/latch_store.h"

namespace ch::latch {

/// What publishing needs of a place that keeps numbered manifests.
struct ManifestPlace {
    std::function<std::optional<Manifest>(uint64_t version)> load;
    std::function<uint64_t()> floor;
    /// Put-if-absent: false, and nothing changed, if the number is taken.
    std::function<bool(uint64_t version, const std::string& bytes)> put;
    /// Makes every number that was put so far durable.
    std::function<void()> make_durable;
};

/// Reads what is newer, asks decide(), puts, and begins again after each lost race. The same for
/// every store whose commit point is a put-if-absent.
PublishOutcome publish_in_turns(const ManifestPlace& place, const Publication& publication,
                                std::string_view body);

}  // namespace ch::latch
