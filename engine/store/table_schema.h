#pragma once

#include <string>
#include <vector>

#include "engine/store/state.h"
#include "engine/table/table.h"

namespace ch::storage {

/// A table's newest definition as readers have it.
table::TableSchema table_schema(const TableState& table);

/// A definition as the store keeps it, of a text's; columns get ids in their order.
SchemaVersion schema_version(const table::TableSchema& schema);

struct NewTable {
    TableName name;
    SchemaVersion schema;
};
/// A CREATE TABLE text of a user. Throws Error{Unsupported} naming the clauses that the store would
/// lose, and what parse_create_query throws.
NewTable parse_new_table(std::string_view sql);

/// A part with the hashes of its small files, and with its columns bound by id: what it has under
/// the name of its own definition is what today's definition calls by the same id.
table::TablePart table_part(const TableState& table, const PartRecord& record,
                            const std::string& folder);

/// What a reader goes by: the bitmaps and what is newer than they are; or all newer parts, and
/// tombstones count, as a merge must that keeps them.
enum class HidingUse : uint8_t { Bitmaps, NewerParts };

/// For a table that replaces rows: tells each of `parts`, those of the table in its order, what
/// hides rows of it.
void add_hiding(const TableState& table, const std::string& root,
                std::vector<table::TablePart>& parts, HidingUse use);

}  // namespace ch::storage
