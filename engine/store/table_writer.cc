#include "engine/store/table_writer.h"

#include <algorithm>

#include "engine/exec/concat.h"
#include "engine/exec/gather.h"
#include "engine/exec/sort.h"
#include "engine/exec/stored_order.h"
#include "engine/store/new_bitmap.h"
#include "engine/store/part_record.h"
#include "engine/store/tso.h"
#include "engine/table/default_value.h"

namespace ch::storage {

using column::Block;
using column::ColumnPtr;

namespace {

/// Parts whose files stay open until the commit syncs them together; those behind are synced as
/// they are written, since descriptors are few.
constexpr size_t kOpenPartsMax = 8;

ColumnPtr number_column(const column::TypePtr& type, uint64_t value, size_t rows,
                        const std::shared_ptr<BufferPool>& pool) {
    column::Column column = column::make_column(type, rows, pool);
    auto* values = column.data.as<uint64_t>();
    std::fill(values, values + rows, value);
    return std::make_shared<const column::Column>(std::move(column));
}

}  // namespace

WriteTarget write_target(const Transaction& transaction, TableId table) {
    WriteTarget target;
    target.table = table;
    if (std::shared_ptr<const TableState> found = transaction.base().find(table)) {
        target.folder = found->folder;
        target.schema = found->schema();
        target.epoch = transaction.base().epoch(table);
        target.max_commit_ts = found->max_commit_ts;
    }
    for (const TableEdit& edit : transaction.edit().tables) {
        if (edit.table != table) continue;
        if (!edit.folder.empty()) target.folder = edit.folder;
        if (edit.schema) target.schema = *edit.schema;
    }
    if (target.folder.empty())
        throw Error(ErrorCode::NotFound, "there is no table of the id " + std::to_string(table));
    return target;
}

uint64_t allot_commit_ts(const std::vector<WriteTarget>& targets, uint64_t now_ms) {
    uint64_t commit_ts = tso_of_ms(now_ms);
    for (const WriteTarget& target : targets)
        commit_ts = std::max(commit_ts, target.max_commit_ts + 1);
    return commit_ts;
}

TableWriter::TableWriter(Database& database, WriteTarget target, std::shared_ptr<BufferPool> pool,
                         WriteOptions options)
    : database_(database),
      target_(std::move(target)),
      layout_(make_write_layout(target_.schema)),
      pool_(std::move(pool)),
      options_(options) {
    if (!layout_.replacing) return;
    commit_ts_ = options.commit_ts.value_or(allot_commit_ts({target_}, database.now_ms()));
    if (commit_ts_ <= target_.max_commit_ts)
        throw Error(ErrorCode::InvalidArgument,
                    "the rows' version " + std::to_string(commit_ts_) + " is not above " +
                        std::to_string(target_.max_commit_ts) + ", the table's last one",
                    database.root() + "/" + target_.folder);
}

template <typename Work>
void TableWriter::explained(Work work) {
    try {
        work();
    } catch (const Error& error) {
        throw database_.explain(error, {target_.table, target_.epoch});
    }
}

void TableWriter::append(const Block& rows) {
    if (rows.rows == 0) return;
    waiting_.push_back(complete(rows));
    waiting_rows_ += rows.rows;
    for (const ColumnPtr& column : waiting_.back().columns) waiting_bytes_ += column->bytes();
    if (waiting_rows_ >= options_.part_rows_max || waiting_bytes_ >= options_.part_bytes_max)
        explained([&] { flush(); });
}

/// The columns of the table, those of the block where it has them.
Block TableWriter::complete(const Block& rows) const {
    for (const std::string& name : rows.names)
        if (layout_.find(name) == nullptr ||
            (layout_.replacing && name == layout_.replacing->version))
            throw Error(
                ErrorCode::InvalidArgument,
                "column " + name + " cannot be given: " +
                    (layout_.find(name) == nullptr ? "the table does not store one of that name"
                                                   : "the table gives rows their version"));
    Block block{rows.rows, {}, {}};
    for (const table::TableColumn& column : layout_.columns) {
        ColumnPtr values = rows.find(column.name);
        if (layout_.replacing && column.name == layout_.replacing->version)
            values = number_column(column.type, commit_ts_, rows.rows, pool_);
        if (!values) values = table::repeat(*table::default_value(column, pool_), rows.rows, pool_);
        if (!(*values->type == *column.type) || values->rows != rows.rows)
            throw Error(ErrorCode::InvalidArgument,
                        "column " + column.name + " has " + std::to_string(values->rows) +
                            " rows of type " + values->type->name() + ", expected " +
                            std::to_string(rows.rows) + " of " + column.type->name());
        block.names.push_back(column.name);
        block.columns.push_back(std::move(values));
    }
    return block;
}

void TableWriter::flush() {
    if (waiting_rows_ == 0) return;
    Block joined{waiting_rows_, waiting_[0].names, {}};
    for (size_t i = 0; i < joined.names.size(); ++i) {
        std::vector<exec::ColumnPiece> pieces;
        for (Block& block : waiting_)
            pieces.push_back({std::move(block.columns[i]), 0, block.rows});
        joined.columns.push_back(exec::concat(pieces, pool_));
    }
    waiting_.clear();
    waiting_rows_ = waiting_bytes_ = 0;
    joined = exec::sort_block(joined, layout_.spec.sorting_key, pool_);
    if (layout_.replacing) joined = last_of_each_key(joined);
    for (const table::PartitionKey::Rows& rows : layout_.partition.split(joined, pool_))
        write_part(rows);
}

/// Sorting keeps the order of rows of one key, so the last is the one that was given last.
Block TableWriter::last_of_each_key(const Block& sorted) const {
    const std::vector<ColumnPtr> key = exec::columns_of(sorted, layout_.spec.sorting_key);
    std::vector<uint32_t> kept;
    for (size_t row = 0; row < sorted.rows; ++row)
        if (row + 1 == sorted.rows || exec::compare_stored(key, row, key, row + 1) != 0)
            kept.push_back(static_cast<uint32_t>(row));
    if (kept.size() == sorted.rows) return sorted;
    Block block{kept.size(), sorted.names, {}};
    for (const ColumnPtr& column : sorted.columns)
        block.columns.push_back(
            std::make_shared<const column::Column>(exec::gather(*column, kept, pool_)));
    return block;
}

void TableWriter::write_part(const table::PartitionKey::Rows& rows) {
    part::PartSpec spec = layout_.spec;
    spec.partition_values = rows.values;
    spec.sync = options_.is_apart || parts_.size() >= kOpenPartsMax;
    std::string folder = database_.new_part_folder(target_.folder, target_.epoch);
    part::PartWriter writer(database_.files(), folder, std::move(spec), pool_);
    writer.append(rows.block);
    parts_.push_back(describe_part(layout_, target_.schema.id, std::move(folder), writer.finish()));
    NewPart& part = parts_.back();
    part.record.min_commit_ts = part.record.max_commit_ts = commit_ts_;
    rows_ += rows.block.rows;
    if (layout_.replacing && options_.writes_bitmaps)
        add_tombstones(part, *rows.block.find(layout_.replacing->is_deleted));
}

/// Where a partition has several parts, rows of one may replace those of another, too.
void TableWriter::add_tombstones(NewPart& part, const column::Column& is_deleted) {
    if (++parts_of_partition_[part.partition_id] > 1) {
        for (NewPart& other : parts_)
            if (other.partition_id == part.partition_id) other.bitmap.reset();
        return;
    }
    HiddenRows tombstones(part.record.rows);
    tombstones.add_flagged(0, is_deleted);
    NewBitmap bitmap = write_bitmap(database_, target_.table, part.folder, tombstones, commit_ts_);
    if (bitmap.file) part.unsynced.push_back(std::move(bitmap.file));
    part.bitmap = std::move(bitmap.record);
}

void TableWriter::finish(Transaction& transaction) {
    explained([&] {
        flush();
        if (layout_.replacing && options_.writes_bitmaps)
            hide_older_rows(database_, transaction, target_, parts_, pool_);
    });
    for (NewPart& part : parts_) transaction.add_part(target_.table, std::move(part));
    parts_.clear();
}

std::vector<NewPart> TableWriter::finish_apart() {
    CH_ASSERT(options_.is_apart);
    explained([&] {
        flush();
        for (NewPart& part : parts_) {
            for (const std::unique_ptr<io::WritableFile>& file : part.unsynced) {
                file->sync();
                file->close();
            }
            part.unsynced.clear();
        }
    });
    return std::move(parts_);
}

}  // namespace ch::storage
