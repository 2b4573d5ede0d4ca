#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/column/type.h"

namespace ch::part {

/// What a columns.txt says.
struct ColumnLayout {
    std::vector<column::NameAndType> columns;  ///< as Part::columns() has them
    std::vector<size_t> stored_position;       ///< of each of `columns` in the file
    size_t stored_columns = 0;

    /// Throws Error{Corrupt} with the offset.
    static ColumnLayout parse(const std::string& columns_txt);
};

/// The layouts of many parts, each text parsed once: a table's parts mostly have the same one.
/// Thread-safe.
class ColumnLayouts {
public:
    /// Throws what ColumnLayout::parse() throws.
    std::shared_ptr<const ColumnLayout> of(const std::string& columns_txt);

private:
    std::mutex mutex_;
    std::unordered_map<std::string, std::shared_ptr<const ColumnLayout>>
        layouts_;  // guarded by mutex_
};

}  // namespace ch::part
