// Partial results add up to what a plain loop over all rows computes, whatever the types, however
// little memory there is, and no sum leaves its type: random blocks of every type, with NULLs,
// extremes and dictionaries. The seed is printed when a comparison fails.
#include "engine/exec/aggregation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <random>

#include "base/error.h"
#include "engine/exec/test_columns.h"
#include "engine/exec/value_order.h"

namespace ch::exec {
namespace {

using column::Block;
using column::ColumnPtr;
using column::Int128;
using column::Scalar;
using column::TypeId;
using column::TypePtr;

using Key = std::vector<Scalar>;

constexpr size_t kAmple = size_t{64} << 20;

struct KeyLess {
    bool operator()(const Key& left, const Key& right) const {
        return std::lexicographical_compare(
            left.begin(), left.end(), right.begin(), right.end(),
            [](const Scalar& a, const Scalar& b) { return image(a) < image(b); });
    }
    /// NaN is one key, and equal to itself.
    static Scalar image(const Scalar& value) {
        const auto* number = std::get_if<double>(&value);
        if (number == nullptr) return value;
        if (std::isnan(*number)) return std::string("nan");
        return *number == 0 ? 0.0 : *number;
    }
};

/// One call's value over rows, added up as Spark adds: a sum is lost for good once it leaves
/// Spark's type, which for integers is what ANSI mode reports.
struct Expected {
    Int128 count = 0, sum = 0;
    double float_sum = 0;
    bool overflowed = false;
    Scalar sum_seen, least, greatest;

    void add(const Scalar& value, const column::Type& type, Int128 bound) {
        if (column::is_null(value)) return;
        ++count;
        if (const auto* number = std::get_if<double>(&value)) float_sum += *number;
        if (const auto* number = std::get_if<Int128>(&value)) {
            overflowed |= __builtin_add_overflow(sum, *number, &sum) || sum > bound || -sum > bound;
        }
        sum_seen = Int128{1};
        if (column::is_null(least) || compare_values(value, type, least, type) < 0) least = value;
        if (column::is_null(greatest) || compare_values(value, type, greatest, type) > 0)
            greatest = value;
    }
};

Int128 spark_bound(const column::Type& type) {
    if (type.id != TypeId::Decimal) return std::numeric_limits<int64_t>::max();
    return power_of_ten(std::min(38u, type.precision + 10u)) - 1;
}

class Random {
public:
    explicit Random(uint64_t seed) : random_(seed) {}
    uint64_t below(uint64_t bound) { return random_() % bound; }

    Scalar value(const column::Type& type, bool wild) {
        if (below(6) == 0) return {};
        switch (family_of(type)) {
            case Family::Text:
                return type.id == TypeId::FixedString
                           ? std::string(type.fixed_bytes, static_cast<char>('a' + below(3)))
                           : std::string(below(20), static_cast<char>('a' + below(3)));
            case Family::Float: {
                const double some[] = {0.0, -0.0, std::nan(""), INFINITY, 1.5, -2.25, 3e8};
                return some[below(wild ? 7 : 3)];
            }
            case Family::Bool:
                return Int128(below(2));
            default:
                break;
        }
        Int128 most = type.id == TypeId::Decimal ? power_of_ten(type.precision) - 1
                                                 : (Int128{1} << (8 * type.width() - 1)) - 1;
        if (!wild) return Int128(below(5)) - 2;
        const Int128 some[] = {most, -most, most / 2, most - 3, 1, -7, most / 9};
        return some[below(7)];
    }

private:
    std::mt19937_64 random_;
};

std::vector<TypePtr> scalar_types() {
    return {column::make_type(TypeId::Bool, true),    column::make_type(TypeId::Int8, true),
            column::make_type(TypeId::Int16, true),   column::make_type(TypeId::Int32, true),
            column::make_type(TypeId::Int64, true),   column::make_type(TypeId::Float32, true),
            column::make_type(TypeId::Float64, true), column::make_decimal(9, 2, true),
            column::make_decimal(18, 4, true),        column::make_decimal(20, 0, true),
            column::make_decimal(33, 6, true),        column::make_decimal(38, 10, true),
            column::make_type(TypeId::String, true),  column::make_type(TypeId::Date32, true),
            column::make_datetime64(6, {}, true)};
}

AggregateCall call_of(AggregateFunction function, const TypePtr& type) {
    return make_aggregate(function, make_column_reference("v", *type));
}

/// Merges partial results in the order in which they come.
struct Merged {
    Int128 count = 0;
    Expected sums, extremes;
};

/// Rows over keys and one value column, through an Aggregation and through the loop.
class Comparison {
public:
    Comparison(uint64_t seed, std::vector<TypePtr> keys, TypePtr value, size_t memory)
        : random_(seed), keys_(std::move(keys)), value_(std::move(value)), memory_(memory) {
        for (size_t i = 0; i < keys_.size(); ++i)
            spec_.keys.push_back(make_column_reference("k" + std::to_string(i), *keys_[i]));
        spec_.calls.push_back(make_aggregate(AggregateFunction::Count, nullptr));
        spec_.calls.push_back(call_of(AggregateFunction::Count, value_));
        spec_.calls.push_back(call_of(AggregateFunction::Min, value_));
        spec_.calls.push_back(call_of(AggregateFunction::Max, value_));
        has_sum_ = family_of(*value_) == Family::Number || family_of(*value_) == Family::Float;
        if (has_sum_) spec_.calls.push_back(call_of(AggregateFunction::Sum, value_));
    }

