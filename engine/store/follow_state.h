#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/io/file_system.h"
#include "engine/store/edit.h"

namespace ch::storage {

// <folder>/follow        what <folder>/parts shows, and how it goes on:
//   "CHFOLLOW" | u32 format = 1 | members as in follow_state.cc | 16 XXH3-128 of all before
// <folder>/follow.next   the same as it will be once its newest part has its name

struct FollowState {
    TableId table = 0;
    uint64_t schema_id = 0;
    uint64_t version = 0;       ///< of the root, that is shown
    uint64_t data_version = 0;  ///< of the table then
    uint64_t next_block = 1;
    uint64_t level_max = 0;            ///< of the parts that were given names so far
    std::vector<std::string> known;    ///< the table's parts whose rows are shown
    std::vector<std::string> shown;    ///< parts in the folder; the last one came last
    std::vector<std::string> covered;  ///< by one of those: they go when nobody reads them any more
    bool operator==(const FollowState&) const = default;
};

/// Writes the state of a folder that is being made; synced.
void write_follow_state(io::FileSystem& files, const std::string& folder, const FollowState& state);

/// What the folder shows: behind a crash, whether the part of the state to come got its name
/// decides which of both is in force. Throws Error{NotFound | Corrupt | Unsupported}.
FollowState recover_follow_state(io::FileSystem& files, const std::string& folder);

/// Makes `next` the state, in one step with giving `made`, a folder below <folder> that is synced,
/// its place as the last part that `next` shows; without `made` only the state changes. Throws
/// Error{Io}.
void advance_follow_state(io::FileSystem& files, const std::string& folder, const FollowState& next,
                          const std::optional<std::string>& made);

std::string shown_folder(const std::string& folder);

}  // namespace ch::storage
