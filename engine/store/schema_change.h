#pragma once

#include <string>
#include <string_view>

#include "engine/store/state.h"

namespace ch::storage {

// ALTER TABLE as changes of a definition: each takes the one in force and gives the next, for
// Transaction::change_schema(). No part is rewritten. Throws Error{InvalidArgument | NotFound |
// Unsupported} where ClickHouse would refuse, too.

/// A column behind `after` (empty = at the end), with an id that no column of the table ever had.
SchemaVersion add_column(const TableState& table, ColumnDefinition column, std::string_view after);
/// Refused for a column of a key.
SchemaVersion drop_column(const TableState& table, std::string_view name);
/// Refused for a column of a key, and for a name that is taken.
SchemaVersion rename_column(const TableState& table, std::string_view from, std::string_view to);
/// Only to a type that holds every value of the old one exactly.
SchemaVersion widen_column(const TableState& table, std::string_view name, const std::string& type);
SchemaVersion comment_column(const TableState& table, std::string_view name,
                             const std::string& comment);

/// Every value of `from` is a value of `to`: wider integers and decimals, Nullable added.
bool widens(const std::string& from, const std::string& to);

}  // namespace ch::storage
