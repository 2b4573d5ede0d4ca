#include "engine/store/change_table.h"

#include "engine/format/type_text.h"
#include "engine/store/create_table.h"
#include "engine/store/schema_change.h"

namespace ch::storage {

namespace {

/// Commits one change of a table under its latch.
template <typename Change>
void change_table(Database& database, const TableName& name, uint64_t latch_wait_ms_max,
                  Change&& change) {
    const TableId table = require_table(database, name)->id;
    const WriteLatch latch = require_latch(database, table, latch_wait_ms_max);
    Transaction transaction = database.begin();
    transaction.use(latch);
    change(transaction, table);
    require_published(database.commit(transaction), "changing " + name.database + "." + name.table);
}

/// As ClickHouse spells it.
std::string type_name(const std::string& text) {
    const column::TypePtr type = format::parse_type(text);
    if (type->id == column::TypeId::Unsupported)
        throw Error(ErrorCode::Unsupported, "a column of type " + text + " cannot be written");
    return type->name();
}

SchemaVersion changed(const TableState& table, const ColumnChange& change) {
    switch (change.kind) {
        case ColumnChange::Kind::Add: {
            ColumnDefinition column;
            column.name = change.column;
            column.type = type_name(change.text);
            column.comment = change.comment;
            return add_column(table, std::move(column), change.after);
        }
        case ColumnChange::Kind::Drop:
            return drop_column(table, change.column);
        case ColumnChange::Kind::Rename:
            return rename_column(table, change.column, change.text);
        case ColumnChange::Kind::Widen:
            return widen_column(table, change.column, type_name(change.text));
        case ColumnChange::Kind::Comment:
            return comment_column(table, change.column, change.text);
    }
    throw Error(ErrorCode::Bug, "a change of no kind");
}

}  // namespace

void drop_table(Database& database, const TableName& name, uint64_t latch_wait_ms_max) {
    change_table(database, name, latch_wait_ms_max,
                 [](Transaction& transaction, TableId table) { transaction.drop_table(table); });
}

void rename_table(Database& database, const TableName& name, const TableName& to,
                  uint64_t latch_wait_ms_max) {
    change_table(database, name, latch_wait_ms_max, [&](Transaction& transaction, TableId table) {
        const State& base = transaction.base();
        if (base.databases.count(to.database) == 0)
            throw Error(ErrorCode::NotFound, "there is no database " + to.database);
        if (base.find(to.database, to.table))
            throw Error(ErrorCode::InvalidArgument,
                        "there is a table " + to.database + "." + to.table + " already");
        transaction.rename_table(table, to);
    });
}

void truncate_table(Database& database, const TableName& name, uint64_t latch_wait_ms_max) {
    change_table(database, name, latch_wait_ms_max,
                 [](Transaction& transaction, TableId table) { transaction.truncate(table); });
}

void alter_table(Database& database, const TableName& name,
                 const std::vector<ColumnChange>& changes, uint64_t latch_wait_ms_max) {
    change_table(database, name, latch_wait_ms_max, [&](Transaction& transaction, TableId table) {
        TableState state = *transaction.base().find(table);
        for (const ColumnChange& change : changes) {
            state.schemas.push_back(std::make_shared<const SchemaVersion>(changed(state, change)));
            if (change.kind == ColumnChange::Kind::Add) ++state.next_column_id;
        }
        transaction.change_schema(table, state.schema());
    });
}

}  // namespace ch::storage
