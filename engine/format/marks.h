#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace ch::format {

/// Where a granule of a stream begins: a frame's offset in the file, and an offset in the frame's
/// decompressed content.
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
    [[nodiscard]] uint64_t rows(size_t granule) const {
        return first_row[granule + 1] - first_row[granule];
    }
};

/// What the extension of a marks file says: mrk, mrk2, mrk3, mrk4, or one of these behind a c.
struct MarksKind {
    uint8_t version = 0;      ///< 1 to 4; 1 and 2 are of Wide parts, 3 and 4 of Compact ones
    bool compressed = false;  ///< the same bytes in frames

    [[nodiscard]] bool has_rows() const { return version >= 2; }
    [[nodiscard]] bool is_compact() const { return version >= 3; }
    /// ".cmrk2"
    [[nodiscard]] std::string extension() const;
    /// By the end of a file's name; nothing if it is no marks file.
    static std::optional<MarksKind> of_file(std::string_view file_name);
};

/// The content of a marks file: for each granule `streams` marks, and its rows if the kind has
/// them.
struct MarksFile {
    size_t streams = 1;
    std::vector<Mark> marks;     ///< granule after granule
    std::vector<uint64_t> rows;  ///< empty when the kind has none

    [[nodiscard]] size_t count() const { return marks.size() / streams; }
};

/// Reads a marks file as it is on disk. `streams`: 1 in a Wide part; the columns (mrk3) or
/// substreams (mrk4) of a Compact one. Throws Error{Corrupt}.
MarksFile parse_marks(Bytes content, MarksKind kind, size_t streams);

/// The granules of a part with `part_rows` rows from the row counts of mrk2 to mrk4. Throws
/// Error{Corrupt} when they do not add up.
Granules granules_of_rows(std::span<const uint64_t> rows, uint64_t part_rows);

/// The granules of a part whose marks have no row counts: `marks_count` of `granule_rows` rows
/// each, the last one shorter, and perhaps a final mark. Throws Error{Corrupt} when that does not
/// fit `part_rows`.
Granules granules_of_size(uint64_t granule_rows, size_t marks_count, uint64_t part_rows);

}  // namespace ch::format
