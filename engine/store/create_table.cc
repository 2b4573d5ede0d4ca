#include "engine/store/create_table.h"

#include <algorithm>

#include "engine/store/write_layout.h"

namespace ch::storage {

TableId create_table(Database& database, const TableName& name, const SchemaVersion& schema) {
    static_cast<void>(make_write_layout(schema));
    std::shared_ptr<latch::Pin> pin = database.pin_creation();
    Transaction transaction = database.begin();
    transaction.hold(pin);
    if (transaction.base().find(name.database, name.table))
        throw Error(ErrorCode::InvalidArgument,
                    "table " + name.database + "." + name.table + " exists already",
                    database.root());
    if (transaction.base().databases.count(name.database) == 0)
        transaction.create_database(database.new_id(), name.database);
    const TableId table = database.new_id();
    transaction.create_table(table, name, database.make_table_folder(name, table), schema);
    require_published(database.commit(transaction), "creating " + name.database + "." + name.table);
    return table;
}

std::shared_ptr<const TableState> require_table(Database& database, const TableName& name) {
    std::shared_ptr<const TableState> found = database.newest()->find(name.database, name.table);
    if (!found)
        throw Error(ErrorCode::NotFound, "there is no table " + name.database + "." + name.table,
                    database.root());
    return found;
}

void require_published(const CommitOutcome& outcome, const std::string& what) {
    const auto* fenced = std::get_if<latch::Fenced>(&outcome);
    if (fenced != nullptr && fenced->resource == 0)
        throw Error(ErrorCode::Fenced,
                    what +
                        ": so much was committed meanwhile that collection has passed the "
                        "version that this was made from; look for it in the newest version "
                        "before it is made again");
    if (fenced != nullptr)
        throw Error(ErrorCode::Fenced, what + ": another writer has taken the latch of table " +
                                           std::to_string(fenced->resource) + " over (epoch " +
                                           std::to_string(fenced->epoch) +
                                           "); nothing was published");
    if (const auto* conflict = std::get_if<latch::Conflict>(&outcome))
        throw Error(ErrorCode::Conflict,
                    what + ": version " + std::to_string(conflict->version) +
                        " changed what this was made from; nothing was published, try again");
}

WriteLatch require_latch(Database& database, TableId table, uint64_t wait_ms_max) {
    return require_latches(database, {table}, wait_ms_max);
}

WriteLatch require_latches(Database& database, const std::vector<TableId>& tables,
                           uint64_t wait_ms_max) {
    std::string names;
    const std::shared_ptr<const State> state = database.newest();
    for (const TableId id : tables) {
        const auto found = state->find(id);
        const std::string name =
            found ? found->database_name + "." + found->name : std::to_string(id);
        if (std::count(tables.begin(), tables.end(), id) > 1)
            throw Error(ErrorCode::InvalidArgument, "table " + name + " is named twice");
        names += (names.empty() ? "" : ", ") + name;
    }
    std::optional<WriteLatch> latch = database.lock(tables, latch::LatchMode::Writer, wait_ms_max);
    if (!latch)
        throw Error(ErrorCode::Busy,
                    std::string("another writer holds the latch of ") +
                        (tables.size() == 1 ? "table " : "one of the tables ") + names +
                        " and did not give it back within " + std::to_string(wait_ms_max) +
                        " ms; ch latch status tells who",
                    database.root());
    return std::move(*latch);
}

}  // namespace ch::storage
