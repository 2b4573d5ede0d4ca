// What grouping and adding up cost a row, kernel by kernel. Each sum is there twice: as the kernel
// does it and as the plain loop does that checks every row, which the kernel falls back to.

#include <benchmark/benchmark.h>

#include <random>
#include <string>

#include "engine/exec/aggregate_state.h"
#include "engine/exec/group_table.h"
#include "engine/exec/sum_kernels.h"
#include "engine/exec/test_columns.h"

namespace ch::exec {
namespace {

using column::ColumnPtr;
using column::Int128;
using column::Scalar;
using column::TypeId;
using column::TypePtr;

constexpr size_t kRows = 16384;

void count_rows(benchmark::State& state) {
    state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kRows));
}

std::vector<uint32_t> random_groups(size_t groups) {
    std::mt19937 random(1);
    std::vector<uint32_t> found(kRows);
    for (uint32_t& group : found) group = static_cast<uint32_t>(random() % groups);
    return found;
}

template <typename T>
std::vector<T> random_values() {
    std::mt19937 random(2);
    std::vector<T> found(kRows);
    for (T& value : found) value = static_cast<T>(random() % 10'000'000);
    return found;
}

template <typename T, typename S>
void sum_in_groups(benchmark::State& state) {
    auto groups = random_groups(static_cast<size_t>(state.range(0)));
    auto values = random_values<T>();
    std::vector<S> sums(groups.size());
    std::vector<uint8_t> seen(groups.size());
    for (auto _ : state) {
        benchmark::DoNotOptimize(magnitude_max(values.data(), kRows));
        add_to_groups(values.data(), nullptr, groups, sums.data(), seen.data());
        benchmark::ClobberMemory();
    }
    count_rows(state);
}
BENCHMARK(sum_in_groups<int64_t, int64_t>)->Arg(4)->Arg(16384);
BENCHMARK(sum_in_groups<Int128, Int128>)->Arg(4)->Arg(16384);

template <typename T, typename S>
void sum_in_groups_reference(benchmark::State& state) {
    auto groups = random_groups(static_cast<size_t>(state.range(0)));
    auto values = random_values<T>();
    std::vector<S> sums(groups.size());
    std::vector<uint8_t> seen(groups.size());
    for (auto _ : state) {
        for (size_t i = 0; i < kRows; ++i) {
            Int128 sum = 0;
            if (__builtin_add_overflow(Int128{sums[groups[i]]}, Int128{values[i]}, &sum)) continue;
            sums[groups[i]] = static_cast<S>(sum);
            seen[groups[i]] = 1;
        }
        benchmark::ClobberMemory();
    }
    count_rows(state);
}
BENCHMARK(sum_in_groups_reference<int64_t, int64_t>)->Arg(4)->Arg(16384);
BENCHMARK(sum_in_groups_reference<Int128, Int128>)->Arg(4)->Arg(16384);

template <typename T, typename S>
void sum_of_all(benchmark::State& state) {
    auto values = random_values<T>();
    S sum = 0;
    uint8_t seen = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(magnitude_max(values.data(), kRows));
        add_to_one(values.data(), nullptr, kRows, &sum, &seen);
        benchmark::DoNotOptimize(sum);
    }
    count_rows(state);
    state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * kRows * sizeof(T)));
}
BENCHMARK(sum_of_all<int32_t, int64_t>);
BENCHMARK(sum_of_all<int64_t, int64_t>);
BENCHMARK(sum_of_all<Int128, Int128>);

void extreme_in_groups(benchmark::State& state) {
    TypePtr type = column::make_type(TypeId::Int64);
    auto values = random_values<int64_t>();
    std::vector<Scalar> scalars;
    for (int64_t value : values) scalars.emplace_back(Int128{value});
    ColumnPtr column = make_values(type, scalars);
    auto groups = random_groups(static_cast<size_t>(state.range(0)));
    AggregateCall call = make_aggregate(AggregateFunction::Max, make_column_reference("v", *type));
    auto best = make_state(call, test_pool());
    best->resize(kRows);
    for (auto _ : state) best->add(column.get(), kRows, groups);
    count_rows(state);
}
BENCHMARK(extreme_in_groups)->Arg(4)->Arg(16384);

/// Keys of `columns` columns, `distinct` of them; texts where range(2) is 1.
void group(benchmark::State& state) {
    auto distinct = static_cast<size_t>(state.range(1));
    bool is_text = state.range(2) == 1;
    TypePtr type = column::make_type(is_text ? TypeId::String : TypeId::Int64);
    std::vector<TypePtr> types;
    std::vector<ColumnPtr> keys;
    auto numbers = random_groups(distinct);
    for (int i = 0; i < state.range(0); ++i) {
        std::vector<Scalar> values;
        for (uint32_t number : numbers)
            values.push_back(is_text ? Scalar(std::to_string(number)) : Scalar(Int128{number}));
        types.push_back(type);
        keys.push_back(make_values(type, values));
    }
    GroupTable table(types, test_pool());
    std::vector<uint32_t> groups(kRows);
    for (auto _ : state) table.find(keys, kRows, groups.data());
    count_rows(state);
}
BENCHMARK(group)
    ->Args({1, 4, 0})
    ->Args({1, 16384, 0})
    ->Args({2, 4, 0})
    ->Args({3, 4, 0})
    ->Args({1, 4, 1})
    ->Args({2, 4, 1})
    ->Args({1, 16384, 1});

}  // namespace
}  // namespace ch::exec
