// What a filter costs a row. Q6 is TPC-H's: five conjuncts over a date and two decimals, as
// ClickHouse stores them.

#include <benchmark/benchmark.h>

#include <random>

#include "engine/exec/evaluate.h"
#include "engine/exec/number_kernels.h"
#include "engine/exec/test_columns.h"

namespace ch::exec {
namespace {

using column::Block;
using column::Int128;
using column::make_type;
using column::Scalar;
using column::TypeId;
using column::TypePtr;

constexpr size_t kRows = 16384;

ExpressionPtr compare(Function function, const char* name, const TypePtr& type, const Scalar& value,
                      TypePtr literal = nullptr) {
    return make_call(function, {make_column_reference(name, *type),
                                make_literal(literal ? literal : type, value)});
}

void q6(benchmark::State& state) {
    std::mt19937_64 random(1);
    TypePtr date = make_type(TypeId::Date);
    TypePtr decimal = column::make_decimal(15, 2);
    std::vector<Scalar> days, discounts, quantities;
    for (size_t i = 0; i < kRows; ++i) {
        days.emplace_back(static_cast<Int128>(8036 + random() % 2526));
        discounts.emplace_back(static_cast<Int128>(random() % 11));
        quantities.emplace_back(static_cast<Int128>(100 * (1 + random() % 50)));
    }
    Block block{kRows,
                {"d", "x", "q"},
                {make_values(date, days), make_values(decimal, discounts),
                 make_values(decimal, quantities)}};
    std::vector<ExpressionPtr> filter = {
        compare(Function::GreaterOrEqual, "d", date, Int128{8766}, make_type(TypeId::Date32)),
        compare(Function::Less, "d", date, Int128{9131}, make_type(TypeId::Date32)),
        compare(Function::GreaterOrEqual, "x", decimal, Int128{5}, column::make_decimal(3, 2)),
        compare(Function::LessOrEqual, "x", decimal, Int128{7}, column::make_decimal(3, 2)),
        compare(Function::Less, "q", decimal, Int128{2400})};
    for (auto _ : state) benchmark::DoNotOptimize(select(filter, block, test_pool()));
    state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kRows));
}
BENCHMARK(q6);

template <bool kReference>
void interval(benchmark::State& state) {
    auto physical = static_cast<Physical>(state.range(0));
    std::vector<uint64_t> values(kRows * 2 + 8, 17);
    std::vector<uint8_t> out(kRows + 64);
    auto kernel = kReference ? within_reference : within;
    for (auto _ : state) {
        kernel(physical, values.data(), kRows, {3, 90, false}, out.data());
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kRows));
}
void physicals(benchmark::internal::Benchmark* bench) {
    for (Physical p : {Physical::U16, Physical::I32, Physical::I64, Physical::I128})
        bench->Arg(static_cast<int>(p));
}
BENCHMARK(interval<false>)->Apply(physicals);
BENCHMARK(interval<true>)->Apply(physicals);

std::vector<Scalar> texts(std::mt19937_64& random) {
    static const char* kWords[] = {"carefully", "ironic", "deposits", "special", "requests",
                                   "furiously", "green",  "MAIL",     "SHIP",    "AIR"};
    std::vector<Scalar> result;
    for (size_t i = 0; i < kRows; ++i) {
        std::string text;
        for (int word = 0; word < 5; ++word) text += std::string(kWords[random() % 10]) + " ";
        result.emplace_back(text);
    }
    return result;
}

void text(benchmark::State& state, const ExpressionPtr& filter, bool dictionary) {
    std::mt19937_64 random(1);
    std::vector<Scalar> values = texts(random);
    if (dictionary)
        for (size_t i = 10; i < kRows; ++i) values[i] = values[random() % 10];
    TypePtr type = make_type(TypeId::String);
    Block block{
        kRows, {"s"}, {dictionary ? make_dictionary(type, values) : make_values(type, values)}};
    for (auto _ : state) benchmark::DoNotOptimize(select({filter}, block, test_pool()));
    state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kRows));
}
ExpressionPtr of_text(Function function, const char* literal) {
    return compare(function, "s", make_type(TypeId::String), std::string(literal));
}
BENCHMARK_CAPTURE(text, equal, of_text(Function::Equal, "green MAIL AIR SHIP ironic "), false);
BENCHMARK_CAPTURE(text, starts_with, of_text(Function::StartsWith, "green M"), false);
BENCHMARK_CAPTURE(text, contains, of_text(Function::Contains, "requests special"), false);
BENCHMARK_CAPTURE(text, like, of_text(Function::Like, "%special%requests%green%"), false);
BENCHMARK_CAPTURE(text, like_dictionary, of_text(Function::Like, "%special%requests%green%"), true);

void in_list(benchmark::State& state) {
    std::mt19937_64 random(1);
    auto spread = static_cast<uint64_t>(state.range(1));
    std::vector<Scalar> values;
    for (size_t i = 0; i < kRows; ++i) values.emplace_back(static_cast<Int128>(random() % spread));
    TypePtr type = make_type(TypeId::Int64);
    std::vector<ExpressionPtr> arguments = {make_column_reference("n", *type)};
    for (int64_t i = 0; i < state.range(0); ++i)
        arguments.push_back(make_literal(type, static_cast<Int128>(random() % spread)));
    ExpressionPtr filter = make_call(Function::In, arguments);
    Block block{kRows, {"n"}, {make_values(type, values)}};
    for (auto _ : state) benchmark::DoNotOptimize(select({filter}, block, test_pool()));
    state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kRows));
}
BENCHMARK(in_list)->Args({4, 100})->Args({10000, 100000})->Args({10000, int64_t{1} << 40});

void year(benchmark::State& state) {
    std::mt19937_64 random(1);
    std::vector<Scalar> days;
    for (size_t i = 0; i < kRows; ++i)
        days.emplace_back(static_cast<Int128>(8036 + random() % 2526));
    TypePtr date = make_type(TypeId::Date);
    ExpressionPtr filter =
        make_call(Function::Equal, {make_call(Function::Year, {make_column_reference("d", *date)}),
                                    make_literal(make_type(TypeId::Int32), Int128{1995})});
    Block block{kRows, {"d"}, {make_values(date, days)}};
    for (auto _ : state) benchmark::DoNotOptimize(select({filter}, block, test_pool()));
    state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kRows));
}
BENCHMARK(year);

void take_text(benchmark::State& state) {
    std::mt19937_64 random(1);
    column::ColumnPtr column = make_values(make_type(TypeId::String), texts(random));
    Selection selection;
    for (uint32_t row = 0; row < kRows; ++row)
        if (random() % 2 == 0) selection.rows.push_back(row);
    for (auto _ : state) benchmark::DoNotOptimize(take(column, selection, test_pool()));
    state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * selection.rows.size()));
}
BENCHMARK(take_text);

}  // namespace
}  // namespace ch::exec