    void compare(size_t blocks, bool wild) {
        Aggregation aggregation(spec_, {memory_, 7}, test_pool());
        for (size_t i = 0; i < blocks; ++i) {
            aggregation.add(block(wild));
            drain(aggregation);
        }
        aggregation.finish();
        drain(aggregation);
        check();
    }
    size_t partial_rows() const { return partial_rows_; }

private:
    Block block(bool wild) {
        size_t rows = 1 + random_.below(90);
        std::vector<std::vector<Scalar>> columns(keys_.size() + 1);
        for (size_t row = 0; row < rows; ++row) {
            Key key;
            for (size_t i = 0; i < keys_.size(); ++i)
                columns[i].push_back(key.emplace_back(random_.value(*keys_[i], false)));
            columns.back().push_back(random_.value(*value_, wild));
            auto& [rows_count, expected] = expected_[key];
            ++rows_count;
            expected.add(columns.back().back(), *value_, spark_bound(*value_));
        }
        Block block{rows, {}, {}};
        for (size_t i = 0; i < columns.size(); ++i) {
            const TypePtr& type = i < keys_.size() ? keys_[i] : value_;
            bool dictionary = family_of(*type) == Family::Text && random_.below(2) == 0;
            block.names.push_back(i < keys_.size() ? "k" + std::to_string(i) : "v");
            block.columns.push_back(dictionary
                                        ? make_dictionary(type->with_nullable(false), columns[i])
                                        : make_values(type->with_nullable(false), columns[i]));
        }
        return block;
    }

    void drain(Aggregation& aggregation) {
        while (std::optional<Block> found = aggregation.take()) {
            ASSERT_LE(found->rows, 7u);
            partial_rows_ += found->rows;
            for (size_t row = 0; row < found->rows; ++row) merge(*found, row);
        }
    }

    void merge(const Block& block, size_t row) {
        auto at = [&](size_t column) { return value_at(*block.columns[column], row); };
        Key key;
        for (size_t i = 0; i < keys_.size(); ++i) key.push_back(at(i));
        Merged& merged = merged_[key];
        size_t first = keys_.size();
        merged.count += std::get<Int128>(at(first));
        merged.extremes.count += std::get<Int128>(at(first + 1));
        merged.extremes.add(at(first + 2), *value_, spark_bound(*value_));
        merged.extremes.add(at(first + 3), *value_, spark_bound(*value_));
        if (!has_sum_) return;
        Scalar sum = at(first + 4);
        if (value_->id == TypeId::Decimal && !column::is_null(sum)) {
            EXPECT_LT(std::get<Int128>(sum), power_of_ten(value_->precision));
            EXPECT_GT(std::get<Int128>(sum), -power_of_ten(value_->precision));
        }
        merged.sums.add(sum, *spec_.calls.back().type, spark_bound(*value_));
    }

    void check() {
        if (keys_.empty()) expected_[{}];  // a row even for no row
        ASSERT_EQ(merged_.size(), expected_.size());
        for (auto& [key, expected] : expected_) {
            ASSERT_TRUE(merged_.contains(key));
            const Merged& found = merged_[key];
            EXPECT_EQ(found.count, expected.first);
            EXPECT_EQ(bits(found.extremes.least), bits(expected.second.least));
            EXPECT_EQ(bits(found.extremes.greatest), bits(expected.second.greatest));
            if (!has_sum_) continue;
            EXPECT_EQ(found.sums.overflowed, expected.second.overflowed);
            EXPECT_EQ(column::is_null(found.sums.sum_seen),
                      column::is_null(expected.second.sum_seen));
            if (!expected.second.overflowed) {
                EXPECT_EQ(found.sums.sum, expected.second.sum);
            }
            if (memory_ == kAmple) {
                EXPECT_EQ(bits(found.sums.float_sum), bits(expected.second.float_sum));
            }
        }
    }

