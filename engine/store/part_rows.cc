#include "engine/store/part_rows.h"

#include <utility>

namespace ch::storage {

std::unique_ptr<table::Scan> scan_part(const table::Table& table, size_t number,
                                       const WriteLayout& layout, bool hides,
                                       const std::shared_ptr<BufferPool>& pool) {
    const std::shared_ptr<const part::Part>& part = table.parts()[number];
    const table::PartView view = table.views().empty() ? table::PartView() : table.views()[number];
    table::ScanRequest request;
    table::Split split;
    split.part_path = part->path();
    split.ranges = {{0, part->granules().count()}};
    if (hides) split.hiding = view.hiding;
    for (const table::TableColumn& column : layout.columns) {
        request.columns.push_back(column.name);
        split.columns.push_back(column);
        if (auto stored = view.stored_names.find(column.name); stored != view.stored_names.end())
            split.columns.back().stored_name = stored->second;
    }
    return std::make_unique<table::Scan>(part, std::move(split), request,
                                         table::ScanOptions{pool, nullptr, nullptr});
}

}  // namespace ch::storage
