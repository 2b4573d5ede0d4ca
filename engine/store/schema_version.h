#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ch::storage {

/// The property that names the codec of columns without their own, as text: "ZSTD(3)".
inline constexpr const char* kDefaultCodec = "default_compression_codec";

/// A column; `id` names it for ever and is never given again in its table.
struct ColumnDefinition {
    uint64_t id = 0;
    std::string name;
    std::string type;                ///< as ClickHouse prints it
    std::string default_kind;        ///< "", DEFAULT, MATERIALIZED, ALIAS or EPHEMERAL
    std::string default_expression;  ///< as SQL; empty = the type's default
    std::string comment;
    std::string codec;  ///< as in CODEC(...); empty = the table's
    bool operator==(const ColumnDefinition&) const = default;
};

struct IndexDefinition {
    std::string name;
    std::string expression;
    std::string type;
    uint64_t granularity = 1;
    bool operator==(const IndexDefinition&) const = default;
};

/// What a table was defined as, from one change of its definition to the next. A part names the one
/// that it was written under; a reader binds its columns by id.
struct SchemaVersion {
    uint64_t id = 0;  ///< 1 for the first, rising
    std::vector<ColumnDefinition> columns;
    std::string engine = "MergeTree";  ///< with its arguments
    std::string partition_key;         ///< SQL, empty = none
    std::vector<std::string> sorting_key;
    std::vector<std::string> primary_key;  ///< a prefix of sorting_key; empty = all of it
    std::vector<IndexDefinition> indices;
    std::vector<std::pair<std::string, std::string>> properties;  ///< e.g. index_granularity
    std::string comment;

    bool operator==(const SchemaVersion&) const = default;
    /// Null if there is no such column.
    [[nodiscard]] const ColumnDefinition* find(std::string_view name) const;
    [[nodiscard]] const ColumnDefinition* find_id(uint64_t column_id) const;
};

}  // namespace ch::storage
