#include "engine/part/column_layout.h"

#include <utility>

#include "engine/format/columns_txt.h"
#include "engine/part/limits.h"

namespace ch::part {

namespace {

// Columns that ClickHouse adds to parts for itself (block numbers, versions).
bool is_internal(const std::string& name) {
    return name.starts_with('_') && name != "_row_exists" &&
           (name == "_block_number" || name == "_block_offset" || name == "_part_data_version" ||
            name == "_part_offset" || name == "_part" || name == "_part_uuid");
}

}  // namespace

ColumnLayout ColumnLayout::parse(const std::string& columns_txt) {
    std::vector<column::NameAndType> stored = format::parse_columns_txt(columns_txt);
    ColumnLayout layout;
    layout.stored_columns = stored.size();
    for (size_t i = 0; i < stored.size(); ++i) {
        if (is_internal(stored[i].name)) continue;
        layout.columns.push_back(std::move(stored[i]));
        layout.stored_position.push_back(i);
    }
    return layout;
}

std::shared_ptr<const ColumnLayout> ColumnLayouts::of(const std::string& columns_txt) {
    {
        std::lock_guard lock(mutex_);
        auto found = layouts_.find(columns_txt);
        if (found != layouts_.end()) return found->second;
    }
    auto layout = std::make_shared<const ColumnLayout>(ColumnLayout::parse(columns_txt));
    std::lock_guard lock(mutex_);
    if (layouts_.size() < kLayoutsMax) layouts_.emplace(columns_txt, layout);
    return layout;
}

}  // namespace ch::part
