// Goal: selecting, taking and slicing agree with evaluation row by row; stored types compare as
// their Spark types do; the vectorised kernels agree with a loop over exact integers.

#include "engine/exec/evaluate.h"

#include <gtest/gtest.h>

#include <random>

#include "base/error.h"
#include "engine/exec/number_kernels.h"
#include "engine/exec/spark_types.h"
#include "engine/exec/test_columns.h"
#include "engine/exec/text_kernels.h"

namespace ch::exec {
namespace {

using column::Block;
using column::Column;
using column::ColumnPtr;
using column::Int128;
using column::make_type;
using column::Scalar;
using column::TypeId;
using column::TypePtr;

Block one_column(const ColumnPtr& column) {
    return {column->rows, {"a"}, {column}};
}

std::vector<Scalar> values_in(const Column& column) {
    std::vector<Scalar> values;
    for (size_t i = 0; i < column.rows; ++i) values.push_back(value_at(column, i));
    return values;
}

TEST(Evaluate, StoredTypesCompareAsTheirSparkTypesDo) {
    std::mt19937_64 random(1);
    const std::vector<TypePtr> types = {
        make_type(TypeId::UInt8),   make_type(TypeId::UInt16),  make_type(TypeId::UInt32),
        make_type(TypeId::UInt64),  make_type(TypeId::Date),    make_type(TypeId::DateTime),
        column::make_datetime64(0), column::make_datetime64(3), column::make_datetime64(6, "UTC"),
        column::make_datetime64(9)};
    for (const TypePtr& type : types) {
        std::vector<Scalar> values;
        for (int i = 0; i < 200; ++i) {
            Int128 value =
                static_cast<Int128>(random() % 11) - (type->id == TypeId::DateTime64 ? 5 : 0);
            values.emplace_back(type->scale == 9 ? value * 1000 : value);
        }
        ColumnPtr column = make_values(type, values);
        Block spark = one_column(to_spark(column, test_pool()));
        ExpressionPtr a = make_column_reference("a", *type);
        for (int i = 0; i < 60; ++i) {
            auto function = static_cast<Function>(random() % 7);
            Int128 wanted = static_cast<Int128>(random() % 11);
            ExpressionPtr literal = type->id == TypeId::DateTime64 || type->id == TypeId::DateTime
                                        ? make_literal(column::make_datetime64(6),
                                                       (wanted - 5) * (i % 2 == 0 ? 1000 : 500001))
                                        : make_literal(a->type, wanted);
            ExpressionPtr call =
                i % 3 == 0 ? make_call(function, {literal, a}) : make_call(function, {a, literal});
            EXPECT_EQ(values_in(*evaluate(*call, one_column(column), test_pool())),
                      values_in(*evaluate(*call, spark, test_pool())))
                << call->text() << " over " << type->name();
        }
    }
}

template <typename T>
void check_within(Physical physical, std::mt19937_64& random) {
    std::vector<T> values(1000 + 64);
    for (T& value : values) value = static_cast<T>(random() % 2 == 0 ? random() : random() % 20);
    for (int round = 0; round < 50; ++round) {
        Interval interval{static_cast<Int128>(static_cast<int64_t>(random())) >> (random() % 64), 0,
                          random() % 2 == 0};
        interval.high =
            interval.low + static_cast<Int128>(random() % 3 == 0 ? random() : random() % 100) - 1;
        size_t rows = random() % 1000;
        std::vector<uint8_t> wide(rows + 64), plain(rows + 64);
        within(physical, values.data(), rows, interval, wide.data());
        within_reference(physical, values.data(), rows, interval, plain.data());
        for (size_t i = 0; i < rows; ++i) {
            Int128 value = values[i];
            bool inside = value >= interval.low && value <= interval.high;
            ASSERT_EQ(wide[i], inside != interval.outside ? 1 : 0);
            ASSERT_EQ(plain[i], wide[i]);
        }
    }
}

TEST(Evaluate, IntervalKernelsAgreeWithExactIntegers) {
    std::mt19937_64 random(2);
    check_within<int8_t>(Physical::I8, random);
    check_within<uint8_t>(Physical::U8, random);
    check_within<int16_t>(Physical::I16, random);
    check_within<uint16_t>(Physical::U16, random);
    check_within<int32_t>(Physical::I32, random);
    check_within<uint32_t>(Physical::U32, random);
    check_within<int64_t>(Physical::I64, random);
    check_within<uint64_t>(Physical::U64, random);
    check_within<Int128>(Physical::I128, random);
}

TEST(Evaluate, TextKernelsAgreeWithStringViews) {
    std::mt19937_64 random(3);
    auto text = [&](size_t most) {
        std::string result(random() % most, 'a');
        for (char& c : result) c = static_cast<char>('a' + random() % 2);
        return result;
    };
    for (int round = 0; round < 300; ++round) {
        std::vector<Scalar> values;
        for (int i = 0; i < 50; ++i) values.emplace_back(text(20));
        ColumnPtr column = make_values(make_type(TypeId::String), values);
        std::string part = text(round % 2 == 0 ? 4 : 18);
        std::vector<uint8_t> equal(50), starts(50), ends(50), has(50), less(50);
        text_equals(*column, part, equal.data());
        text_starts_with(*column, part, starts.data());
        text_ends_with(*column, part, ends.data());
        text_contains(*column, part, has.data());
        text_compare(*column, Comparison::Less, part, less.data());
        for (size_t i = 0; i < 50; ++i) {
            std::string_view value = column->text(i);
            ASSERT_EQ(equal[i] != 0, value == part);
            ASSERT_EQ(starts[i] != 0, value.starts_with(part));
            ASSERT_EQ(ends[i] != 0, value.ends_with(part));
            ASSERT_EQ(has[i] != 0, value.find(part) != std::string_view::npos);
            ASSERT_EQ(less[i] != 0, value < part);
        }
    }
}

TEST(Evaluate, ConjunctsSelectTheRowsForWhichAllAreTrue) {
    std::mt19937_64 random(4);
    for (int round = 0; round < 300; ++round) {
        std::vector<Scalar> numbers, texts;
        for (size_t i = 0, rows = random() % 300; i < rows; ++i) {
            numbers.push_back(random() % 9 == 0 ? Scalar()
                                                : Scalar(static_cast<Int128>(random() % 50)));
            texts.push_back(random() % 9 == 0 ? Scalar() : Scalar(std::string(random() % 5, 'x')));
        }
        Block block{numbers.size(),
                    {"n", "t"},
                    {make_values(make_type(TypeId::Int32), numbers),
                     make_dictionary(make_type(TypeId::String), texts)}};
        ExpressionPtr n = make_column_reference("n", *make_type(TypeId::Int32, true));
        ExpressionPtr t = make_column_reference("t", *make_type(TypeId::String, true));
        auto number = [&] {
            return make_literal(make_type(TypeId::Int32), static_cast<Int128>(random() % 50));
        };
        std::vector<ExpressionPtr> all = {
            make_call(Function::Less, {n, number()}),
            make_call(Function::GreaterOrEqual, {n, number()}),
            make_call(Function::Equal,
                      {t, make_literal(make_type(TypeId::String), std::string("xx"))})};
        std::shuffle(all.begin(), all.end(), random);
        all.resize(random() % 4);
        Selection selection = select(all, block, test_pool());
        std::vector<uint32_t> expected;
        for (uint32_t row = 0; row < block.rows; ++row) {
            bool keep = true;
            for (const ExpressionPtr& conjunct : all) {
                Scalar verdict = value_at(*evaluate(*conjunct, block, test_pool()), row);
                keep = keep && verdict == Scalar(Int128{1});
            }
            if (keep) expected.push_back(row);
        }
        ASSERT_EQ(selection.count(block.rows), expected.size());
        if (!selection.all) {
            ASSERT_EQ(selection.rows, expected);
        }
        ColumnPtr taken = take(block.columns[1], selection, test_pool());
        for (size_t i = 0; i < expected.size(); ++i)
            ASSERT_EQ(value_at(*taken, i), texts[expected[i]]);
    }
}

TEST(Evaluate, ALaterConjunctDoesNotSeeRowsThatAnEarlierOneLeftOut) {
    Block block{2,
                {"k", "t"},
                {make_values(make_type(TypeId::Int32), {Int128{1}, Int128{2}}),
                 make_values(column::make_datetime64(9), {Int128{5000}, Int128{5001}})}};
    ExpressionPtr k =
        make_call(Function::Equal, {make_column_reference("k", *make_type(TypeId::Int32)),
                                    make_literal(make_type(TypeId::Int32), Int128{1})});
    ExpressionPtr t =
        make_call(Function::Greater, {make_column_reference("t", *column::make_datetime64(9)),
                                      make_literal(column::make_datetime64(6), Int128{0})});
    EXPECT_EQ(select({k, t}, block, test_pool()).rows, std::vector<uint32_t>{0});
    EXPECT_THROW(select({t, k}, block, test_pool()), Error);
}

TEST(Evaluate, SlicesOfNestedColumnsKeepTheirElements) {
    auto type = std::make_shared<column::Type>();
    type->id = TypeId::Array;
    type->children = {make_type(TypeId::String)};
    Column array = column::make_column(type, 3, test_pool());
    int32_t ends[] = {0, 2, 2, 3};
    std::copy(ends, ends + 4, array.offsets.as<int32_t>());
    array.children = {make_values(type->children[0], {Scalar("a"), Scalar("bb"), Scalar("ccc")})};
    auto column = std::make_shared<const Column>(std::move(array));
    ColumnPtr part = slice(column, 1, 2, test_pool());
    EXPECT_EQ(part->offsets.as<int32_t>()[2], 1);
    EXPECT_EQ(value_at(*part->children[0], 0), Scalar("ccc"));
    ColumnPtr taken = take(column, Selection{{2, 2, 0}, false}, test_pool());
    EXPECT_EQ(taken->offsets.as<int32_t>()[3], 4);
    EXPECT_EQ(value_at(*taken->children[0], 3), Scalar("bb"));
}

TEST(Evaluate, AMissingColumnIsNamed) {
    Block block{1, {}, {}};
    ExpressionPtr call =
        make_call(Function::Equal, {make_column_reference("gone", *make_type(TypeId::Int8)),
                                    make_literal(make_type(TypeId::Int8), Int128{1})});
    try {
        evaluate(*call, block, test_pool());
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::InvalidArgument);
        EXPECT_NE(error.message().find("gone"), std::string::npos);
    }
}

}  // namespace
}  // namespace ch::exec
