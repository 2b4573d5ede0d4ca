#include "engine/store/test_rows.h"

#include <algorithm>

#include "engine/store/create_table.h"

namespace ch::storage {

using column::Block;
using column::Column;
using column::TypeId;

namespace {

constexpr size_t kMemoryBytes = size_t{1} << 30;

template <typename T, typename Get>
void add_column(Block& block, const char* name, TypeId type, const std::vector<TestRow>& rows,
                const std::shared_ptr<BufferPool>& pool, Get get) {
    Column column = column::make_column(column::make_type(type), rows.size(), pool);
    for (size_t i = 0; i < rows.size(); ++i) column.data.as<T>()[i] = get(rows[i]);
    block.names.emplace_back(name);
    block.columns.push_back(std::make_shared<const Column>(std::move(column)));
}

int64_t number_at(const Column& column, size_t row) {
    if (column.type->id == TypeId::Int64) return column.data.as<int64_t>()[row];
    return column.data.as<int32_t>()[row];
}

}  // namespace

TestRows::TestRows(std::shared_ptr<io::FileSystem> files, const std::string& root, uint64_t seed,
                   bool create)
    : files_(std::move(files)),
      root_(root),
      random_(seed << 32),
      pool_(std::make_shared<BufferPool>(std::make_shared<MemoryBudget>(kMemoryBytes))) {
    DatabaseOptions chosen = options(seed);
    chosen.create = create;
    database_ = Database::open(files_, root, chosen);
}

TestRows::TestRows(std::shared_ptr<io::FileSystem> files, const std::string& root, uint64_t seed,
                   std::unique_ptr<latch::LatchStore> latch)
    : files_(std::move(files)),
      root_(root),
      random_(seed << 32),
      pool_(std::make_shared<BufferPool>(std::make_shared<MemoryBudget>(kMemoryBytes))),
      database_(std::make_shared<Database>(files_, root, std::move(latch), options(seed))) {}

DatabaseOptions TestRows::options(uint64_t seed) {
    DatabaseOptions options;
    options.sync_threads = 1;
    options.checkpoint_versions = 8;
    options.note = "process " + std::to_string(seed);
    options.now_ms = [this] { return now_ms; };
    options.random = [this] { return random_ += 2; };
    return options;
}

TableId TestRows::create(const std::string& table, bool replaces, const std::string& partition) {
    SchemaVersion schema;
    schema.columns = {{1, "k", "UInt64", "", "", "", ""}, {2, "v", "Int32", "", "", "", ""}};
    schema.properties = {{"index_granularity", "4"}};
    schema.partition_key = partition;
    schema.sorting_key = {"k"};
    if (replaces) {
        schema.columns.push_back({3, "_version", "UInt64", "", "", "", ""});
        schema.columns.push_back({4, "_is_deleted", "UInt8", "", "", "", ""});
        schema.engine = "ReplacingMergeTree(_version, _is_deleted)";
    }
    return create_table(*database_, {"db", table}, schema);
}

Block TestRows::block(const std::vector<TestRow>& rows) const {
    Block block{rows.size(), {}, {}};
    add_column<uint64_t>(block, "k", TypeId::UInt64, rows, pool_,
                         [](const TestRow& row) { return row.key; });
    add_column<int32_t>(block, "v", TypeId::Int32, rows, pool_,
                        [](const TestRow& row) { return row.value; });
    if (std::any_of(rows.begin(), rows.end(), [](const TestRow& row) { return row.is_deleted; }))
        add_column<uint8_t>(block, "_is_deleted", TypeId::UInt8, rows, pool_,
                            [](const TestRow& row) { return uint8_t{row.is_deleted}; });
    return block;
}

uint64_t TestRows::insert(TableId table, const std::vector<TestRow>& rows, WriteOptions options) {
    WriteLatch latch = require_latch(*database_, table, 0);
    const CommitOutcome outcome = insert_under(latch, table, rows, options);
    require_published(outcome, "insert");
    return std::get<latch::Published>(outcome).version;
}

CommitOutcome TestRows::insert_under(const WriteLatch& latch, TableId table,
                                     const std::vector<TestRow>& rows, WriteOptions options) {
    options.writes_bitmaps = writes_bitmaps;
    Transaction transaction = database_->begin();
    transaction.use(latch);
    TableWriter writer(*database_, write_target(transaction, table), pool_, options);
    writer.append(block(rows));
    writer.finish(transaction);
    return database_->commit(transaction);
}

MergeReport TestRows::merge(TableId table, const MergeRule& rule) {
    return merge_parts(database_, table, choose_merge(*database_->newest()->find(table), rule),
                       pool_, {});
}

void TestRows::change(TableId table, const std::function<SchemaVersion(const TableState&)>& to) {
    WriteLatch latch = require_latch(*database_, table, 0);
    Transaction transaction = database_->begin();
    transaction.use(latch);
    transaction.change_schema(table, to(*transaction.base().find(table)));
    require_published(database_->commit(transaction), "change");
}

std::string TestRows::read(const std::string& table, const std::string& value,
                           const ReadPoint& point) {
    const auto opened =
        open_table(database_, read_snapshot(*database_, point), "db", table, nullptr, pool_);
    return rows_of(*opened, value);
}

std::string TestRows::rows_of(const table::Table& opened, const std::string& value) const {
    if (!opened.broken_parts().empty()) return opened.broken_parts()[0].error;
    return scan(plan(opened, value));
}

TestRows::Plan TestRows::plan(const table::Table& table, const std::string& value) {
    Plan plan;
    plan.request.columns = {"k", value};
    plan.splits = table::plan_scan(table, plan.request, 1).splits;
    return plan;
}

std::string TestRows::scan(const Plan& plan) const {
    std::vector<std::pair<uint64_t, int64_t>> rows;
    for (const table::Split& split : plan.splits) {
        table::Scan scan(part::Part::open(files_, split.part_path), split, plan.request,
                         {pool_, nullptr, nullptr});
        while (std::optional<Block> block = scan.next())
            for (size_t i = 0; i < block->rows; ++i)
                rows.emplace_back(block->columns[0]->data.as<uint64_t>()[i],
                                  number_at(*block->columns[1], i));
    }
    std::sort(rows.begin(), rows.end());
    std::string text;
    for (const auto& [key, number] : rows)
        text += (text.empty() ? "" : " ") + std::to_string(key) + "=" + std::to_string(number);
    return text;
}

}  // namespace ch::storage
