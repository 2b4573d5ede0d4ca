#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace ch::format {

/// Where a granule of a stream begins: a frame's offset in the file, and an offset in the frame's decompressed content.
struct Mark {
    uint64_t frame_offset = 0;
    uint64_t inner_offset = 0;
    bool operator==(const Mark&) const = default;
};

/// The cut of a part's rows into granules; the same for all its streams.
struct Granules {
    std::vector<uint64_t> first_row;  ///< one a granule, and one more: the part's rows
    bool has_final_mark = false;

    [[nodiscard]] size_t count() const { return first_row.empty() ? 0 : first_row.size() - 1; }
    [[nodiscard]] uint64_t rows(size_t granule) const { return first_row[granule + 1] - first_row[granule]; }
};

}  // namespace ch::format
