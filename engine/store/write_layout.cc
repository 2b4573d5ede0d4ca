#include "engine/store/write_layout.h"

#include <charconv>

#include "engine/exec/stored_order.h"
#include "engine/format/type_text.h"

namespace ch::storage {

namespace {

constexpr uint64_t kGranuleRowsMax = 1u << 20;

std::vector<std::string> key_columns(const std::vector<std::string>& key) {
    std::vector<std::string> names;
    for (const std::string& sql : key) {
        names.push_back(table::plain_column(sql));
        if (names.back().empty())
            throw Error(ErrorCode::Unsupported,
                        "the key has the expression " + sql +
                            ": tables are written whose keys are columns alone; make a column of "
                            "the expression");
    }
    return names;
}

/// Empty if it is not there.
std::string text_property(const SchemaVersion& schema, std::string_view name) {
    for (const auto& [known, text] : schema.properties)
        if (known == name) return text;
    return {};
}

uint64_t property(const SchemaVersion& schema, std::string_view name, uint64_t otherwise) {
    const std::string text = text_property(schema, name);
    if (text.empty()) return otherwise;
    uint64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        throw Error(ErrorCode::InvalidArgument,
                    "the table's setting " + std::string(name) + " is no number: " + text);
    return value;
}

void add_columns(WriteLayout& layout, const SchemaVersion& schema) {
    for (const ColumnDefinition& definition : schema.columns) {
        if (definition.default_kind == "ALIAS" || definition.default_kind == "EPHEMERAL") continue;
        table::TableColumn column = table_column(definition);
        if (column.type->id == column::TypeId::Unsupported)
            throw Error(ErrorCode::Unsupported, "column " + column.name + " of type " +
                                                    definition.type + " cannot be written");
        std::optional<format::FrameCodec> codec;
        if (!definition.codec.empty()) codec = format::FrameCodec::of_declaration(definition.codec);
        layout.spec.columns.push_back({column.name, column.type, codec});
        layout.columns.push_back(std::move(column));
        layout.column_ids.push_back(definition.id);
    }
}

/// Only those that are over a column, of the kinds that PartWriter knows; a part may lack others.
void add_indices(WriteLayout& layout, const SchemaVersion& schema) {
    for (const IndexDefinition& index : schema.indices) {
        const std::string column = table::plain_column(index.expression);
        const bool is_known = index.type == "minmax" || index.type.starts_with("bloom_filter");
        if (column.empty() || !is_known || layout.find(column) == nullptr) continue;
        layout.spec.indices.push_back({index.name, index.type, {column}, {}, index.granularity});
    }
}

/// Bounds of numbers and times cost little and prune much; of other columns only the key's.
void add_ranges(WriteLayout& layout) {
    const part::PartSpec& spec = layout.spec;
    for (const table::TableColumn& column : layout.columns) {
        auto has = [&](const std::vector<std::string>& names) {
            return std::find(names.begin(), names.end(), column.name) != names.end();
        };
        const bool is_cheap = column.type->width() > 0 && column.type->width() <= sizeof(uint64_t);
        if (has(spec.min_max_columns) || !exec::has_stored_order(*column.type)) continue;
        if (is_cheap || has(spec.sorting_key)) layout.spec.range_columns.push_back(column.name);
    }
}

void check_replacing(const WriteLayout& layout) {
    auto check = [&](const std::string& name, column::TypeId id, const char* type) {
        const table::TableColumn* column = layout.find(name);
        if (column == nullptr || column->type->id != id || column->type->nullable)
            throw Error(ErrorCode::Unsupported,
                        "column " + name + " of the engine must be " + type);
    };
    check(layout.replacing->version, column::TypeId::UInt64, "UInt64");
    check(layout.replacing->is_deleted, column::TypeId::UInt8, "UInt8");
    for (const std::string& name : layout.partition.columns())
        if (std::find(layout.spec.sorting_key.begin(), layout.spec.sorting_key.end(), name) ==
            layout.spec.sorting_key.end())
            throw Error(ErrorCode::Unsupported,
                        "PARTITION BY uses " + name +
                            ", which is not of the key: rows of one key could lie in several "
                            "partitions and would not replace each other");
}

}  // namespace

table::TableColumn table_column(const ColumnDefinition& column) {
    table::TableColumn result;
    result.name = column.name;
    result.type = format::parse_type(column.type);
    result.default_kind = column.default_kind;
    result.default_expression = column.default_expression;
    result.comment = column.comment;
    result.codec = column.codec;
    return result;
}

const table::TableColumn* WriteLayout::find(std::string_view name) const {
    for (const table::TableColumn& column : columns)
        if (column.name == name) return &column;
    return nullptr;
}

uint64_t WriteLayout::id_of(std::string_view name) const {
    for (size_t i = 0; i < columns.size(); ++i)
        if (columns[i].name == name) return column_ids[i];
    return 0;
}

WriteLayout make_write_layout(const SchemaVersion& schema) {
    WriteLayout layout;
    add_columns(layout, schema);
    layout.replacing = table::replacing_columns(schema.engine);
    if (!layout.replacing && schema.engine != "MergeTree" && schema.engine != "MergeTree()")
        throw Error(ErrorCode::Unsupported,
                    "tables of the engine " + schema.engine +
                        " are not written; expected MergeTree or ReplacingMergeTree(version, "
                        "is_deleted)");
    part::PartSpec& spec = layout.spec;
    spec.sorting_key = key_columns(schema.sorting_key);
    spec.primary_key =
        schema.primary_key.empty() ? spec.sorting_key : key_columns(schema.primary_key);
    layout.partition = table::PartitionKey::parse(
        schema.partition_key, [&](std::string_view name) -> column::TypePtr {
            const table::TableColumn* column = layout.find(name);
            return column == nullptr ? nullptr : column->type;
        });
    spec.partition_types = layout.partition.types();
    spec.min_max_columns = layout.partition.columns();
    add_indices(layout, schema);
    add_ranges(layout);
    if (layout.replacing) check_replacing(layout);
    spec.codec = format::FrameCodec::of_declaration(text_property(schema, kDefaultCodec));
    spec.granule_rows = std::clamp<uint64_t>(
        property(schema, "index_granularity", spec.granule_rows), 1, kGranuleRowsMax);
    spec.granule_bytes = property(schema, "index_granularity_bytes", spec.granule_bytes);
    spec.wide_bytes_min = property(schema, "min_bytes_for_wide_part", spec.wide_bytes_min);
    spec.wide_rows_min = property(schema, "min_rows_for_wide_part", spec.wide_rows_min);
    return layout;
}

}  // namespace ch::storage
