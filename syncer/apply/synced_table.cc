#include "syncer/apply/synced_table.h"

#include <charconv>

#include "base/error.h"
#include "nlohmann/json.hpp"

namespace ch::syncer {

using nlohmann::json;

namespace {

constexpr std::string_view kPrefix = "tidb/table/";

}  // namespace

std::string table_position_name(int64_t tidb_id) {
    return std::string(kPrefix) + std::to_string(tidb_id);
}

int64_t tidb_id_of(std::string_view position_name) {
    if (!position_name.starts_with(kPrefix)) return 0;
    position_name.remove_prefix(kPrefix.size());
    int64_t id = 0;
    std::from_chars(position_name.data(), position_name.data() + position_name.size(), id);
    return id;
}

std::string encode_synced_table(const SyncedTable& table) {
    json text;
    text["stored"] = table.stored;
    for (const auto& [tidb, stored] : table.column_ids)
        text["columns"][std::to_string(tidb)] = stored;
    text["tidb"] = json::parse(table.tidb_text);
    return text.dump();
}

SyncedTable decode_synced_table(std::string_view text) {
    try {
        const json from = json::parse(text);
        SyncedTable table;
        table.stored = from.at("stored").get<uint64_t>();
        for (const auto& [tidb, stored] : from.at("columns").items())
            table.column_ids[std::stoll(tidb)] = stored.get<uint64_t>();
        table.tidb_text = from.at("tidb").dump();
        table.tidb = parse_table_info(from.at("tidb"));
        return table;
    } catch (const json::exception& error) {
        throw Error(ErrorCode::Corrupt,
                    std::string("the manifest's description of a synced table: ") + error.what());
    }
}

}  // namespace ch::syncer
