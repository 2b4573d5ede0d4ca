#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/part/part.h"

namespace ch::tools {

/// How one column of a part is stored.
struct ColumnStorage {
    std::string name;
    std::string type;
    bool sparse = false;
    std::vector<std::string> streams;  ///< file names, without extension; "data" in a Compact part
    std::vector<std::string> codecs;   ///< in order of first use
    uint64_t compressed_bytes = 0;
    uint64_t uncompressed_bytes = 0;
};

/// Reads the frame headers of the column's data. A frame of a Compact part that several columns
/// share counts for each of them. Throws Error{Corrupt | Unsupported}.
ColumnStorage inspect_column(const part::Part& part, size_t column);

}  // namespace ch::tools
