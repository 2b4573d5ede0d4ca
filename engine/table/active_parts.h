#pragma once

#include <vector>

#include "engine/format/part_name.h"

namespace ch::table {

/// The parts that no other one contains, by partition id and first block (mergetree.md 1.3). Throws
/// Error{Corrupt} naming two parts that overlap without one containing the other, as ClickHouse
/// refuses to load such a table.
std::vector<format::PartName> active_parts(std::vector<format::PartName> parts);

}  // namespace ch::table
