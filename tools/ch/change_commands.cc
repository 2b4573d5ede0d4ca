#include "tools/ch/change_commands.h"

#include <nlohmann/json.hpp>

#include "engine/store/change_table.h"
#include "engine/store/create_table.h"
#include "engine/store/rollback.h"
#include "tools/ch/json_output.h"
#include "tools/ch/open_store.h"
#include "tools/ch/table_printer.h"

namespace ch::tools {

namespace {

struct OpenedTable {
    std::shared_ptr<storage::Database> database;
    storage::TableName name;
};

OpenedTable open(const CommandContext& context, const ChangeOptions& options) {
    const storage::StorePath place = require_store(context, options.table);
    return {open_store(context, place.root), {place.database, place.table}};
}

std::string text_of(const storage::TableName& name) {
    return printable(name.database + "." + name.table);
}

bool report(const CommandContext& context, const OpenedTable& table, const std::string& what) {
    write_report(context, {{"version", table.database->newest()->version}},
                 what + " in " + version_text(*table.database));
    return true;
}

storage::ColumnChange column_change(const ChangeOptions& options) {
    using Kind = storage::ColumnChange::Kind;
    storage::ColumnChange change;
    change.column = options.name;
    change.text = options.text;
    change.comment = options.comment;
    change.after = options.after;
    const bool is_add = options.action == "add";
    const bool is_drop = options.action == "drop";
    const bool is_rename = options.action == "rename";
    if (options.text.empty() != is_drop)
        throw Error(ErrorCode::InvalidArgument,
                    is_drop     ? "alter drop takes a COLUMN and nothing else"
                    : is_rename ? "alter rename takes a COLUMN and its new name"
                                : "alter " + options.action + " takes a COLUMN and a TYPE");
    if (!is_add && (!options.after.empty() || !options.comment.empty()))
        throw Error(ErrorCode::InvalidArgument, "--after and --comment belong to alter add");
    change.kind = is_add      ? Kind::Add
                  : is_drop   ? Kind::Drop
                  : is_rename ? Kind::Rename
                              : Kind::Widen;
    return change;
}

}  // namespace

bool run_rollback(const CommandContext& context, const ChangeOptions& options) {
    const OpenedTable table = open(context, options);
    const storage::TableId id = storage::require_table(*table.database, table.name)->id;
    const uint64_t version = storage::roll_back(*table.database, id, options.version, kLatchWaitMs);
    write_report(context, {{"version", version}},
                 text_of(table.name) + " has its rows of version " +
                     std::to_string(options.version) + " again in version " +
                     std::to_string(version) + "\n");
    return true;
}

bool run_drop(const CommandContext& context, const ChangeOptions& options) {
    const OpenedTable table = open(context, options);
    storage::drop_table(*table.database, table.name, kLatchWaitMs);
    return report(context, table, "dropped " + text_of(table.name));
}

bool run_rename(const CommandContext& context, const ChangeOptions& options) {
    const OpenedTable table = open(context, options);
    const storage::TableName to{options.database.empty() ? table.name.database : options.database,
                                options.name};
    storage::rename_table(*table.database, table.name, to, kLatchWaitMs);
    return report(context, table, text_of(table.name) + " is " + text_of(to));
}

bool run_truncate(const CommandContext& context, const ChangeOptions& options) {
    const OpenedTable table = open(context, options);
    storage::truncate_table(*table.database, table.name, kLatchWaitMs);
    return report(context, table, "truncated " + text_of(table.name));
}

bool run_alter(const CommandContext& context, const ChangeOptions& options) {
    const storage::ColumnChange change = column_change(options);
    const OpenedTable table = open(context, options);
    storage::alter_table(*table.database, table.name, {change}, kLatchWaitMs);
    return report(context, table, "altered " + text_of(table.name));
}

}  // namespace ch::tools
