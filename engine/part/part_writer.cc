#include "engine/part/part_writer.h"

#include <algorithm>

#include "engine/exec/concat.h"
#include "engine/exec/sort.h"
#include "engine/exec/stored_order.h"
#include "engine/format/partition_id.h"
#include "engine/format/small_files.h"
#include "engine/format/stream_name.h"
#include "engine/format/write_value.h"
#include "engine/part/column_sink.h"
#include "engine/part/skip_index_writer.h"

namespace ch::part {

using column::Block;
using column::ColumnPtr;

namespace {

void check_spec(const PartSpec& spec) {
    auto fail = [](const std::string& what) { throw Error(ErrorCode::InvalidArgument, what); };
    if (spec.columns.empty()) fail("a part needs a column");
    if (spec.granule_rows == 0) fail("index_granularity is 0, at least 1 is needed");
    if (spec.partition_types.size() != spec.partition_values.size())
        fail(std::to_string(spec.partition_values.size()) + " partition values for " +
             std::to_string(spec.partition_types.size()) + " types");
    for (const PartSpec::Index& index : spec.indices)
        if (index.granularity == 0 || index.columns.empty())
            fail("index \"" + index.name + "\" needs a column and a GRANULARITY of at least 1");
}

std::vector<std::string> column_names(const PartSpec& spec) {
    std::vector<std::string> names;
    for (const PartSpec::Column& column : spec.columns) names.push_back(column.name);
    return names;
}

std::vector<column::Scalar> key_at(const std::vector<ColumnPtr>& key, size_t row) {
    std::vector<column::Scalar> values;
    for (const ColumnPtr& column : key) values.push_back(format::scalar_at(*column, row));
    return values;
}

}  // namespace

struct PartWriter::State {
    State(io::FileSystem& to, std::string in_folder, PartSpec part_spec,
          std::shared_ptr<BufferPool> buffers)
        : folder(std::move(in_folder)),
          spec(std::move(part_spec)),
          pool(std::move(buffers)),
          files(to, folder),
          names(column_names(spec)),
          range_names(spec.min_max_columns) {
        range_names.insert(range_names.end(), spec.range_columns.begin(), spec.range_columns.end());
        if (spec.kind) begin(*spec.kind);
    }

    void begin(PartKind part_kind) {
        kind = part_kind;
        sink = kind == PartKind::Wide ? make_wide_sink(spec, files, pool)
                                      : make_compact_sink(spec, files, pool);
        indices = make_skip_index_writers(spec, kind, files, pool);
    }

    /// Blocks wait until the kind is known; in a Compact part, for whole granules too.
    void append(const Block& block) {
        if (block.rows == 0) return;
        check(block);
        waiting.push_back(block);
        waiting_rows += block.rows;
        for (const ColumnPtr& column : block.columns) waiting_bytes += column->bytes();
        bool is_large = waiting_bytes >= spec.wide_bytes_min ||
                        (spec.wide_rows_min > 0 && waiting_rows >= spec.wide_rows_min);
        if (sink == nullptr && is_large) begin(PartKind::Wide);
        if (sink == nullptr) return;
        if (kind == PartKind::Wide)
            write_waiting();
        else if (waiting_rows >= spec.granule_rows * kGranulesWaiting)
            write_joined(false);
    }

    void check(const Block& block) const {
        std::vector<ColumnPtr> columns = exec::columns_of(block, names);
        for (size_t i = 0; i < columns.size(); ++i) {
            const PartSpec::Column& wanted = spec.columns[i];
            bool fits = columns[i]->rows == block.rows && *columns[i]->type == *wanted.type;
            if (!fits)
                throw Error(ErrorCode::InvalidArgument,
                            "column \"" + wanted.name + "\" has " +
                                std::to_string(columns[i]->rows) + " rows of type " +
                                columns[i]->type->name() + ", expected " +
                                std::to_string(block.rows) + " of " + wanted.type->name());
        }
    }

