#include "connector/history.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "connector/json_text.h"
#include "connector/limits.h"
#include "connector/store_access.h"
#include "engine/format/part_name.h"
#include "engine/store/history.h"
#include "engine/store/open_table.h"

namespace ch::connector {

using nlohmann::json;

namespace {

constexpr const char* kWhat = "history";

json snapshots_of(storage::Database& database, storage::TableId table, uint64_t version) {
    json rows = json::array();
    for (const storage::TableChange& change : storage::table_history(database, table, version))
        rows.push_back({{"version", change.version},
                        {"time_ms", change.time_ms},
                        {"operation", change.operation},
                        {"note", change.note},
                        {"parts_added", change.parts_added},
                        {"parts_removed", change.parts_removed},
                        {"parts", change.parts},
                        {"rows", change.rows},
                        {"bytes", change.bytes}});
    return rows;
}

json parts_of(const storage::TableState& table) {
    json rows = json::array();
    for (const auto& part : table.parts) {
        const storage::PartRecord& record = part->record;
        const std::optional<format::PartName> name = format::PartName::parse(record.name);
        json row = {{"part", record.name},
                    {"rows", record.rows},
                    {"bytes", record.bytes},
                    {"added_version", part->added_version},
                    {"min_commit_ts", record.min_commit_ts},
                    {"max_commit_ts", record.max_commit_ts},
                    {"schema_id", record.schema_id}};
        if (name) {
            row["partition_id"] = name->partition_id;
            row["level"] = name->level;
        }
        if (auto bitmap = table.bitmaps.find(record.name); bitmap != table.bitmaps.end())
            row["rows_hidden"] = bitmap->second->record.rows_hidden;
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace

std::string history_json(const Session& session, std::string_view request) {
    const json document = parse_json(request, kWhat, kSettingsBytesMax);
    check_fields(document, kWhat, {"root", "database", "table", "of", "version"});
    const storage::TableName name{text_field(document, kWhat, "database"),
                                  text_field(document, kWhat, "table")};
    const std::string of = text_field(document, kWhat, "of");
    const std::shared_ptr<storage::Database> database =
        open_store(session, text_field(document, kWhat, "root"), "tell its history", false);
    storage::ReadPoint point;
    if (const auto version = optional_count(document, kWhat, "version"))
        point = storage::ReadPoint::of_number(*version);
    const storage::Snapshot snapshot = storage::read_snapshot(*database, point);
    const auto table = snapshot.state->find(name.database, name.table);
    if (!table)
        throw Error(ErrorCode::NotFound,
                    "version " + std::to_string(snapshot.state->version) + " has no table " +
                        name.database + "." + name.table,
                    database->root());
    json rows;
    if (of == "snapshots") {
        rows = snapshots_of(*database, table->id, snapshot.state->version);
    } else if (of == "parts") {
        rows = parts_of(*table);
    } else {
        throw Error(ErrorCode::InvalidArgument,
                    "history: \"of\" is \"snapshots\" or \"parts\", found \"" + of + "\"");
    }
    return dump_json({{"version", snapshot.state->version}, {"rows", std::move(rows)}});
}

}  // namespace ch::connector
