#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ch::syncer {

/// TiDB's numbers of the DDL jobs that change more than a table's description.
enum class DdlKind : uint8_t {
    Other = 0,
    CreateSchema = 1,
    DropSchema = 2,
    CreateTable = 3,
    DropTable = 4,
    TruncateTable = 11,
    DropPartition = 20,
    TruncatePartition = 23,
    RecoverTable = 25,
    DropPrimaryKey = 33,
    AddPrimaryKey = 32,
    ExchangePartition = 42,
    RenameTables = 47,
    CreateTables = 61,
    RecoverSchema = 64,
};

/// A DDL statement as TiDB's history has it when it is done.
struct DdlJob {
    int64_t id = 0;
    DdlKind kind = DdlKind::Other;
    bool is_done = false;  ///< false: it was rolled back and changed nothing
    int64_t table_id = 0;  ///< before the job; a truncated table has another id after it
    std::string schema_name;
    std::string query;
    int64_t schema_version = 0;
    std::vector<std::string> tables;  ///< descriptions of the tables as they are after it, as JSON
};

/// The first job of an answer of /ddl/history. Throws Error{Corrupt}.
DdlJob parse_ddl_job(std::string_view text);

}  // namespace ch::syncer
