#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ch::table {

/// The columns of ReplacingMergeTree(version, is_deleted): of the rows of one key the one with the
/// greatest version counts, the later part's where versions are equal, and not if it is deleted.
struct ReplacingColumns {
    std::string version;
    std::string is_deleted;
};

/// Nothing for any other engine, also where it replaces without a version or without tombstones.
std::optional<ReplacingColumns> replacing_columns(std::string_view engine);

/// The column that an expression of a key is; empty if it is more than a column.
std::string plain_column(std::string_view sql);

}  // namespace ch::table
