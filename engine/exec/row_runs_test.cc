// Goal: runs give what their row numbers give. Method: random runs of random columns against
// gather().
#include "engine/exec/row_runs.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "engine/exec/gather.h"
#include "engine/exec/test_columns.h"

namespace ch::exec {
namespace {

using column::ColumnPtr;
using column::Scalar;
using column::TypeId;

std::vector<RowRun> random_runs(std::mt19937_64& random, uint32_t rows, uint32_t gap_max) {
    std::vector<RowRun> runs;
    for (uint32_t row = static_cast<uint32_t>(random() % 3); row < rows;) {
        const uint32_t left = rows - row;
        const auto count = static_cast<uint32_t>(1 + random() % (random() % 4 == 0 ? 600 : 20));
        runs.push_back({row, std::min(count, left)});
        row += runs.back().count + 1 + static_cast<uint32_t>(random() % gap_max);
    }
    return runs;
}

Scalar random_value(std::mt19937_64& random, TypeId type, bool has_nulls) {
    if (has_nulls && random() % 4 == 0) return {};
    if (type != TypeId::String) return column::Int128{static_cast<int64_t>(random() % 100)};
    return std::string(random() % 8 == 0 ? random() % 300 : random() % 30,
                       static_cast<char>('a' + random() % 26));
}

void expect_same(const ColumnPtr& column, const std::vector<RowRun>& runs) {
    const std::vector<uint32_t> rows = rows_of(runs);
    const ColumnPtr taken = take_runs(column, runs, test_pool());
    const column::Column expected = gather(*column, rows, test_pool());
    ASSERT_EQ(taken->rows, rows.size());
    EXPECT_TRUE(*taken->type == *column->type);
    for (size_t i = 0; i < rows.size(); ++i)
        ASSERT_EQ(value_at(*taken, i), value_at(expected, i)) << "row " << i;
}

TEST(RowRunsTest, RunsOfRandomColumnsAreTheirRows) {
    const char* given = std::getenv("CHSPARK_SEED");
    const uint64_t seed = given == nullptr ? 1 : std::strtoull(given, nullptr, 10);
    std::mt19937_64 random(seed);
    for (int turn = 0; turn < 200; ++turn) {
        SCOPED_TRACE("seed " + std::to_string(seed) + ", turn " + std::to_string(turn));
        const TypeId types[] = {TypeId::Int8,  TypeId::Int16,  TypeId::Int32,
                                TypeId::Int64, TypeId::Int128, TypeId::String};
        const TypeId type = types[random() % std::size(types)];
        const bool has_nulls = random() % 2 == 0;
        std::vector<Scalar> values;
        const uint64_t count = 1 + random() % 2000;
        for (uint64_t row = 0; row < count; ++row)
            values.push_back(random_value(random, type, has_nulls));
        const auto rows = static_cast<uint32_t>(values.size());
        const std::vector<RowRun> runs = random_runs(random, rows, random() % 2 == 0 ? 1 : 40);
        expect_same(make_values(column::make_type(type), values), runs);
        if (type == TypeId::String)
            expect_same(make_dictionary(column::make_type(type), values), runs);
    }
}

TEST(RowRunsTest, NoRunIsNoRow) {
    const ColumnPtr texts = make_values(column::make_type(TypeId::String), {std::string("a")});
    EXPECT_EQ(take_runs(texts, {}, test_pool())->rows, 0u);
    const ColumnPtr empty = make_values(column::make_type(TypeId::String), {std::string()});
    expect_same(empty, {{0, 1}});
}

}  // namespace
}  // namespace ch::exec