    void write_waiting() {
        for (const Block& block : waiting) write(block);
        waiting.clear();
        waiting_rows = waiting_bytes = 0;
    }

    /// Writes the waiting rows as one block; unless it is the end, a last incomplete granule waits
    /// on.
    void write_joined(bool is_end) {
        if (waiting_rows == 0) return;
        Block joined{waiting_rows, waiting[0].names, {}};
        for (const std::string& name : joined.names) {
            std::vector<exec::ColumnPiece> pieces;
            for (const Block& block : waiting) pieces.push_back({block.find(name), 0, block.rows});
            joined.columns.push_back(exec::concat(pieces, pool));
        }
        size_t left = 0;
        if (!is_end) left = joined.rows % granule_rows_of(joined);
        Block rest{left, joined.names, {}};
        Block whole{joined.rows - left, joined.names, {}};
        for (const ColumnPtr& column : joined.columns) {
            exec::ColumnPiece head{column, 0, whole.rows};
            exec::ColumnPiece tail{column, whole.rows, left};
            whole.columns.push_back(left == 0 ? column : exec::concat({&head, 1}, pool));
            if (left > 0) rest.columns.push_back(exec::concat({&tail, 1}, pool));
        }
        waiting.clear();
        waiting_rows = left;
        waiting_bytes = 0;
        write(whole);
        granule_left = 0;
        if (left > 0) waiting.push_back(std::move(rest));
    }

    /// ClickHouse's adaptive granularity: as many rows as make granule_bytes, at most granule_rows.
    [[nodiscard]] uint64_t granule_rows_of(const Block& block) const {
        if (spec.granule_bytes == 0) return spec.granule_rows;
        uint64_t bytes = 0;
        for (const ColumnPtr& column : exec::columns_of(block, names)) bytes += column->bytes();
        uint64_t row_bytes = std::max<uint64_t>(1, bytes / block.rows);
        return std::clamp<uint64_t>(spec.granule_bytes / row_bytes, 1, spec.granule_rows);
    }

    std::vector<GranulePiece> cut(const Block& block) {
        std::vector<GranulePiece> pieces;
        uint64_t granule_size = granule_rows_of(block);
        for (size_t row = 0; row < block.rows;) {
            bool begins = granule_left == 0;
            if (begins) {
                granule_left = granule_size;
                granule_rows.push_back(0);
            }
            auto rows = static_cast<size_t>(std::min<uint64_t>(block.rows - row, granule_left));
            pieces.push_back({row, rows, begins});
            granule_rows.back() += rows;
            granule_left -= rows;
            row += rows;
        }
        return pieces;
    }

    void write(const Block& block) {
        if (block.rows == 0) return;
        std::vector<GranulePiece> pieces = cut(block);
        std::vector<ColumnPtr> columns = exec::columns_of(block, names);
        for (const ColumnPtr& column : columns) result.plain_bytes += column->bytes();
        sink->write(columns, pieces);
        for (const auto& index : indices) index->write(block, pieces);
        write_keys(block, pieces);
        add_ranges(block);
        result.rows += block.rows;
    }

    void write_keys(const Block& block, const std::vector<GranulePiece>& pieces) {
        std::vector<ColumnPtr> primary = exec::columns_of(block, spec.primary_key);
        for (const GranulePiece& piece : pieces) {
            if (!piece.begins_granule) continue;
            for (const ColumnPtr& column : primary)
                format::append_value(primary_index, *column, piece.from);
        }
        last_primary.clear();
        for (const ColumnPtr& column : primary)
            format::append_value(last_primary, *column, block.rows - 1);
        std::vector<ColumnPtr> sorting = exec::columns_of(block, spec.sorting_key);
        if (result.rows == 0) result.first_key = key_at(sorting, 0);
        result.last_key = key_at(sorting, block.rows - 1);
    }

