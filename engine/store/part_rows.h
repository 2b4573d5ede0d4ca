#pragma once

#include <memory>
#include <string>

#include "engine/store/write_layout.h"
#include "engine/table/scan.h"

namespace ch::storage {

/// All rows of a table's part under the layout's definition; those that newer ones hide, and
/// tombstones, only where `hides` is false.
std::unique_ptr<table::Scan> scan_part(const table::Table& table, size_t number,
                                       const WriteLayout& layout, bool hides,
                                       const std::shared_ptr<BufferPool>& pool);

}  // namespace ch::storage
