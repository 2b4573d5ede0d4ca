#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "tests/corruption/overlay_fs.h"

namespace ch::corruption {

/// A golden table, or a golden part as the only one of a table, in memory.
struct Subject {
    std::string name;
    std::string path;  ///< what Table::open() is given
    std::shared_ptr<const Files> files;
    std::vector<std::string> targets;  ///< files to damage: definitions, and the active parts'
    std::string rows;                  ///< all that a scan of it gives
};

/// Every golden part of tests/golden/parts and table of tests/golden/tables, read undamaged.
std::vector<Subject> golden_subjects(const std::string& golden);

/// What a read came to.
struct Outcome {
    bool is_error = false;
    ErrorCode code = ErrorCode::Bug;
    std::string message;
    std::string rows;  ///< every buffer of every column, when it is no error
    size_t peak_bytes = 0;
};

/// Opens the table, scans all its columns, then the same with a filter on its first one, within
/// `budget_bytes` of buffers.
Outcome read_all(const std::shared_ptr<const io::FileSystem>& files, const std::string& path,
                 size_t budget_bytes);

}  // namespace ch::corruption
