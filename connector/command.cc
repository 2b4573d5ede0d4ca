#include "connector/command.h"

#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "connector/json_text.h"
#include "connector/limits.h"
#include "connector/store_access.h"
#include "engine/store/change_table.h"
#include "engine/store/create_table.h"
#include "engine/store/merge.h"
#include "engine/store/rollback.h"
#include "engine/store/table_schema.h"

namespace ch::connector {

using nlohmann::json;

namespace {

constexpr const char* kWhat = "command";
/// Of one call: the next one finds what is left.
constexpr size_t kMergesMax = 1000;

using DatabasePtr = std::shared_ptr<storage::Database>;

storage::TableName table_name(const json& request, const char* table) {
    return {text_field(request, kWhat, "database"), text_field(request, kWhat, table)};
}

uint64_t wait_of(const json& request) {
    return optional_count(request, kWhat, "latch_wait_ms").value_or(kLatchWaitMsDefault);
}

void publish(storage::Database& database, storage::Transaction& transaction,
             const std::string& what) {
    storage::require_published(database.commit(transaction), what);
}

void create_database(storage::Database& database, const json& request) {
    check_fields(request, kWhat, {"command", "root", "database"});
    const std::string name = text_field(request, kWhat, "database");
    storage::Transaction transaction = database.begin();
    transaction.create_database(database.new_id(), name);
    publish(database, transaction, "creating database " + name);
}

void drop_database(storage::Database& database, const json& request) {
    check_fields(request, kWhat, {"command", "root", "database", "cascade", "latch_wait_ms"});
    const std::string name = text_field(request, kWhat, "database");
    std::vector<storage::TableId> tables;
    const std::shared_ptr<const storage::State> state = database.newest();
    for (const auto& [id, table] : state->tables)
        if (table->database_name == name) tables.push_back(id);
    if (!tables.empty() && !optional_flag(request, kWhat, "cascade").value_or(false))
        throw Error(ErrorCode::InvalidArgument,
                    "database " + name + " has " + std::to_string(tables.size()) +
                        " tables; drop them first, or drop it with CASCADE");
    std::optional<storage::WriteLatch> latch;
    if (!tables.empty()) latch = database.lock(tables, latch::LatchMode::Writer, wait_of(request));
    if (!tables.empty() && !latch)
        throw Error(ErrorCode::Busy, "another writer holds a table of database " + name);
    storage::Transaction transaction = database.begin();
    if (latch) transaction.use(*latch);
    for (storage::TableId table : tables) transaction.drop_table(table);
    transaction.drop_database(name);
    publish(database, transaction, "dropping database " + name);
}

void create_table(storage::Database& database, const json& request) {
    check_fields(request, kWhat, {"command", "root", "sql"});
    const storage::NewTable made = storage::parse_new_table(text_field(request, kWhat, "sql"));
    if (database.newest()->databases.count(made.name.database) == 0)
        throw Error(ErrorCode::NotFound, "there is no database " + made.name.database,
                    database.root());
    storage::create_table(database, made.name, made.schema);
}

void drop_table(storage::Database& database, const json& request) {
    check_fields(request, kWhat, {"command", "root", "database", "table", "latch_wait_ms"});
    storage::drop_table(database, table_name(request, "table"), wait_of(request));
}

void rename_table(storage::Database& database, const json& request) {
    check_fields(request, kWhat,
                 {"command", "root", "database", "table", "to_database", "to", "latch_wait_ms"});
    const storage::TableName to{text_field(request, kWhat, "to_database"),
                                text_field(request, kWhat, "to")};
    storage::rename_table(database, table_name(request, "table"), to, wait_of(request));
}

void truncate(storage::Database& database, const json& request) {
    check_fields(request, kWhat, {"command", "root", "database", "table", "latch_wait_ms"});
    storage::truncate_table(database, table_name(request, "table"), wait_of(request));
}

std::string optional_text(const json& object, const char* name) {
    return object.contains(name) ? text_field(object, "change", name) : std::string();
}

storage::ColumnChange column_change(const json& change) {
    using Kind = storage::ColumnChange::Kind;
    auto made = [&](Kind kind, const char* column, const char* text) {
        return storage::ColumnChange{
            kind, text_field(change, "change", column), text_field(change, "change", text),
            optional_text(change, "comment"), optional_text(change, "after")};
    };
    if (change.contains("add")) {
        check_fields(change, "change", {"add", "type", "comment", "after"});
        return made(Kind::Add, "add", "type");
    }
    if (change.contains("drop")) {
        check_fields(change, "change", {"drop"});
        return made(Kind::Drop, "drop", "drop");
    }
    if (change.contains("rename")) {
        check_fields(change, "change", {"rename", "to"});
        return made(Kind::Rename, "rename", "to");
    }
    if (change.contains("widen")) {
        check_fields(change, "change", {"widen", "type"});
        return made(Kind::Widen, "widen", "type");
    }
    check_fields(change, "change", {"comment", "text"});
    return made(Kind::Comment, "comment", "text");
}

void alter(storage::Database& database, const json& request) {
    check_fields(request, kWhat,
                 {"command", "root", "database", "table", "changes", "latch_wait_ms"});
    std::vector<storage::ColumnChange> changes;
    for (const json& change : array_field(request, kWhat, "changes"))
        changes.push_back(column_change(change));
    storage::alter_table(database, table_name(request, "table"), changes, wait_of(request));
}

void merge(const DatabasePtr& database, const json& request, const Session& session) {
    check_fields(request, kWhat, {"command", "root", "database", "table", "final"});
    storage::MergeRule rule;
    rule.is_final = optional_flag(request, kWhat, "final").value_or(false);
    const storage::TableId table =
        storage::require_table(*database, table_name(request, "table"))->id;
    static_cast<void>(storage::merge_table(database, table, rule, session.pool(), {}, kMergesMax));
}

void rollback(storage::Database& database, const json& request) {
    check_fields(request, kWhat,
                 {"command", "root", "database", "table", "version", "latch_wait_ms"});
    const storage::TableId table =
        storage::require_table(database, table_name(request, "table"))->id;
    static_cast<void>(storage::roll_back(database, table, count_field(request, kWhat, "version"),
                                         wait_of(request)));
}

void run(const DatabasePtr& database, const std::string& name, const json& request,
         const Session& session) {
    using Run = void (*)(storage::Database&, const json&);
    static const std::map<std::string, Run> kCommands = {
        {"create_database", create_database},
        {"drop_database", drop_database},
        {"create_table", create_table},
        {"drop_table", drop_table},
        {"rename_table", rename_table},
        {"truncate", truncate},
        {"alter", alter},
        {"rollback", rollback},
    };
    if (name == "merge") return merge(database, request, session);
    if (name == "gc") {
        check_fields(request, kWhat, {"command", "root", "keep_ms", "keep_versions"});
        storage::Retention kept;
        kept.ms = optional_count(request, kWhat, "keep_ms").value_or(kept.ms);
        kept.versions = optional_count(request, kWhat, "keep_versions").value_or(kept.versions);
        static_cast<void>(database->collect(kept));
        return;
    }
    auto found = kCommands.find(name);
    if (found == kCommands.end())
        throw Error(ErrorCode::InvalidArgument, "there is no command \"" + name + "\"");
    found->second(*database, request);
}

/// What the command would do, for one who is told that it cannot be done.
std::string purpose_of(const std::string& name) {
    std::string text = name;
    for (char& c : text)
        if (c == '_') c = ' ';
    return text;
}

}  // namespace

std::string command_json(Session& session, std::string_view request) {
    const json document = parse_json(request, kWhat, kPlanBytesMax);
    const std::string name = text_field(document, kWhat, "command");
    const DatabasePtr database = open_store(session, text_field(document, kWhat, "root"),
                                            purpose_of(name), name == "create_database");
    run(database, name, document, session);
    return dump_json({{"version", database->newest()->version}});
}

}  // namespace ch::connector
