#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/table/replacing.h"

namespace ch::table {

/// Another part of the table, whose rows hide those of the same key that are older.
struct HidingPart {
    std::string path;
    bool wins_ties = false;  ///< of equal versions its row counts
    bool operator==(const HidingPart&) const = default;
};

/// Which rows of a part do not count any more, in a table that replaces rows by their key: those of
/// the bitmap, tombstones, and those of which a hiding part has a newer row.
struct RowHiding {
    std::vector<std::string> key;  ///< the sorting key's columns
    ReplacingColumns columns;
    std::string bitmap;        ///< file of known hidden rows; empty = none are known
    std::string bitmap_hash;   ///< of its content (content_hash.h), as hex
    bool has_deleted = false;  ///< tombstones may be outside the bitmap
    std::vector<HidingPart> parts;
};

}  // namespace ch::table
