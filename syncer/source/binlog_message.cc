#include "syncer/source/binlog_message.h"

#include "base/error.h"
#include "syncer/limits.h"
#include "syncer/source/wire.h"

namespace ch::syncer {

namespace {

BinlogType binlog_type(uint64_t number) {
    if (number > static_cast<uint64_t>(BinlogType::Rollback))
        throw Error(ErrorCode::Unsupported,
                    "a binlog message of type " + std::to_string(number) +
                        ", expected 0 (prewrite), 1 (commit) or 2 (rollback)");
    return static_cast<BinlogType>(number);
}

// Deletes had three forms; the last one, with the whole row, is all that TiDB still sends.
RowChange row_change(uint64_t number) {
    if (number == 0) return RowChange::Insert;
    if (number == 1) return RowChange::Update;
    if (number == 4) return RowChange::Delete;
    throw Error(ErrorCode::Unsupported, "a row change of kind " + std::to_string(number) +
                                            ", expected 0 (insert), 1 (update) or 4 (delete)");
}

struct EncodedTable {
    int64_t table_id = 0;
    std::vector<Bytes> rows[3];  // by RowChange
    std::vector<RowChange> sequence;
};

EncodedTable read_table(Bytes bytes) {
    EncodedTable table;
    WireReader reader(bytes);
    while (std::optional<WireField> field = reader.next()) {
        switch (field->number) {
            case 1:
                table.table_id = static_cast<int64_t>(field->as_number());
                break;
            case 2:
                table.rows[static_cast<int>(RowChange::Insert)].push_back(field->as_bytes());
                break;
            case 3:
                table.rows[static_cast<int>(RowChange::Update)].push_back(field->as_bytes());
                break;
            case 6:
                table.rows[static_cast<int>(RowChange::Delete)].push_back(field->as_bytes());
                break;
            case 7:
                if (field->kind == WireField::Kind::Number) {
                    table.sequence.push_back(row_change(field->value));
                } else {  // packed
                    ByteReader packed(field->bytes);
                    while (!packed.at_end())
                        table.sequence.push_back(row_change(packed.read_varuint()));
                }
                break;
            default:
                break;
        }
    }
    return table;
}

TableChanges in_sequence(const EncodedTable& encoded) {
    TableChanges table;
    table.table_id = encoded.table_id;
    size_t next[3] = {};
    for (RowChange kind : encoded.sequence) {
        const auto of_kind = static_cast<size_t>(kind);
        if (next[of_kind] == encoded.rows[of_kind].size())
            throw Error(ErrorCode::Corrupt, "the changes of table " +
                                                std::to_string(encoded.table_id) +
                                                " name more rows than they have");
        table.changes.push_back({kind, encoded.rows[of_kind][next[of_kind]++]});
    }
    size_t rows = 0;
    for (const std::vector<Bytes>& list : encoded.rows) rows += list.size();
    if (rows != table.changes.size())
        throw Error(ErrorCode::Corrupt, "the changes of table " + std::to_string(encoded.table_id) +
                                            " have " + std::to_string(rows) + " rows, but name " +
                                            std::to_string(table.changes.size()));
    return table;
}

}  // namespace

BinlogMessage decode_binlog_message(Bytes bytes) {
    BinlogMessage message;
    WireReader reader(bytes);
    while (std::optional<WireField> field = reader.next()) {
        switch (field->number) {
            case 1:
                message.type = binlog_type(field->as_number());
                break;
            case 2:
                message.start_ts = field->as_number();
                break;
            case 3:
                message.commit_ts = field->as_number();
                break;
            case 4:
                message.key = field->as_bytes();
                break;
            case 5:
                message.prewrite_value = field->as_bytes();
                break;
            case 6:
                message.ddl_query = as_text(field->as_bytes());
                break;
            case 7:
                message.ddl_job_id = static_cast<int64_t>(field->as_number());
                break;
            case 8:
                message.ddl_state = static_cast<int32_t>(field->as_number());
                break;
            default:
                break;
        }
    }
    if (message.start_ts == 0) throw Error(ErrorCode::Corrupt, "a binlog message has no start_ts");
    if (message.type == BinlogType::Commit && message.commit_ts <= message.start_ts)
        throw Error(ErrorCode::Corrupt,
                    "a transaction that began at " + std::to_string(message.start_ts) +
                        " was committed at " + std::to_string(message.commit_ts));
    return message;
}

RowChanges decode_row_changes(Bytes bytes) {
    RowChanges changes;
    WireReader reader(bytes);
    while (std::optional<WireField> field = reader.next()) {
        if (field->number == 1) changes.schema_version = static_cast<int64_t>(field->as_number());
        if (field->number != 2) continue;
        if (changes.tables.size() == kMessageTablesMax)
            throw Error(ErrorCode::Corrupt, "a transaction of more than " +
                                                std::to_string(kMessageTablesMax) + " tables");
        changes.tables.push_back(in_sequence(read_table(field->as_bytes())));
    }
    return changes;
}

}  // namespace ch::syncer
