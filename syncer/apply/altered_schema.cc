#include "syncer/apply/altered_schema.h"

#include <algorithm>

#include "base/error.h"
#include "engine/store/schema_change.h"

namespace ch::syncer {

using storage::ColumnDefinition;
using storage::SchemaVersion;

namespace {

constexpr std::string_view kNullable = "Nullable(";

[[noreturn]] void refuse(const TidbTable& table, const std::string& what) {
    throw Error(ErrorCode::Unsupported,
                "table " + table.name + ": " + what +
                    ": its rows would have to be written anew, which the syncer does not do");
}

/// The type that holds the values of both, or nothing.
std::optional<std::string> common_type(const std::string& stored, const std::string& wanted) {
    if (storage::widens(stored, wanted)) return wanted;
    if (storage::widens(wanted, stored)) return stored;
    const std::string nullable = std::string(kNullable) + wanted + ")";
    if (!wanted.starts_with(kNullable) && storage::widens(stored, nullable)) return nullable;
    return std::nullopt;
}

/// The column of the store that holds the values of TiDB's by now.
const ColumnDefinition* find_stored(const SyncedTable& table, const SchemaVersion& schema,
                                    const TidbTable& now, const TidbColumn& column) {
    if (auto found = table.column_ids.find(column.id); found != table.column_ids.end())
        return schema.find_id(found->second);
    const TidbColumn* before = table.tidb.find(column.name);
    if (before == nullptr || before->is_virtual) return nullptr;
    const bool is_gone = std::none_of(now.columns.begin(), now.columns.end(),
                                      [&](const TidbColumn& one) { return one.id == before->id; });
    auto found = table.column_ids.find(before->id);
    return is_gone && found != table.column_ids.end() ? schema.find_id(found->second) : nullptr;
}

ColumnDefinition altered_column(const ColumnDefinition& stored, ColumnDefinition wanted,
                                const TidbTable& now) {
    const bool is_key = std::find(now.primary_key.begin(), now.primary_key.end(), wanted.name) !=
                        now.primary_key.end();
    const std::optional<std::string> type = common_type(stored.type, wanted.type);
    if (!type || (is_key && *type != stored.type) || stored.comment != wanted.comment)
        refuse(now,
               "column " + wanted.name + " of type " + stored.type + " becomes " + wanted.type);
    wanted.id = stored.id;
    wanted.type = *type;
    wanted.default_kind = stored.default_kind;
    wanted.default_expression = stored.default_expression;
    return wanted;
}

}  // namespace

Alteration altered_schema(const SyncedTable& table, const SchemaVersion& schema,
                          const TidbTable& now, ZeroDates zero_dates) {
    if (table.tidb.primary_key != now.primary_key) refuse(now, "its primary key changes");
    Alteration altered;
    altered.schema = schema;
    std::vector<ColumnDefinition>& columns = altered.schema.columns;
    columns.clear();
    for (const TidbColumn& column : now.columns) {
        if (column.is_virtual) continue;
        ColumnDefinition wanted = stored_column(now, column, zero_dates);
        if (const ColumnDefinition* stored = find_stored(table, schema, now, column))
            wanted = altered_column(*stored, std::move(wanted), now);
        altered.column_ids[column.id] = wanted.id;
        columns.push_back(std::move(wanted));
    }
    for (const ColumnDefinition& column : schema.columns)
        if (column.id >= kVersionColumnId) columns.push_back(column);
    return altered;
}

}  // namespace ch::syncer
