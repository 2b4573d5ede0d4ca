#include "syncer/apply/row_block.h"

#include <algorithm>
#include <bit>

#include "base/error.h"
#include "engine/store/write_layout.h"
#include "engine/table/default_value.h"

namespace ch::syncer {

namespace {

TidbColumn row_id_column() {
    TidbColumn column;
    column.id = kRowIdColumn;
    column.name = kRowIdColumnName;
    column.type = MysqlType::LongLong;
    column.is_not_null = true;
    return column;
}

// The columns of the store in which rows have values.
std::vector<std::pair<TidbColumn, const storage::ColumnDefinition*>> value_columns(
    const SyncedTable& table, const storage::SchemaVersion& schema) {
    std::vector<std::pair<TidbColumn, const storage::ColumnDefinition*>> columns;
    for (const TidbColumn& column : table.tidb.columns) {
        auto id = table.column_ids.find(column.id);
        if (id == table.column_ids.end()) continue;
        const storage::ColumnDefinition* stored = schema.find_id(id->second);
        if (stored == nullptr)
            throw Error(ErrorCode::Bug, "table " + table.tidb.name + " has no column " +
                                            std::to_string(id->second));
        columns.emplace_back(column, stored);
    }
    if (const storage::ColumnDefinition* row_id = schema.find_id(kRowIdColumnId))
        columns.emplace_back(row_id_column(), row_id);
    return columns;
}

int handle_index_of(const TidbTable& table, const TidbColumn& column) {
    if (column.id == kRowIdColumn) return 0;
    if (!table.pk_is_handle && !table.is_common_handle) return -1;
    const auto found = std::find(table.primary_key.begin(), table.primary_key.end(), column.name);
    return found == table.primary_key.end() ? -1
                                            : static_cast<int>(found - table.primary_key.begin());
}

bool same(const Datum& a, const Datum& b) {
    return a.kind == b.kind && a.int_value == b.int_value && a.uint_value == b.uint_value &&
           std::bit_cast<uint64_t>(a.double_value) == std::bit_cast<uint64_t>(b.double_value) &&
           std::ranges::equal(a.bytes, b.bytes);
}

}  // namespace

RowBlock::RowBlock(SyncedTable table, const storage::SchemaVersion& schema, ZeroDates zero_dates,
                   const std::shared_ptr<BufferPool>& pool)
    : table_(std::move(table)), pool_(pool) {
    for (auto& [column, stored] : value_columns(table_, schema))
        places_.push_back(
            {column.id, stored->name, handle_index_of(table_.tidb, column), column.is_unsigned,
             ValueColumn(column, table::default_value(storage::table_column(*stored), pool),
                         zero_dates)});
}

void RowBlock::append(const TableChanges::Change& change) {
    try {
        if (change.kind == RowChange::Insert) {
            const InsertedRow inserted =
                decode_inserted_row(change.row, table_.tidb.handle_values());
            append_row(inserted.row, inserted.handle, false);
        } else if (change.kind == RowChange::Delete) {
            append_row(decode_deleted_row(change.row), {}, true);
        } else {
            append_update(decode_updated_row(change.row));
        }
    } catch (const Error& error) {
        throw Error(error.code(), "table " + table_.tidb.name + ": " + error.message(),
                    error.path(), error.offset());
    }
}

void RowBlock::append_update(const UpdatedRow& updated) {
    if (!has_same_key(updated)) append_row(updated.before, {}, true);
    append_row(updated.after, {}, false);
}

bool RowBlock::has_same_key(const UpdatedRow& updated) const {
    for (const std::string& name : table_.tidb.primary_key) {
        const int64_t id = table_.tidb.find(name)->id;
        const Datum* before = updated.before.find(id);
        const Datum* after = updated.after.find(id);
        if (before == nullptr || after == nullptr || !same(*before, *after)) return false;
    }
    return true;
}

void RowBlock::append_row(const RowImage& row, const std::vector<Datum>& handle, bool is_deleted) {
    for (Place& place : places_) append_cell(place, row, handle);
    is_deleted_.push_back(is_deleted ? 1 : 0);
    ++rows_;
}

// The row's own value goes before the handle's, which of a text is not the text but how it sorts.
void RowBlock::append_cell(Place& place, const RowImage& row, const std::vector<Datum>& handle) {
    if (const Datum* value = row.find(place.tidb_id)) return place.values.append(*value);
    if (place.handle_index < 0) return place.values.append_missing();
    const auto index = static_cast<size_t>(place.handle_index);
    if (index >= handle.size())
        throw Error(ErrorCode::Corrupt, "a row without a value of " + place.name + ", its key");
    Datum value = handle[index];
    if (place.is_unsigned && value.kind == Datum::Kind::Int) {
        value.kind = Datum::Kind::UInt;
        value.uint_value = static_cast<uint64_t>(value.int_value);
    }
    place.values.append(value);
}

size_t RowBlock::bytes() const {
    size_t bytes = is_deleted_.size();
    for (const Place& place : places_) bytes += place.values.bytes();
    return bytes;
}

column::Block RowBlock::take() {
    column::Block block{rows_, {}, {}};
    for (Place& place : places_) {
        block.names.push_back(place.name);
        block.columns.push_back(place.values.take(pool_));
    }
    column::Column flags =
        column::make_column(column::make_type(column::TypeId::UInt8), rows_, pool_);
    std::copy(is_deleted_.begin(), is_deleted_.end(), flags.data.data());
    block.names.emplace_back(kDeletedColumn);
    block.columns.push_back(std::make_shared<const column::Column>(std::move(flags)));
    is_deleted_.clear();
    rows_ = 0;
    return block;
}

}  // namespace ch::syncer
