// Writing rows that are in memory and sorted: a table like TPC-H's lineitem, Wide, one thread.
// Files go to the system's folder for temporary ones and are not synced.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <random>

#include "base/io/posix_fs.h"
#include "engine/exec/sort.h"
#include "engine/part/part_writer.h"

namespace ch::part {
namespace {

using column::Block;
using column::Column;
using column::TypeId;

constexpr size_t kRows = 1U << 20;

void add_numbers(Block& block, const char* name, column::TypePtr type, uint64_t below,
                 std::mt19937_64& random, const std::shared_ptr<BufferPool>& pool) {
    Column column = column::make_column(type, kRows, pool);
    for (size_t i = 0; i < kRows; ++i) {
        uint64_t value = below == 0 ? i / 4 : random() % below;
        std::memcpy(column.data.data() + i * type->width(), &value, type->width());
    }
    block.names.push_back(name);
    block.columns.push_back(std::make_shared<const Column>(std::move(column)));
}

void add_texts(Block& block, const char* name, size_t bytes_max, std::mt19937_64& random,
               const std::shared_ptr<BufferPool>& pool) {
    static const char* const kWords[] = {"carefully ", "final ",   "deposits ", "sleep ",
                                         "furiously ", "among ",   "pending ",  "accounts ",
                                         "ironic ",    "requests "};
    Column column = column::make_column(column::make_type(TypeId::String), kRows, pool);
    std::string bytes;
    for (size_t i = 0; i < kRows; ++i) {
        size_t end = bytes.size() + 1 + random() % bytes_max;
        while (bytes.size() < end) bytes += kWords[random() % 10];
        bytes.resize(end);
        column.offsets.as<int32_t>()[i + 1] = static_cast<int32_t>(end);
    }
    column.data = pool->make(bytes.size());
    std::memcpy(column.data.data(), bytes.data(), bytes.size());
    block.names.push_back(name);
    block.columns.push_back(std::make_shared<const Column>(std::move(column)));
}

Block make_lineitem(const std::shared_ptr<BufferPool>& pool) {
    std::mt19937_64 random(7);
    Block block;
    block.rows = kRows;
    add_numbers(block, "orderkey", column::make_type(TypeId::Int64), 0, random, pool);
    add_numbers(block, "partkey", column::make_type(TypeId::Int64), 200'000, random, pool);
    add_numbers(block, "suppkey", column::make_type(TypeId::Int64), 10'000, random, pool);
    add_numbers(block, "linenumber", column::make_type(TypeId::Int32), 7, random, pool);
    add_numbers(block, "quantity", column::make_decimal(15, 2), 5'000, random, pool);
    add_numbers(block, "price", column::make_decimal(15, 2), 10'000'000, random, pool);
    add_numbers(block, "discount", column::make_decimal(15, 2), 11, random, pool);
    add_numbers(block, "tax", column::make_decimal(15, 2), 9, random, pool);
    add_numbers(block, "shipdate", column::make_type(TypeId::Date), 2'500, random, pool);
    add_numbers(block, "commitdate", column::make_type(TypeId::Date), 2'500, random, pool);
    add_texts(block, "flag", 1, random, pool);
    add_texts(block, "mode", 8, random, pool);
    add_texts(block, "comment", 40, random, pool);
    return block;
}

void write_lineitem(benchmark::State& state, const char* codec) {
    auto pool = std::make_shared<BufferPool>(std::make_shared<MemoryBudget>(size_t{4} << 30));
    Block block = make_lineitem(pool);
    PartSpec spec;
    for (size_t i = 0; i < block.columns.size(); ++i)
        spec.columns.push_back({block.names[i], block.columns[i]->type, {}});
    spec.sorting_key = spec.primary_key = {"orderkey"};
    spec.codec = format::FrameCodec::of_declaration(codec);
    io::PosixFs files;
    std::filesystem::path folder =
        std::filesystem::temp_directory_path() / "chspark_part_writer_bench";
    uint64_t plain_bytes = 0;
    for (auto _ : state) {
        std::filesystem::remove_all(folder);
        files.make_folder(folder.string());
        PartWriter writer(files, folder.string(), spec, pool);
        writer.append(block);
        plain_bytes += writer.finish().plain_bytes;
    }
    std::filesystem::remove_all(folder);
    state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kRows));
    state.SetBytesProcessed(static_cast<int64_t>(plain_bytes));
}

void sort_by_random_key(benchmark::State& state) {
    auto pool = std::make_shared<BufferPool>(std::make_shared<MemoryBudget>(size_t{4} << 30));
    Block block = make_lineitem(pool);
    std::vector<std::string> key = {"partkey", "comment"};
    for (auto _ : state) benchmark::DoNotOptimize(exec::sort_block(block, key, pool).rows);
    state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kRows));
}

BENCHMARK_CAPTURE(write_lineitem, lz4, "LZ4")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(write_lineitem, zstd, "ZSTD(1)")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(write_lineitem, none, "NONE")->Unit(benchmark::kMillisecond);
BENCHMARK(sort_by_random_key)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ch::part
