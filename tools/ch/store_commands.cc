#include "tools/ch/store_commands.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "engine/format/stream_name.h"
#include "engine/store/create_table.h"
#include "engine/store/open_table.h"
#include "tools/ch/amount_text.h"
#include "tools/ch/json_output.h"
#include "tools/ch/open_store.h"
#include "tools/ch/output.h"
#include "tools/ch/read_table.h"
#include "tools/ch/table_printer.h"

namespace ch::tools {

namespace {

using Align = TablePrinter::Align;
using nlohmann::ordered_json;

/// "a/b/c" as "a/b" and "c".
std::pair<std::string, std::string> split_last(const std::string& path, const char* expected) {
    const size_t slash = path.rfind('/');
    if (slash == std::string::npos || slash == 0 || slash + 1 == path.size())
        throw Error(ErrorCode::InvalidArgument,
                    "'" + path + "' is not " + expected + ", e.g. data/name");
    return {path.substr(0, slash), path.substr(slash + 1)};
}

std::pair<ordered_json, std::string> pins_of(storage::Database& database) {
    ordered_json document = ordered_json::array();
    TablePrinter printer({{"VERSION", Align::Right}, {"PIN"}, {"KEPT"}, {"HOLDER"}});
    for (const latch::PinEntry& pin : database.latch().pins()) {
        printer.add({std::to_string(pin.version), printable(pin.name), pin.is_kept ? "yes" : "no",
                     printable(pin.note)});
        document.push_back({{"version", pin.version},
                            {"pin", pin.name},
                            {"kept", pin.is_kept},
                            {"holder", pin.note}});
    }
    return {document, printer.text()};
}

}  // namespace

bool run_gc(const CommandContext& context, const std::string& root, const GcOptions& options) {
    constexpr uint64_t kMsPerHour = 3'600'000;
    storage::Retention kept;
    if (options.keep_hours) kept.ms = *options.keep_hours * kMsPerHour;
    if (options.keep_versions) kept.versions = *options.keep_versions;
    const storage::CollectReport report = open_store(context, root)->collect(kept);
    if (report.is_busy) {
        write_report(context, {{"busy", true}},
                     "another collection is running; nothing was done\n");
        return false;
    }
    write_report(context,
                 {{"busy", false},
                  {"floor", report.floor},
                  {"retired_removed", report.parts_removed},
                  {"orphans_removed", report.orphans_removed},
                  {"pins", report.pins}},
                 "readable from version " + std::to_string(report.floor) + "; removed " +
                     count_text(report.parts_removed) + " retired parts and " +
                     count_text(report.orphans_removed) + " leftovers; " + count_text(report.pins) +
                     " pins\n");
    return true;
}

bool run_latch_status(const CommandContext& context, const std::string& root) {
    std::shared_ptr<storage::Database> database = open_store(context, root);
    std::shared_ptr<const storage::State> state = database->newest();
    ordered_json tables = ordered_json::array();
    TablePrinter printer(
        {{"TABLE"}, {"EPOCH", Align::Right}, {"SINCE", Align::Right}, {"HELD"}, {"LAST TAKEN BY"}});
    for (const auto& [id, table] : state->tables) {
        auto found = state->epochs.find(id);
        const storage::EpochEntry entry =
            found == state->epochs.end() ? storage::EpochEntry{} : found->second;
        const std::optional<bool> is_held = latch::is_held(database->latch(), id);
        const std::string name = table->database_name + "." + table->name;
        printer.add({printable(name), std::to_string(entry.epoch), std::to_string(entry.version),
                     is_held ? *is_held ? "yes" : "no" : "not known", printable(entry.note)});
        tables.push_back({{"table", name},
                          {"epoch", entry.epoch},
                          {"since_version", entry.version},
                          {"held", is_held ? ordered_json(*is_held) : ordered_json()},
                          {"last_taken_by", entry.note}});
    }
    const auto [pins, pins_text] = pins_of(*database);
    write_report(context,
                 {{"version", state->version},
                  {"floor", database->latch().floor()},
                  {"tables", tables},
                  {"pins", pins}},
                 "version " + std::to_string(state->version) + ", readable from " +
                     std::to_string(database->latch().floor()) + "\n" + printer.text() + pins_text);
    return true;
}

bool run_latch_watch(const CommandContext& context, const std::string& root) {
    constexpr uint64_t kWaitMs = 60'000;
    std::shared_ptr<storage::Database> database = open_store(context, root);
    for (uint64_t told = 0;;) {
        const uint64_t newest = database->latch().wait_above(told, kWaitMs);
        if (newest <= told) continue;
        told = newest;
        write_report(context, {{"version", told}}, "version " + std::to_string(told) + "\n");
    }
}

bool run_latch_break(const CommandContext& context, const std::string& path) {
    const auto [database_path, table_name] = split_last(path, "ROOT/DATABASE/TABLE");
    const auto [root, database_name] = split_last(database_path, "ROOT/DATABASE/TABLE");
    std::shared_ptr<storage::Database> database = open_store(context, root);
    const auto table = storage::require_table(
        *database, {format::name_in_path(database_name), format::name_in_path(table_name)});
    // Raises the epoch first, then frees the lock (latch_store.h).
    database->break_latch(table->id);
    const uint64_t epoch = database->newest()->epoch(table->id);
    write_report(context, {{"table", path}, {"epoch", epoch}},
                 "the latch of " + printable(database_name + "." + table_name) +
                     " is free at epoch " + std::to_string(epoch) +
                     "; whoever held it can publish nothing any more\n");
    return true;
}

bool run_snapshot_ls(const CommandContext& context, const std::string& root) {
    const auto [document, text] = pins_of(*open_store(context, root));
    write_report(context, {{"pins", document}}, text);
    return true;
}

bool run_snapshot_pin(const CommandContext& context, const std::string& root_and_name) {
    const auto [root, name] = split_last(root_and_name, "ROOT/NAME");
    std::shared_ptr<storage::Database> database = open_store(context, root);
    // Pinned while it is being kept, so that collection cannot come in between.
    const storage::Snapshot snapshot = storage::read_snapshot(*database, read_point(context));
    const uint64_t version = snapshot.state->version;
    if (database->latch().keep(version, name, "ch snapshot pin"))
        throw Error(ErrorCode::SnapshotExpired,
                    "version " + std::to_string(version) + " was collected meanwhile; try again");
    write_report(context, {{"pin", name}, {"version", version}},
                 "version " + std::to_string(version) + " stays readable as " + name + "\n");
    return true;
}

bool run_snapshot_unpin(const CommandContext& context, const std::string& root_and_name) {
    const auto [root, name] = split_last(root_and_name, "ROOT/NAME");
    if (!open_store(context, root)->latch().unkeep(name))
        throw Error(ErrorCode::NotFound,
                    "there is no pin '" + name + "'; ch snapshot ls lists them", root);
    write_report(context, {{"unpinned", name}}, name + " is unpinned\n");
    return true;
}

}  // namespace ch::tools