    void add_ranges(const Block& block) {
        std::vector<ColumnPtr> columns = exec::columns_of(block, range_names);
        for (size_t i = 0; i < columns.size(); ++i) {
            if (ranges.size() == i) ranges.emplace_back(columns[i]->type);
            ranges[i].add(*columns[i], 0, block.rows);
        }
    }

    void write_small_files() {
        if (!spec.primary_key.empty()) {
            if (result.rows > 0) primary_index += last_primary;
            files.write("primary.idx", as_bytes(primary_index));
        }
        if (!spec.partition_types.empty()) {
            std::string values;
            for (size_t i = 0; i < spec.partition_types.size(); ++i)
                format::append_value(values, *spec.partition_types[i], spec.partition_values[i]);
            files.write("partition.dat", as_bytes(values));
        }
        for (size_t i = 0; i < ranges.size(); ++i) {
            result.ranges.push_back({range_names[i], ranges[i].min(), ranges[i].max()});
            if (i >= spec.min_max_columns.size()) continue;
            std::string values;
            format::append_value(values, *ranges[i].type(), ranges[i].min());
            format::append_value(values, *ranges[i].type(), ranges[i].max());
            files.write("minmax_" + format::escape_for_file_name(range_names[i]) + ".idx",
                        as_bytes(values));
        }
        files.write("count.txt", as_bytes(std::to_string(result.rows)));
        std::vector<column::NameAndType> columns;
        for (const PartSpec::Column& column : spec.columns)
            columns.push_back({column.name, column.type});
        files.write_unlisted("columns.txt", as_bytes(format::columns_txt(columns)));
        files.write_unlisted("default_compression_codec.txt",
                             as_bytes("CODEC(" + spec.codec.text() + ")"));
        files.write_unlisted("metadata_version.txt", as_bytes("0"));
    }

    WrittenPart finish() {
        if (sink == nullptr) begin(PartKind::Compact);
        if (kind == PartKind::Compact)
            write_joined(true);
        else
            write_waiting();
        result.granules = granule_rows.size();
        granule_rows.push_back(0);  // the final mark
        sink->finish(granule_rows);
        for (const auto& index : indices) index->finish();
        write_small_files();
        result.kind = kind;
        result.partition_id = format::partition_id(spec.partition_types, spec.partition_values);
        result.checksums_hash = files.write_checksums(pool);
        result.bytes = files.bytes();
        result.unlisted = files.take_unlisted();
        result.open_files = files.take_open();
        if (spec.sync) {
            for (const auto& file : result.open_files) {
                file->sync();
                file->close();
            }
            result.open_files.clear();
        }
        return std::move(result);
    }

    static constexpr size_t kGranulesWaiting = 8;

    std::string folder;
    PartSpec spec;
    std::shared_ptr<BufferPool> pool;
    PartFiles files;
    std::vector<std::string> names;
    std::vector<std::string> range_names;
    PartKind kind = PartKind::Wide;
    std::unique_ptr<ColumnSink> sink;
    std::vector<std::unique_ptr<SkipIndexWriter>> indices;
    std::vector<Block> waiting;
    uint64_t waiting_rows = 0;
    uint64_t waiting_bytes = 0;
    uint64_t granule_left = 0;
    std::vector<uint64_t> granule_rows;
    std::string primary_index;
    std::string last_primary;
    std::vector<exec::StoredRange> ranges;
    WrittenPart result;
};

PartWriter::PartWriter(io::FileSystem& files, std::string folder, PartSpec spec,
                       std::shared_ptr<BufferPool> pool) {
    check_spec(spec);
    state_ = std::make_unique<State>(files, std::move(folder), std::move(spec), std::move(pool));
}

PartWriter::~PartWriter() = default;

void PartWriter::append(const Block& block) {
    state_->append(block);
}

WrittenPart PartWriter::finish() {
    return state_->finish();
}

}  // namespace ch::part
