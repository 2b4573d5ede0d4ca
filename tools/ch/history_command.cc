#include <nlohmann/json.hpp>

#include "engine/store/history.h"
#include "tools/ch/amount_text.h"
#include "tools/ch/json_output.h"
#include "tools/ch/open_store.h"
#include "tools/ch/read_table.h"
#include "tools/ch/store_commands.h"
#include "tools/ch/table_printer.h"
#include "tools/ch/time_text.h"

namespace ch::tools {

bool run_history(const CommandContext& context, const std::string& path) {
    using Align = TablePrinter::Align;
    const storage::StorePath place = require_store(context, path);
    const auto database = open_store(context, place.root);
    const storage::Snapshot snapshot = storage::read_snapshot(*database, read_point(context));
    const uint64_t version = snapshot.state->version;
    const auto table = snapshot.state->find(place.database, place.table);
    if (!table)
        throw Error(ErrorCode::NotFound,
                    "there is no table " + place.database + "." + place.table + " at version " +
                        std::to_string(version),
                    place.root);
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    TablePrinter printer({{"VERSION", Align::Right},
                          {"TIME (UTC)"},
                          {"OPERATION"},
                          {"ROWS", Align::Right},
                          {"PARTS", Align::Right},
                          {"ADDED", Align::Right},
                          {"REMOVED", Align::Right},
                          {"BY"}});
    Calendar calendar(TimeZone::utc());
    uint64_t added = 0, merged = 0, parts = 0;
    for (const storage::TableChange& change :
         storage::table_history(*database, table->id, version)) {
        std::string time;
        append_date_time(time, static_cast<int64_t>(change.time_ms), 3, calendar);
        printer.add({std::to_string(change.version), time, change.operation,
                     count_text(change.rows), count_text(change.parts),
                     count_text(change.parts_added), count_text(change.parts_removed),
                     printable(change.note)});
        added += change.bytes_added;
        merged += change.bytes_merged;
        parts = change.parts;
        rows.push_back({{"version", change.version}, {"time", time}, {"time_ms", change.time_ms}});
        rows.back().update({{"operation", change.operation},
                            {"rows", change.rows},
                            {"bytes", change.bytes},
                            {"parts", change.parts},
                            {"added", change.parts_added},
                            {"removed", change.parts_removed},
                            {"bytes_added", change.bytes_added},
                            {"bytes_merged", change.bytes_merged},
                            {"note", change.note}});
    }
    const std::string cost = bytes_text(added - merged) + " written and " + bytes_text(merged) +
                             " merged in these versions, " + count_text(parts) + " parts now\n";
    write_report(context,
                 {{"version", version},
                  {"bytes_written", added - merged},
                  {"bytes_merged", merged},
                  {"versions", rows}},
                 printer.text() + cost);
    return true;
}

}  // namespace ch::tools
