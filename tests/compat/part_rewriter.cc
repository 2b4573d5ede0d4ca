// Reads a plain table folder and writes its rows as new parts: sorted by the table's ORDER BY, cut
// by its PARTITION BY, with its skip indices.
//
// Usage: part_rewriter TABLE_FOLDER TO_FOLDER [name=value...]
//   kind=wide|compact|size   codec=LZ4|NONE|ZSTD(n)   column_codec.NAME=...   granule_rows=n
//   granule_bytes=n          wide_bytes_min=n         block_rows=n            first_block=n
//   plant=value|order|key|index: a fault that the test must find
// Prints a line for each part: its folder, rows, bytes, first and last file hash.

#include <cstdio>
#include <map>
#include <string>

#include "base/io/posix_fs.h"
#include "engine/exec/concat.h"
#include "engine/exec/evaluate.h"
#include "engine/exec/gather.h"
#include "engine/exec/sort.h"
#include "engine/part/part_reader.h"
#include "engine/part/part_writer.h"
#include "engine/table/partition_key.h"
#include "engine/table/sql_token.h"
#include "engine/table/table.h"

namespace {

namespace column = ch::column;
namespace exec = ch::exec;
namespace format = ch::format;
namespace io = ch::io;
namespace part = ch::part;
namespace table = ch::table;
using ch::BufferPool;
using ch::Error;
using ch::ErrorCode;
using ch::MemoryBudget;
using column::Block;
using column::ColumnPtr;

constexpr size_t kMemoryBytes = size_t{8} << 30;

struct Options {
    std::map<std::string, std::string> values;

