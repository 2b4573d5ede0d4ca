#include "syncer/apply/column_mapping.h"

#include <algorithm>

#include "base/error.h"

namespace ch::syncer {

using storage::ColumnDefinition;

namespace {

constexpr const char* kZoneless = "[spark:timestamp_ntz]";
constexpr const char* kInterval = "[spark:interval]";
constexpr const char* kBinary = "[spark:binary]";
/// A bit string's default is bytes, all others are text.
constexpr int kBitsAByte = 8;

std::string integer_type(const TidbColumn& column, int bits) {
    return (column.is_unsigned ? "UInt" : "Int") + std::to_string(bits);
}

std::string time_type(const TidbColumn& column) {
    return "DateTime64(" + std::to_string(column.decimals) + ", 'UTC')";
}

std::string plain_type(const TidbColumn& column) {
    switch (column.type) {
        case MysqlType::Tiny:
            return integer_type(column, 8);
        case MysqlType::Short:
            return integer_type(column, 16);
        case MysqlType::Int24:
        case MysqlType::Long:
            return integer_type(column, 32);
        case MysqlType::LongLong:
            return integer_type(column, 64);
        case MysqlType::Year:
            return "Int16";
        case MysqlType::Bit:
            return "UInt64";
        case MysqlType::Float:
            return "Float32";
        case MysqlType::Double:
            return "Float64";
        case MysqlType::Decimal:
            return "Decimal(" + std::to_string(column.length) + ", " +
                   std::to_string(column.decimals) + ")";
        case MysqlType::Date:
        case MysqlType::NewDate:
            return "Date32";
        case MysqlType::Datetime:
        case MysqlType::Timestamp:
            return time_type(column);
        case MysqlType::Duration:
            return "Int64";
        default:
            return "String";
    }
}

std::string comment_of(const TidbColumn& column) {
    switch (column.type) {
        case MysqlType::Datetime:
            return kZoneless;
        case MysqlType::Duration:
            return kInterval;
        case MysqlType::VarChar:
        case MysqlType::VarString:
        case MysqlType::String:
        case MysqlType::TinyBlob:
        case MysqlType::MediumBlob:
        case MysqlType::LongBlob:
        case MysqlType::Blob:
            return column.is_binary ? kBinary : "";
        default:
            return "";
    }
}

std::string quoted(const std::string& text) {
    std::string sql = "'";
    for (char c : text) {
        if (c == '\'' || c == '\\') sql += '\\';
        sql += c;
    }
    return sql + "'";
}

bool has_dates(const TidbColumn& column) {
    return column.type == MysqlType::Date || column.type == MysqlType::NewDate ||
           column.type == MysqlType::Datetime || column.type == MysqlType::Timestamp;
}

/// A default as SQL, of a type whose text ClickHouse reads as MySQL does.
std::string default_of(const TidbTable& table, const TidbColumn& column) {
    const std::string& text = *column.origin_default;
    if (has_dates(column) && text.compare(0, 4, "0000") == 0) return {};
    if (column.type == MysqlType::Duration)
        throw Error(ErrorCode::Unsupported,
                    "table " + table.name + ": column " + column.name +
                        " was added with a default of type TIME; add it without one");
    if (column.type == MysqlType::Bit) {
        uint64_t bits = 0;
        for (char c : text) bits = bits << kBitsAByte | static_cast<uint8_t>(c);
        return std::to_string(bits);
    }
    return quoted(text);
}

ColumnDefinition extra_column(uint64_t id, const char* name, const char* type) {
    ColumnDefinition column;
    column.id = id;
    column.name = name;
    column.type = type;
    return column;
}

}  // namespace

ColumnDefinition stored_column(const TidbTable& table, const TidbColumn& column,
                               ZeroDates zero_dates) {
    for (const char* own : {kVersionColumn, kDeletedColumn, kRowIdColumnName})
        if (column.name == own)
            throw Error(ErrorCode::Unsupported, "table " + table.name + ": the name " +
                                                    column.name + " is taken in synced tables");
    ColumnDefinition stored;
    stored.id = static_cast<uint64_t>(column.id);
    stored.name = column.name;
    stored.type = plain_type(column);
    const bool is_key = std::find(table.primary_key.begin(), table.primary_key.end(),
                                  column.name) != table.primary_key.end();
    const bool may_be_null =
        !column.is_not_null || (has_dates(column) && zero_dates == ZeroDates::Null);
    if (may_be_null && !is_key) stored.type = "Nullable(" + stored.type + ")";
    stored.comment = comment_of(column);
    if (column.origin_default) stored.default_expression = default_of(table, column);
    if (!stored.default_expression.empty()) stored.default_kind = "DEFAULT";
    return stored;
}

storage::SchemaVersion stored_schema(const TidbTable& table, ZeroDates zero_dates) {
    storage::SchemaVersion schema;
    for (const TidbColumn& column : table.columns)
        if (!column.is_virtual) schema.columns.push_back(stored_column(table, column, zero_dates));
    schema.sorting_key = table.primary_key;
    if (schema.sorting_key.empty()) {
        schema.columns.push_back(extra_column(kRowIdColumnId, kRowIdColumnName, "Int64"));
        schema.sorting_key = {kRowIdColumnName};
    }
    schema.columns.push_back(extra_column(kVersionColumnId, kVersionColumn, "UInt64"));
    schema.columns.push_back(extra_column(kDeletedColumnId, kDeletedColumn, "UInt8"));
    schema.engine =
        std::string("ReplacingMergeTree(") + kVersionColumn + ", " + kDeletedColumn + ")";
    return schema;
}

}  // namespace ch::syncer
