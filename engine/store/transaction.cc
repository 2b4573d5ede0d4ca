#include "engine/store/transaction.h"

#include <algorithm>
#include <set>

namespace ch::storage {

namespace {

using Refusal = std::variant<latch::Fenced, latch::Conflict>;

bool holds_token(const Transaction& transaction, TableId table) {
    return std::any_of(transaction.tokens().begin(), transaction.tokens().end(),
                       [&](const latch::Token& token) { return token.resource == table; });
}

std::optional<Refusal> refusal_of(const TableEdit& edit, const Transaction& transaction,
                                  const State& state) {
    if (!edit.folder.empty()) return std::nullopt;
    std::shared_ptr<const TableState> table = state.find(edit.table);
    if (!table) return latch::Conflict{edit.table, state.version};
    const latch::Conflict conflict{edit.table, table->changed_version};
    for (const std::string& part : edit.retired)
        if (table->find_part(part) == nullptr) return conflict;
    for (const auto& pending : transaction.pending())
        if (pending.table == edit.table && !edit.schema &&
            table->find_schema(pending.part.record.schema_id) == nullptr)
            return conflict;
    // Rows of a replacing table whose version is not above all that are there would not count.
    for (const auto& pending : transaction.pending()) {
        const uint64_t commit_ts = pending.part.record.min_commit_ts;
        if (pending.table == edit.table && !edit.is_merge && !edit.retires_all && commit_ts > 0 &&
            commit_ts <= table->max_commit_ts)
            return conflict;
    }
    if (edit.schema) {
        std::shared_ptr<const TableState> before = transaction.base().find(edit.table);
        if (!before || before->schema().id != table->schema().id) return conflict;
    }
    return std::nullopt;
}

// Names must be free, and databases there, when the commit has been applied as a whole.
std::optional<Refusal> name_refusal(const Edit& edit, const State& state) {
    std::set<DatabaseId> dropped;
    std::set<std::string> databases;
    for (const auto& [name, id] : state.databases) databases.insert(name);
    for (const DatabaseEdit& database : edit.databases) {
        if (!database.name.empty() && !databases.insert(database.name).second)
            return latch::Conflict{state.databases.find(database.name)->second, state.version};
        if (database.name.empty()) {
            auto found =
                std::find_if(state.databases.begin(), state.databases.end(),
                             [&](const auto& entry) { return entry.second == database.database; });
            if (found == state.databases.end())
                return latch::Conflict{database.database, state.version};
            databases.erase(found->first);
            dropped.insert(database.database);
        }
    }
    std::map<TableId, TableName> names;
    for (const auto& [id, table] : state.tables) names[id] = {table->database_name, table->name};
    for (const TableEdit& table : edit.tables) {
        if (table.name) names[table.table] = *table.name;
        if (table.is_dropped) names.erase(table.table);
    }
    std::set<std::pair<std::string, std::string>> taken;
    for (const auto& [id, name] : names)
        if (databases.count(name.database) == 0 ||
            !taken.insert({name.database, name.table}).second)
            return latch::Conflict{id, state.version};
    return std::nullopt;
}

}  // namespace

void Transaction::use(const WriteLatch& latch) {
    tokens_.insert(tokens_.end(), latch.tokens.begin(), latch.tokens.end());
}

void Transaction::check_is_there(TableId table) {
    if (base_->find(table)) return;
    for (const TableEdit& edit : edit_.tables)
        if (edit.table == table && !edit.folder.empty()) return;
    throw Error(ErrorCode::NotFound, "there is no table of the id " + std::to_string(table) +
                                         " at version " + std::to_string(base_->version));
}

TableEdit& Transaction::edit_of(TableId table) {
    check_is_there(table);
    for (TableEdit& edit : edit_.tables)
        if (edit.table == table) return edit;
    edit_.tables.emplace_back().table = table;
    return edit_.tables.back();
}

void Transaction::add_part(TableId table, NewPart part) {
    edit_of(table);
    pending_.push_back({table, std::move(part), false});
}

void Transaction::retire_part(TableId table, const std::string& part) {
    std::shared_ptr<const TableState> found = base_->find(table);
    if (!found || found->find_part(part) == nullptr)
        throw Error(ErrorCode::InvalidArgument,
                    "part " + part + " is not active at version " + std::to_string(base_->version));
    edit_of(table).retired.push_back(part);
}

void Transaction::set_bitmap(TableId table, BitmapRecord bitmap) {
    edit_of(table).bitmaps.push_back(std::move(bitmap));
}

void Transaction::truncate(TableId table) {
    edit_of(table).retires_all = true;
}

void Transaction::set_merge(TableId table) {
    edit_of(table).is_merge = true;
}

void Transaction::create_database(DatabaseId id, const std::string& name) {
    if (name.empty() || name.front() == '.')
        throw Error(ErrorCode::InvalidArgument,
                    "'" + name + "' is no name for a database: it is empty or begins with a dot");
    if (base_->databases.count(name) > 0)
        throw Error(ErrorCode::InvalidArgument, "database " + name + " exists already");
    edit_.databases.push_back({id, name});
}

void Transaction::drop_database(const std::string& name) {
    auto found = base_->databases.find(name);
    if (found == base_->databases.end())
        throw Error(ErrorCode::NotFound, "there is no database " + name);
    edit_.databases.push_back({found->second, {}});
}

void Transaction::create_table(TableId id, const TableName& name, const std::string& folder,
                               SchemaVersion schema) {
    if (name.table.empty())
        throw Error(ErrorCode::InvalidArgument, "a table's name cannot be empty");
    TableEdit& edit = edit_.tables.emplace_back();
    edit.table = id;
    edit.name = name;
    edit.folder = folder;
    schema.id = 1;
    edit.schema = std::move(schema);
}

void Transaction::drop_table(TableId table) {
    edit_of(table).is_dropped = true;
}

void Transaction::rename_table(TableId table, const TableName& name) {
    if (name.table.empty())
        throw Error(ErrorCode::InvalidArgument, "a table's name cannot be empty");
    edit_of(table).name = name;
}

void Transaction::change_schema(TableId table, SchemaVersion schema) {
    std::shared_ptr<const TableState> found = base_->find(table);
    TableEdit& edit = edit_of(table);
    schema.id = found ? found->schema().id + 1 : 1;
    edit.schema = std::move(schema);
}

void Transaction::set_position(const std::string& source, const std::string& position) {
    edit_.positions.push_back({source, position});
}

std::optional<Refusal> refusal_of(const Transaction& transaction, const State& state) {
    for (const latch::Token& token : transaction.tokens())
        if (const uint64_t now = state.epoch(token.resource); now != token.epoch)
            return latch::Fenced{token.resource, now};
    for (latch::ResourceId read : transaction.reads()) {
        std::shared_ptr<const TableState> table = state.find(read);
        if (!table || table->data_version > transaction.base().version)
            return latch::Conflict{read, table ? table->data_version : state.version};
    }
    for (const TableEdit& edit : transaction.edit().tables) {
        if (edit.folder.empty() && !edit.is_merge && !holds_token(transaction, edit.table))
            throw Error(ErrorCode::InvalidArgument,
                        "a commit changes table " + std::to_string(edit.table) +
                            " without its writer latch; lock the table first");
        if (std::optional<Refusal> refusal = refusal_of(edit, transaction, state)) return refusal;
    }
    return name_refusal(transaction.edit(), state);
}

}  // namespace ch::storage