    [[nodiscard]] std::string text(const std::string& name, const std::string& otherwise) const {
        auto found = values.find(name);
        return found == values.end() ? otherwise : found->second;
    }
    [[nodiscard]] uint64_t number(const std::string& name, uint64_t otherwise) const {
        return std::stoull(text(name, std::to_string(otherwise)));
    }
};

Block read_rows(const table::Table& table, const std::shared_ptr<BufferPool>& pool) {
    std::map<std::string, std::vector<exec::ColumnPiece>> pieces;
    Block block;
    for (const auto& part : table.parts()) {
        if (part->rows() == 0) continue;
        part::PartReader::Options options;
        options.pool = pool;
        part::PartReader reader(part, options);
        block.rows += part->rows();
        for (size_t i = 0; i < part->columns().size(); ++i) {
            reader.seek(i, 0);
            auto column = std::make_shared<const column::Column>(reader.read(i, part->rows()));
            pieces[part->columns()[i].name].push_back({column, 0, column->rows});
        }
    }
    for (const table::TableColumn& column : table.schema().columns) {
        block.names.push_back(column.name);
        if (block.rows == 0)
            block.columns.push_back(
                std::make_shared<const column::Column>(column::make_column(column.type, 0, pool)));
        else
            block.columns.push_back(exec::concat(pieces.at(column.name), pool));
    }
    return block;
}

std::vector<std::string> names_of(const std::vector<std::string>& expressions) {
    std::vector<std::string> names;
    for (const std::string& sql : expressions)
        names.push_back(table::unquote(table::tokenize_sql(sql)[0]));
    return names;
}

part::PartSpec make_spec(const table::TableSchema& schema, const table::PartitionKey& partition,
                         const Options& options) {
    part::PartSpec spec;
    for (const table::TableColumn& column : schema.columns) {
        std::string codec = options.text("column_codec." + column.name, "");
        spec.columns.push_back({column.name, column.type, {}});
        if (!codec.empty()) spec.columns.back().codec = format::FrameCodec::of_declaration(codec);
    }
    spec.sorting_key = names_of(schema.sorting_key);
    spec.primary_key = names_of(schema.primary_key);
    spec.partition_types = partition.types();
    spec.min_max_columns = partition.columns();
    for (const auto& index : schema.skip_indices)
        spec.indices.push_back(
            {index.name, index.type, names_of({index.expression}), {}, index.granularity});
    spec.codec = format::FrameCodec::of_declaration(options.text("codec", "LZ4"));
    std::string kind = options.text("kind", "size");
    if (kind == "wide") spec.kind = part::PartKind::Wide;
    if (kind == "compact") spec.kind = part::PartKind::Compact;
    spec.granule_rows = options.number("granule_rows", 8192);
    spec.granule_bytes = options.number("granule_bytes", 10'485'760);
    spec.wide_bytes_min = options.number("wide_bytes_min", 10'485'760);
    spec.sync = true;
    return spec;
}

/// Adds a copy of the column whose rows are moved on by half.
std::string add_moved(Block& rows, const std::string& name,
                      const std::shared_ptr<BufferPool>& pool) {
    std::vector<uint32_t> order(rows.rows);
    for (size_t i = 0; i < order.size(); ++i)
        order[i] = static_cast<uint32_t>((i + order.size() / 2) % order.size());
    rows.names.push_back("moved." + name);
    rows.columns.push_back(
        std::make_shared<const column::Column>(exec::gather(*rows.find(name), order, pool)));
    return rows.names.back();
}

/// Faults that ClickHouse's checksums do not see, for the test to find.
void plant(const std::string& fault, Block& rows, part::PartSpec& spec,
           const std::shared_ptr<BufferPool>& pool) {
    if (fault == "value") {
        std::string moved = add_moved(rows, rows.names.back(), pool);
        rows.columns[spec.columns.size() - 1] = rows.find(moved);
    }
    if (fault == "order") {
        std::vector<uint32_t> order(rows.rows);
        for (size_t i = 0; i < order.size(); ++i)
            order[i] = static_cast<uint32_t>(order.size() - 1 - i);
        for (ColumnPtr& column : rows.columns)
            column = std::make_shared<const column::Column>(exec::gather(*column, order, pool));
    }
    if (fault == "key")
        for (std::string& name : spec.primary_key) name = add_moved(rows, name, pool);
    if (fault == "index")
        for (part::PartSpec::Index& index : spec.indices) {
            index.types = {rows.find(index.columns[0])->type};
            index.columns = {add_moved(rows, index.columns[0], pool)};
        }
}

void rewrite(const std::string& from, const std::string& to, const Options& options) {
    auto files = std::make_shared<io::PosixFs>();
    auto pool = std::make_shared<BufferPool>(std::make_shared<MemoryBudget>(kMemoryBytes));
    std::shared_ptr<const table::Table> table = table::Table::open(files, from);
    const table::TableSchema& schema = table->schema();
    auto type_of = [&](std::string_view name) {
        const table::TableColumn* column = schema.find(name);
        return column == nullptr ? nullptr : column->type;
    };
    auto partition = table::PartitionKey::parse(schema.partition_key, type_of);
    part::PartSpec spec = make_spec(schema, partition, options);
    Block rows = exec::sort_block(read_rows(*table, pool), spec.sorting_key, pool);
    plant(options.text("plant", ""), rows, spec, pool);
    uint64_t number = options.number("first_block", 1);
    for (const table::PartitionKey::Rows& part : partition.split(rows, pool)) {
        spec.partition_values = part.values;
        std::string folder = to + "/tmp_" + std::to_string(number);
        files->make_folder(folder);
        part::PartWriter writer(*files, folder, spec, pool);
        size_t step = options.number("block_rows", part.block.rows);
        for (size_t row = 0; row < part.block.rows; row += step) {
            Block piece{std::min(step, part.block.rows - row), part.block.names, {}};
            for (const ColumnPtr& column : part.block.columns)
                piece.columns.push_back(exec::slice(column, row, piece.rows, pool));
            writer.append(piece);
        }
        part::WrittenPart written = writer.finish();
        std::string block = std::to_string(number++);
        std::string name = written.partition_id + "_" + block + "_" + block + "_0";
        if (!files->rename_new(folder, to + "/" + name))
            throw Error(ErrorCode::Io, "the name is taken", to + "/" + name);
        std::printf("%s %llu %llu %s\n", name.c_str(),
                    static_cast<unsigned long long>(written.rows),
                    static_cast<unsigned long long>(written.bytes),
                    ch::to_hex(written.checksums_hash).c_str());
    }
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    for (int i = 3; i < argc; ++i) {
        std::string text = argv[i];
        options.values[text.substr(0, text.find('='))] = text.substr(text.find('=') + 1);
    }
    if (argc < 3) return 2;
    try {
        rewrite(argv[1], argv[2], options);
        return 0;
    } catch (const Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