    /// Floats by their bits: the first of 0.0 and -0.0 stays, and NaN equals itself.
    static Scalar bits(const Scalar& value) {
        const auto* number = std::get_if<double>(&value);
        if (number == nullptr) return value;
        return std::isnan(*number) ? std::string("nan") : std::to_string(*number);
    }

    Random random_;
    std::vector<TypePtr> keys_;
    TypePtr value_;
    size_t memory_;
    AggregateSpec spec_;
    bool has_sum_ = false;
    size_t partial_rows_ = 0;
    std::map<Key, std::pair<Int128, Expected>, KeyLess> expected_;
    std::map<Key, Merged, KeyLess> merged_;
};

TEST(Aggregation, EveryTypeOfValueComesToWhatALoopComputes) {
    for (const TypePtr& value : scalar_types())
        for (uint64_t seed = 0; seed < 40; ++seed) {
            SCOPED_TRACE(value->name() + ", seed " + std::to_string(seed));
            std::vector<TypePtr> keys;
            if (seed % 2 == 1) keys.push_back(column::make_type(TypeId::Int8, true));
            Comparison(seed, keys, value, kAmple).compare(seed % 5, seed % 4 < 2);
        }
}

TEST(Aggregation, EveryTypeOfKeyAndAnyNumberOfThemGroups) {
    std::vector<TypePtr> types = scalar_types();
    auto fixed = std::make_shared<column::Type>(*column::make_type(TypeId::FixedString, true));
    fixed->fixed_bytes = 3;
    types.push_back(fixed);
    for (uint64_t seed = 0; seed < 300; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Random random(seed);
        std::vector<TypePtr> keys;
        for (size_t i = 0; i < 1 + seed % 4; ++i) keys.push_back(types[random.below(types.size())]);
        Comparison(seed, keys, column::make_type(TypeId::Int32, true), kAmple).compare(4, true);
    }
}

TEST(Aggregation, WithoutMemoryForItsGroupsItGivesThemOutEarly) {
    Comparison run(
        7, {column::make_type(TypeId::String, true), column::make_type(TypeId::Int64, true)},
        column::make_decimal(18, 4, true), 1 << 10);
    run.compare(50, true);
    EXPECT_GT(run.partial_rows(), 500u);
}

TEST(Aggregation, ManyGroupsFitTheirTable) {
    constexpr size_t kRows = 300'000;
    TypePtr type = column::make_type(TypeId::Int64);
    AggregateSpec spec;
    spec.keys.push_back(make_column_reference("k", *type));
    spec.calls.push_back(make_aggregate(AggregateFunction::Sum, spec.keys[0]));
    Aggregation aggregation(spec, {size_t{1} << 30, 1 << 20}, test_pool());
    std::vector<Scalar> values;
    for (size_t i = 0; i < kRows; ++i) values.emplace_back(Int128(i * 7919 % 100'003));
    Block block{kRows, {"k"}, {make_values(type, values)}};
    aggregation.add(block);
    aggregation.add(block);
    aggregation.finish();
    std::optional<Block> found = aggregation.take();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->rows, 100'003u);
    Int128 total = 0;
    for (size_t i = 0; i < found->rows; ++i) {
        total += std::get<Int128>(value_at(*found->columns[1], i));
        EXPECT_EQ(std::get<Int128>(value_at(*found->columns[1], i)) %
                      std::max<Int128>(1, std::get<Int128>(value_at(*found->columns[0], i))),
                  0);
    }
    Int128 expected = 0;
    for (const Scalar& value : values) expected += 2 * std::get<Int128>(value);
    EXPECT_EQ(total, expected);
    EXPECT_FALSE(aggregation.take());
}

TEST(Aggregation, WhatCannotBeAddedIsRefused) {
    EXPECT_THROW(call_of(AggregateFunction::Sum, column::make_type(TypeId::String)), Error);
    EXPECT_THROW(call_of(AggregateFunction::Sum, column::make_type(TypeId::Date32)), Error);
    EXPECT_THROW(make_aggregate(AggregateFunction::Max, nullptr), Error);
}

}  // namespace
}  // namespace ch::exec
