#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "engine/column/type.h"
#include "engine/format/checksums_txt.h"
#include "engine/format/marks.h"

namespace ch::format {

// The contents of a part's small files, as ClickHouse writes them; parse_columns_txt(),
// Checksums::parse() and parse_marks() read them back.

std::string columns_txt(std::span<const column::NameAndType> columns);

/// `files` in any order. Throws Error{MemoryLimit}.
std::string checksums_txt(std::vector<FileChecksum> files, const std::shared_ptr<BufferPool>& pool);

/// Marks with row counts, not compressed: mrk2 (one stream) and mrk3 (one mark a column). `marks`:
/// granule after granule, `streams` each; `rows`: of each granule, 0 for the final mark. Requires:
/// marks.size() == rows.size() * streams.
std::string marks_with_rows(std::span<const Mark> marks, std::span<const uint64_t> rows,
                            size_t streams);

}  // namespace ch::format
