#include "syncer/source/ddl_job.h"

#include <array>

#include "base/error.h"
#include "nlohmann/json.hpp"

namespace ch::syncer {

using nlohmann::json;

namespace {

constexpr int kJobDone = 4, kJobSynced = 6;

DdlKind ddl_kind(int64_t number) {
    static constexpr std::array kKinds = {
        DdlKind::CreateSchema,  DdlKind::DropSchema,        DdlKind::CreateTable,
        DdlKind::DropTable,     DdlKind::TruncateTable,     DdlKind::DropPartition,
        DdlKind::RecoverTable,  DdlKind::TruncatePartition, DdlKind::DropPrimaryKey,
        DdlKind::AddPrimaryKey, DdlKind::ExchangePartition, DdlKind::RenameTables,
        DdlKind::CreateTables,  DdlKind::RecoverSchema};
    for (DdlKind kind : kKinds)
        if (static_cast<int64_t>(kind) == number) return kind;
    return DdlKind::Other;
}

void add_table(DdlJob& job, const json& table) {
    if (table.is_object()) job.tables.push_back(table.dump());
}

}  // namespace

DdlJob parse_ddl_job(std::string_view text) {
    try {
        const json answer = json::parse(text);
        const json& from = answer.is_array() ? answer.at(0) : answer;
        DdlJob job;
        job.id = from.at("id").get<int64_t>();
        job.kind = ddl_kind(from.at("type").get<int64_t>());
        const int state = from.at("state").get<int>();
        job.is_done = state == kJobDone || state == kJobSynced;
        job.table_id = from.value("table_id", int64_t{0});
        job.schema_name = from.value("schema_name", "");
        job.query = from.value("query", "");
        const json& binlog = from.at("binlog");
        if (!binlog.is_object()) return job;
        job.schema_version = binlog.value("SchemaVersion", int64_t{0});
        if (auto found = binlog.find("TableInfo"); found != binlog.end()) add_table(job, *found);
        if (auto found = binlog.find("MultipleTableInfos");
            found != binlog.end() && found->is_array())
            for (const json& table : *found) add_table(job, table);
        return job;
    } catch (const json::exception& error) {
        throw Error(ErrorCode::Corrupt, std::string("TiDB's record of a DDL job: ") + error.what());
    }
}

}  // namespace ch::syncer
