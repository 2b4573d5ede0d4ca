// Goal: small files of real parts that tell less than they seem to (tests/golden/tables/
// make_pruning.py) never cost a row, and what partition values tell is used. Method: every row
// without a predicate, filtered by the predicate, against a planned scan.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <set>

#include "base/error.h"
#include "base/io/posix_fs.h"
#include "engine/exec/evaluate.h"
#include "engine/exec/spark_types.h"
#include "engine/table/scan.h"

namespace ch::table {
namespace {

using exec::ExpressionPtr;
using exec::Function;

std::shared_ptr<const Table> open_table(const std::string& name) {
    return Table::open(std::make_shared<io::PosixFs>(),
                       std::string(CH_GOLDEN_TABLES) + "/pruning-1.4.1/" + name);
}

struct Found {
    std::multiset<uint32_t> rows;  // their `i`
    uint64_t parts_selected = 0;
};

/// `filter` is evaluated on what the scan of `request` gives.
Found scan(const Table& table, const ScanRequest& request,
           const std::vector<ExpressionPtr>& filter) {
    Found found;
    ScanPlan plan = plan_scan(table, request, 1U << 30);
    found.parts_selected = plan.parts_selected;
    ScanOptions options;
    options.pool = std::make_shared<BufferPool>(std::make_shared<MemoryBudget>(1U << 30));
    for (const Split& split : plan.splits) {
        Scan scan(part::Part::open(table.files(), split.part_path, {split.granule_rows}), split,
                  request, options);
        while (std::optional<column::Block> block = scan.next()) {
            exec::Selection passed;
            passed.all = true;
            if (!filter.empty()) passed = exec::select(filter, *block, options.pool);
            for (size_t row = 0; row < passed.count(block->rows); ++row)
                found.rows.insert(
                    block->find("i")->data.as<uint32_t>()[passed.all ? row : passed.rows[row]]);
        }
    }
    return found;
}

column::Scalar literal_of(const column::Type& type, int64_t value) {
    if (type.id == column::TypeId::Float64) return static_cast<double>(value);
    return column::Int128(value);
}

/// Comparisons of x with the number, in both truths, and IN and IS NULL.
std::vector<ExpressionPtr> predicates(const Table& table, int64_t number) {
    ExpressionPtr x = exec::make_column_reference("x", *table.schema().find("x")->type);
    const column::Type& type = *x->type;
    const column::TypePtr literal_type =
        type.id == column::TypeId::LowCardinality ? type.children[0] : type.with_nullable(false);
    auto literal = [&](int64_t value) {
        return exec::make_literal(literal_type, literal_of(*literal_type, value));
    };
    std::vector<ExpressionPtr> all;
    for (Function function :
         {Function::Equal, Function::NotEqual, Function::Less, Function::LessOrEqual,
          Function::Greater, Function::GreaterOrEqual, Function::EqualNullSafe})
        all.push_back(exec::make_call(function, {x, literal(number)}));
    all.push_back(exec::make_call(Function::In, {x, literal(number), literal(number + 7)}));
    all.push_back(exec::make_call(Function::IsNull, {x}));
    all.push_back(exec::make_call(Function::IsNotNull, {x}));
    for (size_t i = 0, count = all.size(); i < count; ++i)
        all.push_back(exec::make_call(Function::Not, {all[i]}));
    return all;
}

TEST(PruningOfRealParts, NeverCostsARow) {
    for (const char* name : {"nan_between", "null_in_dictionary", "set_of_dictionary", "by_modulo",
                             "by_terms", "by_month"}) {
        auto table = open_table(name);
        for (int64_t number = -12; number <= 20; ++number)
            for (const ExpressionPtr& predicate : predicates(*table, number)) {
                ScanRequest all{{"i", "x"}, {}, {}};
                ScanRequest pruned{{"i", "x"}, {predicate}, {}};
                EXPECT_EQ(scan(*table, pruned, {}).rows, scan(*table, all, {predicate}).rows)
                    << name << ": " << predicate->text();
            }
    }
}

std::string failure_of(const std::string& column) {
    try {
        scan(*open_table("computed"), ScanRequest{{"i", column}, {}, {}}, {});
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

TEST(ColumnsThatAreNotStored, AreReadWhereTheyStandForAColumnOrAConstant) {
    auto table = open_table("computed");
    ASSERT_EQ(table->schema().columns.size(), 8U);
    auto passing = [&](const char* column, int64_t value) {
        const column::TypePtr& type = table->schema().find(column)->type;
        ExpressionPtr reference = exec::make_column_reference(column, *type);
        ExpressionPtr equal = exec::make_call(
            Function::Equal,
            {reference, exec::make_literal(reference->type, column::Int128(value))});
        return scan(*table, ScanRequest{{"i", column}, {equal}, {}}, {}).rows;
    };
    EXPECT_EQ(passing("same", -1), std::multiset<uint32_t>({1}));
    EXPECT_EQ(passing("seven", 7), std::multiset<uint32_t>({0, 1, 2, 3, 4}));
    EXPECT_EQ(passing("seven", 8), std::multiset<uint32_t>());
    EXPECT_EQ(passing("twice", 6), std::multiset<uint32_t>({3}));
}

TEST(ColumnsThatAreNotStored, FailOnlyWhenTheyAreAskedForAndSayWhy) {
    EXPECT_NE(failure_of("sum").find("ALIAS x + 1"), std::string::npos) << failure_of("sum");
    EXPECT_NE(failure_of("gone").find("EPHEMERAL"), std::string::npos) << failure_of("gone");
    EXPECT_NE(failure_of("state").find("AggregateFunction(sum, UInt64)"), std::string::npos)
        << failure_of("state");
    EXPECT_EQ(failure_of("x"), "");
}

// Marks without rows beside columns whose bytes do not tell them: the granularity is the table's,
// and a split takes it along to where the table is not known.
TEST(PruningOfRealParts, PartsOfStringsAloneAreCutByTheTablesGranularity) {
    auto table = open_table("strings_alone");
    ExpressionPtr i = exec::make_column_reference("i", *table->schema().find("i")->type);
    ExpressionPtr equal =
        exec::make_call(Function::Equal, {i, exec::make_literal(i->type, std::string("9"))});
    ScanOptions options;
    options.pool = std::make_shared<BufferPool>(std::make_shared<MemoryBudget>(1U << 30));
    ScanPlan plan = plan_scan(*table, ScanRequest{{"i"}, {equal}, {}}, 1U << 30);
    ASSERT_EQ(plan.splits.size(), 1U);
    EXPECT_EQ(plan.granules, 3U);
    EXPECT_EQ(plan.granules_selected, 1U);
    const Split& split = plan.splits[0];
    auto part = part::Part::open(table->files(), split.part_path, {split.granule_rows});
    Scan scan(part, split, ScanRequest{{"i"}, {equal}, {}}, options);
    std::optional<column::Block> block = scan.next();
    ASSERT_TRUE(block);
    EXPECT_EQ(block->rows, 1U);
}

// The key begins with toDate of a DateTime64, which may wrap around: its second column still rules
// granules out, within each day.
TEST(PruningOfRealParts, KeysBehindAFunctionThatTellsOnlyItsTypeStillPrune) {
    auto table = open_table("by_day");
    ExpressionPtr i = exec::make_column_reference("i", *table->schema().find("i")->type);
    auto planned = [&](int64_t number) {
        ExpressionPtr equal = exec::make_call(
            Function::Equal, {i, exec::make_literal(i->type, column::Int128(number))});
        ScanRequest request{{"i", "x"}, {equal}, {}};
        EXPECT_EQ(scan(*table, request, {equal}).rows.size(), 1U);
        return plan_scan(*table, request, 1U << 30).granules_selected;
    };
    EXPECT_EQ(plan_scan(*table, ScanRequest{{"i"}, {}, {}}, 1U << 30).granules, 4U);
    EXPECT_LT(planned(1), 4U);
    EXPECT_LT(planned(14), 4U);
}

/// The most granules that `column` = one of the values selects; each is true for `rows` rows, and
/// those are what the scan without pruning gives.
uint64_t granules_selected_max(const std::string& name, const std::string& column,
                               const std::vector<column::Scalar>& values, size_t rows) {
    auto table = open_table(name);
    ExpressionPtr x = exec::make_column_reference(column, *table->schema().find(column)->type);
    const column::TypePtr type =
        x->type->id == column::TypeId::LowCardinality ? x->type->children[0] : x->type;
    uint64_t most = 0;
    for (const column::Scalar& value : values) {
        ExpressionPtr equal =
            exec::make_call(Function::Equal, {x, exec::make_literal(type, value)});
        ScanRequest all{{"i", column}, {}, {}};
        ScanRequest pruned{{"i", column}, {equal}, {}};
        Found found = scan(*table, pruned, {});
        EXPECT_EQ(found.rows, scan(*table, all, {equal}).rows) << equal->text();
        EXPECT_EQ(found.rows.size(), rows) << equal->text();
        most = std::max(most, plan_scan(*table, pruned, 1U << 30).granules_selected);
    }
    return most;
}

// 64 rows in 16 granules.
TEST(PruningOfRealParts, KeysThatSparkSeesAsTextsPruneInTheirOwnOrder) {
    std::vector<column::Scalar> uuids;
    std::vector<column::Scalar> addresses;
    for (unsigned i = 0; i < 64; ++i) {
        char text[40];
        const unsigned shuffled = i * 7919 % 64;
        std::snprintf(text, sizeof(text), "%08x-1111-4111-8111-%012u", i * 2654435761U, shuffled);
        uuids.emplace_back(std::string(text));
        std::snprintf(text, sizeof(text), shuffled == 0 ? "2001:db8::" : "2001:db8::%x", shuffled);
        addresses.emplace_back(std::string(text));
    }
    EXPECT_LE(granules_selected_max("by_uuid", "x", uuids, 1), 2U);
    // Not as ClickHouse prints it: no row's text, though the same UUID.
    std::string upper = std::get<std::string>(uuids[63]);
    std::transform(upper.begin(), upper.end(), upper.begin(), ::toupper);
    EXPECT_EQ(granules_selected_max("by_uuid", "x", {upper, std::string("x")}, 0), 0U);
    const char* names = "by_name_and_address";
    EXPECT_LE(granules_selected_max(names, "x", {std::string("z")}, 22), 7U);
    EXPECT_LE(granules_selected_max(names, "x", {std::string("a"), std::string("m")}, 21), 7U);
    // Above all rows: the last granule has no upper bound.
    EXPECT_LE(granules_selected_max(names, "x", {std::string("unused")}, 0), 1U);
    EXPECT_EQ(granules_selected_max(names, "x", {std::string("b")}, 0), 0U);
    EXPECT_LE(granules_selected_max(names, "a", addresses, 1), 8U);
}

TEST(PruningOfRealParts, ASetOfADictionaryTellsWhatItLacks) {
    const column::Scalar one = column::Int128(1);
    EXPECT_EQ(granules_selected_max("set_of_dictionary", "x", {one}, 2), 3U);
    const column::Scalar two = column::Int128(2);
    EXPECT_EQ(granules_selected_max("set_of_dictionary", "x", {two}, 0), 2U);
}

TEST(PruningOfRealParts, AKeyOfNanosecondsPrunes) {
    std::vector<column::Scalar> times;
    for (int64_t i = 0; i < 64; ++i)
        times.emplace_back(column::Int128((1704067200 + i * 3600) * 1000000));
    EXPECT_LE(granules_selected_max("by_nanos", "x", times, 1), 2U);
    EXPECT_LE(granules_selected_max("by_nanos", "x", {column::Int128(1704067201000000)}, 0), 1U);
}

TEST(PruningOfRealParts, APartitionsRemainderRulesOutEqualityAndIn) {
    auto parts_selected = [](const char* name, int64_t number, size_t predicate) {
        auto table = open_table(name);
        ScanRequest request{{"i"}, {predicates(*table, number)[predicate]}, {}};
        return scan(*table, request, {}).parts_selected;
    };
    constexpr size_t kEqual = 0, kNotEqual = 1, kIn = 7;
    // Parts of x % 3 with rows on both sides of 3; 3 alone is 0 of them.
    EXPECT_EQ(parts_selected("by_modulo", 3, kEqual), 1U);
    EXPECT_EQ(parts_selected("by_modulo", 4, kEqual), 1U);
    EXPECT_LE(parts_selected("by_modulo", -4, kIn), 2U);
    EXPECT_EQ(parts_selected("by_modulo", 3, kNotEqual), open_table("by_modulo")->parts().size());
    EXPECT_EQ(parts_selected("by_month", -3, kEqual), 1U);
}

}  // namespace
}  // namespace ch::table
