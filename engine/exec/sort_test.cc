// Goal: rows are sorted as ClickHouse sorts them. Method: random keys with many ties, NULLs, NaN
// and both zeros against std::stable_sort over compare_stored(), and compare_stored() against
// orders that were read off a real ClickHouse.
#include "engine/exec/sort.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "base/error.h"
#include "engine/exec/stored_order.h"
#include "engine/exec/test_columns.h"

namespace ch::exec {
namespace {

using column::ColumnPtr;
using column::Int128;
using column::Scalar;
using column::TypeId;

ColumnPtr random_key(std::mt19937& random, size_t rows) {
    auto pick = [&](int below) {
        return static_cast<int>(random() % static_cast<unsigned>(below));
    };
    static const TypeId kIds[] = {TypeId::Int8,   TypeId::UInt64, TypeId::Int64, TypeId::Float64,
                                  TypeId::String, TypeId::Int128, TypeId::Date,  TypeId::Float32};
    TypeId id = kIds[pick(8)];
    static const std::string kTexts[] = {
        "", "a", std::string("a\0", 2), "same head 1", "same head 2", "same head", "\xff"};
    std::vector<Scalar> values;
    bool has_nulls = pick(3) == 0;
    for (size_t i = 0; i < rows; ++i) {
        if (has_nulls && pick(5) == 0)
            values.emplace_back();
        else if (id == TypeId::String)
            values.emplace_back(kTexts[pick(7)]);
        else if (id == TypeId::Float64 || id == TypeId::Float32)
            values.emplace_back(pick(6) == 0 ? std::nan("") : pick(6) == 0 ? -0.0 : pick(9) - 4.0);
        else if (id == TypeId::UInt64 || id == TypeId::Date)
            values.emplace_back(Int128{pick(1000)});
        else
            values.emplace_back(Int128{pick(40) - 20});
    }
    ColumnPtr plain = make_values(column::make_type(id), values);
    return pick(4) == 0 && id == TypeId::String && !has_nulls
               ? make_dictionary(column::make_type(id), values)
               : plain;
}

TEST(Sort, IsTheStableOrderOfTheKeys) {
    for (unsigned seed = 1; seed <= 200; ++seed) {
        std::mt19937 random(seed);
        size_t rows = seed % 10 == 0 ? 5000 : random() % 300;
        std::vector<ColumnPtr> keys;
        for (size_t i = 0; i <= random() % 3; ++i) keys.push_back(random_key(random, rows));
        std::vector<uint32_t> expected(rows);
        std::iota(expected.begin(), expected.end(), 0U);
        std::stable_sort(expected.begin(), expected.end(), [&](uint32_t a, uint32_t b) {
            return compare_stored(keys, a, keys, b) < 0;
        });
        EXPECT_EQ(sort_permutation(keys), expected) << "seed " << seed;
    }
}

TEST(Sort, NullsAndNaNComeLastAndZerosAreEqual) {
    ColumnPtr key = make_values(column::make_type(TypeId::Float64),
                                {Scalar(), Scalar(std::nan("")), Scalar(1.0), Scalar(0.0),
                                 Scalar(-0.0), Scalar(-INFINITY)});
    EXPECT_EQ(sort_permutation(std::span(&key, 1)), (std::vector<uint32_t>{5, 3, 4, 2, 1, 0}));
}

TEST(Sort, AUuidIsOrderedByItsSecondHalf) {
    // 00000000-0000-0002-0000-000000000001 stands before 00000000-0000-0001-0000-000000000002.
    auto stored = [](char high, char low) {
        std::string bytes(16, '\0');
        bytes[0] = high;
        bytes[8] = low;
        return Scalar(bytes);
    };
    ColumnPtr key =
        make_values(column::make_type(TypeId::Uuid), {stored(1, 2), stored(2, 1), stored(0, 2)});
    EXPECT_EQ(sort_permutation(std::span(&key, 1)), (std::vector<uint32_t>{1, 2, 0}));
}

TEST(Sort, AKeyWithoutAnOrderIsRefused) {
    auto type = std::make_shared<column::Type>();
    type->id = TypeId::Array;
    type->children = {column::make_type(TypeId::Int8)};
    auto key = std::make_shared<column::Column>();
    key->type = type;
    ColumnPtr keys[] = {key};
    EXPECT_THROW(sort_permutation(keys), Error);
}

TEST(StoredRange, NullIsTheGreatestAndNaNCountsOnlyAlone) {
    ColumnPtr column = make_values(column::make_type(TypeId::Float64),
                                   {Scalar(std::nan("")), Scalar(2.0), Scalar(), Scalar(-1.0)});
    StoredRange range(column->type);
    EXPECT_TRUE(range.empty());
    range.add(*column, 0, 2);
    EXPECT_EQ(std::get<double>(range.min()), 2.0);
    EXPECT_EQ(std::get<double>(range.max()), 2.0);
    range.add(*column, 2, 2);
    EXPECT_EQ(std::get<double>(range.min()), -1.0);
    EXPECT_TRUE(column::is_null(range.max()));
}

}  // namespace
}  // namespace ch::exec
