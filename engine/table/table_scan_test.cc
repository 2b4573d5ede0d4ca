// Goal: tables that a real ClickHouse wrote (tests/golden/tables, values follow from the row
// number, see make.py) come back right through any request; pruning and late materialisation never
// change an answer.
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

#include "base/error.h"
#include "base/io/posix_fs.h"
#include "engine/exec/evaluate.h"
#include "engine/exec/spark_types.h"
#include "engine/table/scan.h"

namespace ch::table {
namespace {

using column::Int128;
using column::Scalar;
using exec::ExpressionPtr;
using exec::Function;

std::string golden(const std::string& version) {
    return std::string(CH_GOLDEN_TABLES) + "/chdb-" + version;
}
std::shared_ptr<const Table> open_table(const std::string& path) {
    return Table::open(std::make_shared<io::PosixFs>(), path);
}
std::shared_ptr<BufferPool> make_pool() {
    return std::make_shared<BufferPool>(std::make_shared<MemoryBudget>(1U << 30));
}

/// One value as text, for comparing and printing.
std::string text_at(const column::Column& column, size_t row) {
    using column::TypeId;
    if (column.is_null(row)) return "NULL";
    switch (column.type->id) {
        case TypeId::LowCardinality:
            return text_at(*column.children[0],
                           static_cast<size_t>(column.data.as<int32_t>()[row]));
        case TypeId::String:
        case TypeId::FixedString:
            return std::string(column.text(row));
        case TypeId::Float32:
            return std::to_string(column.data.as<float>()[row]);
        case TypeId::Float64:
            return std::to_string(column.data.as<double>()[row]);
        case TypeId::Tuple: {
            std::string out = "(";
            for (const auto& child : column.children) out += text_at(*child, row) + ",";
            return out + ")";
        }
        case TypeId::Array:
        case TypeId::Map: {
            std::string out = "[";
            for (int32_t i = column.offsets.as<int32_t>()[row];
                 i < column.offsets.as<int32_t>()[row + 1]; ++i)
                for (const auto& child : column.children)
                    out += text_at(*child, static_cast<size_t>(i)) + ",";
            return out + "]";
        }
        default:
            break;
    }
    size_t width = column.type->width();
    int64_t value = 0;
    std::memcpy(&value, column.data.data() + row * width, std::min<size_t>(width, 8));
    bool is_signed = column.type->id >= TypeId::Int8 && column.type->id <= TypeId::Int64;
    is_signed = is_signed || column.type->id == TypeId::Enum8 || column.type->id == TypeId::Decimal;
    if (is_signed && width < 8)
        value = static_cast<int64_t>(static_cast<uint64_t>(value) << (64 - 8 * width)) >>
                (64 - 8 * width);
    return std::to_string(value);
}

struct Result {
    std::vector<std::string> rows;
    ScanPlan plan;
};

Result run(const Table& table, const ScanRequest& request, uint64_t split_bytes = 1 << 20,
           size_t batch_rows = 1000) {
    Result result;
    result.plan = plan_scan(table, request, split_bytes);
    ScanOptions options;
    options.pool = make_pool();
    options.batch_rows = batch_rows;
    for (const Split& split : result.plan.splits) {
        Scan scan(part::Part::open(table.files(), split.part_path), split, request, options);
        while (std::optional<column::Block> block = scan.next()) {
            EXPECT_GT(block->rows, 0U);
            EXPECT_LE(block->rows, batch_rows);
            EXPECT_EQ(block->columns.size(), request.columns.size());
            for (size_t row = 0; row < block->rows; ++row) {
                std::string line;
                for (const column::ColumnPtr& column : block->columns) {
                    EXPECT_EQ(column->rows, block->rows);
                    line += text_at(*column, row) + "|";
                }
                result.rows.push_back(line);
            }
        }
    }
    return result;
}

ExpressionPtr column_of(const Table& table, const std::string& name) {
    return exec::make_column_reference(name, *table.schema().find(name)->type);
}
ExpressionPtr compare(Function function, const ExpressionPtr& column, const Scalar& value) {
    const column::Type& type = *column->type;
    bool is_dictionary = type.id == column::TypeId::LowCardinality;
    return exec::make_call(
        function,
        {column, exec::make_literal(is_dictionary ? type.children[0] : column->type, value)});
}
Scalar whole(int64_t value) {
    return Int128(value);
}

class Golden : public testing::TestWithParam<std::string> {
protected:
    std::shared_ptr<const Table> table(const std::string& name) {
        return open_table(golden(GetParam()) + "/d/" + name);
    }
};
INSTANTIATE_TEST_SUITE_P(Versions, Golden, testing::Values("4.4.0", "1.4.1"));

TEST_P(Golden, ListsDatabasesAndTablesWithTheirNames) {
    io::PosixFs files;
    std::string root = golden(GetParam());
    EXPECT_EQ(list_databases(files, root), std::vector<std::string>({"d"}));
    std::vector<std::string> names = {"deleted", "evolved", "k ey`s", "ordered"};
    EXPECT_EQ(list_tables(files, root + "/d"), names);
    EXPECT_EQ(list_tables(files, root + "/data/d"), names);
    EXPECT_EQ(table("k%20ey%60s")->schema().name, "k ey`s");
    EXPECT_EQ(table("k ey`s")->schema().sorting_key,
              std::vector<std::string>({"toDate(ts)", "-v"}));
}

TEST_P(Golden, ReadsEveryRowOnceInWhateverPieces) {
    auto ordered = table("ordered");
    ScanRequest request;
    request.columns = {"_part_offset", "_part", "_partition_id", "a", "b", "s", "n"};
    for (size_t batch : {7, 100, 250, 100000}) {
        Result result = run(*ordered, request, 3000, batch);
        EXPECT_GT(result.plan.splits.size(), 3U);
        ASSERT_EQ(result.rows.size(), 5000U);
        EXPECT_EQ(result.plan.rows, 5000U);
        std::set<std::string> distinct(result.rows.begin(), result.rows.end());
        EXPECT_EQ(distinct.size(), 5000U);
        EXPECT_TRUE(distinct.count("0|202401_1_1_0|202401|0|0|s0|NULL|"));
        EXPECT_TRUE(distinct.count("2479|202401_1_1_0|202401|9|229|s479|2479|"));
    }
}

TEST_P(Golden, CountsRowsWithoutReadingAnything) {
    ScanRequest request;
    EXPECT_EQ(run(*table("ordered"), request).rows.size(), 5000U);
    EXPECT_EQ(run(*table("ordered"), request).plan.bytes, 0U);
    request.rows_max = 10;
    EXPECT_EQ(run(*table("ordered"), request).rows.size(), 10U * 3);
}

TEST_P(Golden, LeavesOutRowsThatALightweightDeleteRemoved) {
    ScanRequest request;
    request.columns = {"k", "s"};
    std::vector<std::string> expected;
    for (int k = 0; k < 1000; ++k)
        if (k % 3 != 0 && (k < 400 || k >= 500))
            expected.push_back(std::to_string(k) + "|" + std::to_string(k) + "|");
    EXPECT_EQ(run(*table("deleted"), request).rows, expected);
    request.columns.clear();
    EXPECT_EQ(run(*table("deleted"), request).rows.size(), expected.size());
}

// The values are those that ClickHouse 26.9 returns for this table.
TEST_P(Golden, ReadsColumnsThatCameOrChangedAfterThePart) {
    auto evolved = table("evolved");
    ScanRequest request;
    request.columns = {"k",  "i",  "t",  "lc", "e",  "dec", "dt",  "n.x", "n.y", "c1",  "c2", "c3",
                       "c4", "c5", "c6", "c7", "c8", "c9",  "c11", "c12", "c13", "c14", "c15"};
    Result result = run(*evolved, request, 1 << 20, 30);
    ASSERT_EQ(result.rows.size(), 200U);
    for (int k : {0, 3, 150}) {
        std::string sizes = k % 4 == 3 ? "[0,1,2,]|[,,,]" : k % 4 == 2 ? "[0,1,]|[,,]" : "[]|[]";
        std::string text = std::to_string(k);
        EXPECT_EQ(
            result.rows[static_cast<size_t>(k)],
            text + "|" + std::to_string(k - 50) + "|" + text + "|" + std::to_string(k % 3) + "|1|" +
                std::to_string(k * 2500) + "|" + std::to_string(k * 1000000) + "|" + sizes +
                "|7|it's|NULL|[1,-2,]|-6|114|18292|w|[m,1,]|1|(3,z,)|1577836801500|300|-0.500000|");
    }
}

TEST_P(Golden, SaysWhyAColumnCannotBeRead) {
    auto evolved = table("evolved");
    auto message = [&](const std::string& column) {
        ScanRequest request;
        request.columns = {column};
        try {
            run(*evolved, request);
        } catch (const Error& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_NE(message("c10").find("MATERIALIZE COLUMN c10"), std::string::npos) << message("c10");
    EXPECT_NE(message("c16").find("ALIAS k + 2"), std::string::npos) << message("c16");
    EXPECT_NE(message("gone").find("no column gone"), std::string::npos) << message("gone");
}

TEST_P(Golden, PrunesByPartitionBoundsAndPrimaryKey) {
    auto ordered = table("ordered");
    ScanRequest request;
    request.columns = {"a", "b"};
    request.predicate = {compare(Function::Equal, column_of(*ordered, "a"), whole(10))};
    Result result = run(*ordered, request);
    EXPECT_EQ(result.rows.size(), 250U);
    EXPECT_LE(result.plan.granules_selected, 6U);
    request.predicate.push_back(compare(Function::Equal, column_of(*ordered, "b"), whole(55)));
    result = run(*ordered, request);
    EXPECT_EQ(result.rows, std::vector<std::string>({"10|55|"}));
    EXPECT_LE(result.plan.granules_selected, 3U);
    // The second key column alone: only the edges of granules can tell.
    request.predicate = {compare(Function::Equal, column_of(*ordered, "b"), whole(240))};
    result = run(*ordered, request);
    EXPECT_EQ(result.rows.size(), 20U);
    EXPECT_LT(result.plan.granules_selected, 30U);
    request.predicate = {compare(Function::Less, column_of(*ordered, "d"), whole(19723 + 31))};
    result = run(*ordered, request);
    EXPECT_EQ(result.rows.size(), 31U * 80);
    EXPECT_EQ(result.plan.parts_selected, 1U);
}

TEST_P(Golden, PrunesBySkipIndices) {
    auto ordered = table("ordered");
    auto selected = [&](const std::string& column, const Scalar& value, size_t rows) {
        ScanRequest request;
        request.columns = {column};
        request.predicate = {compare(Function::Equal, column_of(*ordered, column), value)};
        Result result = run(*ordered, request);
        EXPECT_EQ(result.rows.size(), rows);
        return result.plan.granules_selected;
    };
    // minmax: a NULL in each entry counts as above all values, so only the lower end bounds.
    EXPECT_LE(selected("n", whole(1234), 1), 14U);
    EXPECT_LE(selected("s", std::string("s77"), 5), 8U);  // bloom_filter
    EXPECT_LE(selected("m", whole(3), 500), 12U);         // set, three granules an entry
    EXPECT_EQ(selected("m", whole(77), 0), 0U);
    EXPECT_LE(selected("l", std::string("l3"), 500), 12U);  // set of a dictionary
    EXPECT_EQ(selected("l", std::string("l77"), 0), 0U);
}

TEST_P(Golden, PrunesThroughFunctionsInTheKey) {
    auto keys = table("k ey`s");
    ScanRequest request;
    request.columns = {"v"};
    Int128 day = Int128(19723 + 5) * 86400 * 1000000;
    ExpressionPtr ts = column_of(*keys, "ts");
    request.predicate = {compare(Function::GreaterOrEqual, ts, day),
                         compare(Function::Less, ts, day + Int128(86400) * 1000000)};
    Result result = run(*keys, request);
    EXPECT_EQ(result.rows.size(), 144U);
    EXPECT_LE(result.plan.granules_selected, 14U);
    EXPECT_LT(result.plan.granules_selected, result.plan.granules);
}

/// Random conjuncts over the columns of `ordered`.
std::vector<ExpressionPtr> random_predicate(const Table& table, std::mt19937_64& random) {
    constexpr std::array<Function, 6> kComparisons = {Function::Equal,   Function::NotEqual,
                                                      Function::Less,    Function::LessOrEqual,
                                                      Function::Greater, Function::GreaterOrEqual};
    auto below = [&](uint64_t limit) { return random() % limit; };
    auto one = [&]() -> ExpressionPtr {
        Function function = kComparisons[below(kComparisons.size())];
        switch (below(9)) {
            case 0:
                return compare(function, column_of(table, "a"),
                               whole(static_cast<int64_t>(below(22)) - 1));
            case 1:
                return compare(function, column_of(table, "b"),
                               whole(static_cast<int64_t>(below(252)) - 1));
            case 2:
                return compare(function, column_of(table, "n"),
                               whole(static_cast<int64_t>(below(5000))));
            case 3:
                return compare(function, column_of(table, "s"), "s" + std::to_string(below(1000)));
            case 4:
                return compare(function, column_of(table, "l"), "l" + std::to_string(below(11)));
            case 5:
                return compare(function, column_of(table, "f"),
                               below(10) == 0 ? std::nan("") : double(below(5000)) / 4);
            case 6:
                return compare(function, column_of(table, "d"),
                               whole(static_cast<int64_t>(19720 + below(70))));
            case 7:
                return compare(function, column_of(table, "e"), below(2) ? "x" : "y");
            default:
                return exec::make_call(below(2) ? Function::IsNull : Function::IsNotNull,
                                       {column_of(table, "n")});
        }
    };
    std::vector<ExpressionPtr> predicate;
    for (uint64_t i = below(3) + 1; i > 0; --i) {
        ExpressionPtr conjunct = one();
        if (below(3) == 0) conjunct = exec::make_call(Function::Or, {conjunct, one()});
        if (below(5) == 0) conjunct = exec::make_call(Function::Not, {conjunct});
        predicate.push_back(conjunct);
    }
    return predicate;
}

/// Every row of the table, then the predicate over one block of each split: no pruning, no late
/// materialisation.
std::vector<std::string> reference(const Table& table, const ScanRequest& request) {
    ScanRequest all = request;
    all.predicate.clear();
    all.columns = {"a", "b", "n", "s", "l", "f", "e", "d", "_part_offset"};
    std::vector<std::string> rows;
    ScanOptions options;
    options.pool = make_pool();
    for (const Split& split : plan_scan(table, all, 1U << 30).splits) {
        Scan scan(part::Part::open(table.files(), split.part_path), split, all, options);
        while (std::optional<column::Block> block = scan.next()) {
            exec::Selection selection = exec::select(request.predicate, *block, options.pool);
            for (size_t i = 0; i < selection.count(block->rows); ++i) {
                std::string line;
                for (const std::string& name : request.columns)
                    line +=
                        text_at(*block->find(name), selection.all ? i : selection.rows[i]) + "|";
                rows.push_back(line);
            }
        }
    }
    return rows;
}

TEST_P(Golden, PruningNeverChangesAnAnswer) {
    constexpr uint64_t kSeed = 20240131;
    constexpr int kRounds = 400;
    std::mt19937_64 random(kSeed);
    auto ordered = table("ordered");
    uint64_t granules = 0, selected = 0;
    for (int round = 0; round < kRounds; ++round) {
        ScanRequest request;
        request.columns = round % 2 ? std::vector<std::string>{"s", "_part_offset", "n"}
                                    : std::vector<std::string>{"a", "l", "e", "f"};
        request.predicate = random_predicate(*ordered, random);
        std::string text;
        for (const ExpressionPtr& conjunct : request.predicate) text += conjunct->text() + " AND ";
        Result result = run(*ordered, request, 1 + random() % 50000, 1 + random() % 700);
        ASSERT_EQ(result.rows, reference(*ordered, request))
            << "seed " << kSeed << " round " << round << ": " << text;
        for (const auto& part : ordered->parts()) granules += part->granules().count();
        selected += result.plan.granules_selected;
    }
    EXPECT_LT(selected, granules * 4 / 5);
}

}  // namespace
}  // namespace ch::table
