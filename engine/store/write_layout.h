#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/part/part_writer.h"
#include "engine/store/schema_version.h"
#include "engine/table/partition_key.h"
#include "engine/table/replacing.h"
#include "engine/table/table.h"

namespace ch::storage {

/// How a table's rows are written, by its definition. Immutable.
struct WriteLayout {
    std::vector<table::TableColumn> columns;  ///< those that are stored, in the table's order
    std::vector<uint64_t> column_ids;         ///< theirs
    std::optional<table::ReplacingColumns> replacing;
    table::PartitionKey partition;
    part::PartSpec spec;  ///< all but the partition's values

    [[nodiscard]] const table::TableColumn* find(std::string_view name) const;
    [[nodiscard]] uint64_t id_of(std::string_view name) const;
};

/// Throws Error{Unsupported} naming what cannot be written: a key over an expression, a type, an
/// engine that changes rows when it merges.
WriteLayout make_write_layout(const SchemaVersion& schema);

/// A column as readers have it.
table::TableColumn table_column(const ColumnDefinition& column);

}  // namespace ch::storage
