#include "engine/table/active_parts.h"

#include <algorithm>
#include <tuple>

#include "base/error.h"

namespace ch::table {

using format::PartName;

std::vector<PartName> active_parts(std::vector<PartName> parts) {
    // A part comes behind every part that contains it, so one look at the last active part is
    // enough.
    auto order = [](const PartName& a, const PartName& b) {
        return std::tie(a.partition_id, a.min_block, b.max_block, b.level, b.mutation) <
               std::tie(b.partition_id, b.min_block, a.max_block, a.level, a.mutation);
    };
    std::sort(parts.begin(), parts.end(), order);
    std::vector<PartName> active;
    for (PartName& part : parts) {
        if (active.empty() || !active.back().overlaps(part)) {
            active.push_back(std::move(part));
        } else if (!active.back().contains(part)) {
            throw Error(ErrorCode::Corrupt,
                        "part " + part.text() + " intersects part " + active.back().text() +
                            " and neither contains the other; move the wrong one to detached/");
        }
    }
    return active;
}

}  // namespace ch::table
