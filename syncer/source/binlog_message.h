#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace ch::syncer {

enum class BinlogType : uint8_t { Prewrite = 0, Commit = 1, Rollback = 2 };

/// What TiDB sends to a pump, one message a call. Views lie in the bytes that were decoded.
///
///   1 type   2 start_ts   3 commit_ts   4 key   5 prewrite_value   6 ddl_query   7 ddl_job_id
///   8 ddl_state
struct BinlogMessage {
    BinlogType type = BinlogType::Prewrite;
    uint64_t start_ts = 0;
    uint64_t commit_ts = 0;  ///< Commit only
    Bytes key;               ///< of one of the transaction's entries in TiKV
    Bytes prewrite_value;    ///< Prewrite of rows: a RowChanges
    std::string_view ddl_query;
    int64_t ddl_job_id = 0;  ///< 0 = the transaction changes rows
    int32_t ddl_state = 0;   ///< the schema object's: 0 none, 1 delete-only, 5 public

    [[nodiscard]] bool is_ddl() const { return ddl_job_id != 0; }
};

/// Throws Error{Corrupt | Unsupported}.
BinlogMessage decode_binlog_message(Bytes bytes);

enum class RowChange : uint8_t { Insert, Update, Delete };

/// The rows that a transaction changed in one table, in the order of its statements; of each, the
/// encoded images (row_image.h).
struct TableChanges {
    int64_t table_id = 0;  ///< of a partitioned table the logical one
    struct Change {
        RowChange kind = RowChange::Insert;
        Bytes row;
    };
    std::vector<Change> changes;
};

struct RowChanges {
    int64_t schema_version = 0;
    std::vector<TableChanges> tables;
};

///   RowChanges   1 schema_version   2 TableChanges*
///   TableChanges 1 table_id   2 inserted*   3 updated*   6 deleted*   7 sequence*
///
/// The sequence says from which of the three lists the next row comes. Throws Error{Corrupt |
/// Unsupported}.
RowChanges decode_row_changes(Bytes bytes);

}  // namespace ch::syncer
