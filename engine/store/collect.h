#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/store/edit.h"

namespace ch::storage {

/// What must stay readable besides what is pinned: the shorter of the two.
struct Retention {
    uint64_t ms = 24ull * 3600 * 1000;
    uint64_t versions = 1000;
};

struct CollectReport {
    bool is_busy = false;  ///< another collection is running: nothing was done
    uint64_t floor = 0;
    uint64_t parts_removed = 0;    ///< retired parts, bitmaps and tables
    uint64_t orphans_removed = 0;  ///< what was never published
    uint64_t pins = 0;             ///< that were found
};

/// Latched by collections, so that one runs at a time.
constexpr latch::ResourceId kCollectResource = 0;
/// Notes of pins that stand for work which holds no writer latch; their unpublished files stay.
constexpr const char* kCreationNote = "creates a table";
std::string merge_note(TableId table);

}  // namespace ch::storage
