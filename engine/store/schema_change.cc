#include "engine/store/schema_change.h"

#include <algorithm>

#include "engine/column/type.h"
#include "engine/format/type_text.h"

namespace ch::storage {

namespace {

using column::TypeId;

[[noreturn]] void refuse(const TableState& table, const std::string& why) {
    throw Error(ErrorCode::InvalidArgument,
                "table " + table.database_name + "." + table.name + ": " + why);
}

auto find_column(SchemaVersion& schema, const TableState& table, std::string_view name) {
    auto found = std::find_if(schema.columns.begin(), schema.columns.end(),
                              [&](const ColumnDefinition& column) { return column.name == name; });
    if (found == schema.columns.end())
        throw Error(ErrorCode::NotFound, "table " + table.database_name + "." + table.name +
                                             " has no column " + std::string(name));
    return found;
}

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Whether the name stands in the SQL text as a word of its own.
bool mentions(std::string_view sql, std::string_view name) {
    for (size_t at = sql.find(name); at != std::string_view::npos; at = sql.find(name, at + 1)) {
        const bool begins = at == 0 || !is_word(sql[at - 1]);
        const size_t end = at + name.size();
        if (begins && (end == sql.size() || !is_word(sql[end]))) return true;
    }
    return false;
}

void check_no_key(const TableState& table, std::string_view name) {
    const SchemaVersion& schema = table.schema();
    std::vector<std::string> uses = schema.sorting_key;
    uses.push_back(schema.partition_key);
    uses.push_back(schema.engine);
    for (const IndexDefinition& index : schema.indices) uses.push_back(index.expression);
    for (const std::string& use : uses)
        if (mentions(use, name))
            refuse(table, "column " + std::string(name) +
                              " stands in a key, an index or the engine (" + use +
                              "); make a new table instead");
}

int bits_of(TypeId id, TypeId first) {
    return 8 << (static_cast<int>(id) - static_cast<int>(first));
}

bool is_in(TypeId id, TypeId first, TypeId last) {
    return static_cast<int>(first) <= static_cast<int>(id) &&
           static_cast<int>(id) <= static_cast<int>(last);
}

bool widens(const column::Type& from, const column::Type& to) {
    if (from.nullable && !to.nullable) return false;
    if (*from.with_nullable(false) == *to.with_nullable(false))
        return from.id != TypeId::Unsupported;
    const bool from_signed = is_in(from.id, TypeId::Int8, TypeId::Int256);
    const bool from_unsigned = is_in(from.id, TypeId::UInt8, TypeId::UInt256);
    if (is_in(to.id, TypeId::Int8, TypeId::Int256)) {
        const int bits = bits_of(to.id, TypeId::Int8);
        return (from_signed && bits > bits_of(from.id, TypeId::Int8)) ||
               (from_unsigned && bits > bits_of(from.id, TypeId::UInt8));
    }
    if (is_in(to.id, TypeId::UInt8, TypeId::UInt256))
        return from_unsigned && bits_of(to.id, TypeId::UInt8) > bits_of(from.id, TypeId::UInt8);
    if (from.id == TypeId::Float32) return to.id == TypeId::Float64;
    if (from.id == TypeId::Decimal && to.id == TypeId::Decimal)
        return to.scale >= from.scale && to.precision - to.scale >= from.precision - from.scale;
    return false;
}

}  // namespace

bool widens(const std::string& from, const std::string& to) {
    return widens(*format::parse_type(from), *format::parse_type(to));
}

SchemaVersion add_column(const TableState& table, ColumnDefinition column, std::string_view after) {
    SchemaVersion schema = table.schema();
    if (schema.find(column.name) != nullptr)
        refuse(table, "there is a column " + column.name + " already");
    column.id = table.next_column_id;
    auto place = after.empty() ? schema.columns.end() : find_column(schema, table, after) + 1;
    schema.columns.insert(place, std::move(column));
    return schema;
}

SchemaVersion drop_column(const TableState& table, std::string_view name) {
    SchemaVersion schema = table.schema();
    auto found = find_column(schema, table, name);
    check_no_key(table, name);
    if (schema.columns.size() == 1) refuse(table, "its last column cannot be dropped");
    schema.columns.erase(found);
    return schema;
}

SchemaVersion rename_column(const TableState& table, std::string_view from, std::string_view to) {
    SchemaVersion schema = table.schema();
    auto found = find_column(schema, table, from);
    if (to.empty() || schema.find(to) != nullptr)
        refuse(table, "the name '" + std::string(to) + "' is taken or empty");
    check_no_key(table, from);
    found->name = to;
    return schema;
}

SchemaVersion widen_column(const TableState& table, std::string_view name,
                           const std::string& type) {
    SchemaVersion schema = table.schema();
    auto found = find_column(schema, table, name);
    if (!widens(found->type, type))
        throw Error(ErrorCode::Unsupported,
                    "table " + table.database_name + "." + table.name + ": column " +
                        std::string(name) + " of type " + found->type + " cannot become " + type +
                        " without rewriting: only types that hold every value are allowed");
    check_no_key(table, name);
    found->type = type;
    return schema;
}

SchemaVersion comment_column(const TableState& table, std::string_view name,
                             const std::string& comment) {
    SchemaVersion schema = table.schema();
    find_column(schema, table, name)->comment = comment;
    return schema;
}

}  // namespace ch::storage
