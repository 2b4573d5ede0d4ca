// Arithmetic on decimals of every width gives what a row by itself comes to,
// and an error exactly where the result's type is too small; NULL rows raise nothing. Random
// operands, the reference checks each row by itself.
#include <gtest/gtest.h>

#include <optional>
#include <random>

#include "base/error.h"
#include "engine/exec/evaluate.h"
#include "engine/exec/test_columns.h"
#include "engine/exec/value_order.h"

namespace ch::exec {
namespace {

using column::Block;
using column::Int128;
using column::Scalar;
using column::TypeId;
using column::TypePtr;

constexpr Function kFunctions[] = {Function::Add, Function::Subtract, Function::Multiply};

/// Nothing where 128 bits or the type's digits do not hold it.
std::optional<Int128> reference(Function function, Int128 left, const column::Type& left_type,
                                Int128 right, const column::Type& right_type,
                                const column::Type& result) {
    Int128 value = 0;
    bool wraps = false;
    if (function == Function::Multiply) {
        wraps = __builtin_mul_overflow(left, right, &value);
    } else {
        wraps =
            __builtin_mul_overflow(left, power_of_ten(result.scale - left_type.scale), &left) ||
            __builtin_mul_overflow(right, power_of_ten(result.scale - right_type.scale), &right);
        wraps = wraps || (function == Function::Add ? __builtin_add_overflow(left, right, &value)
                                                    : __builtin_sub_overflow(left, right, &value));
    }
    Int128 most = power_of_ten(result.precision) - 1;
    if (wraps || value > most || value < -most) return std::nullopt;
    return value;
}

/// The result's type where Spark rounds nothing, else null.
TypePtr result_type(Function function, const column::Type& left, const column::Type& right) {
    int whole_left = left.precision - left.scale;
    int whole_right = right.precision - right.scale;
    bool multiplies = function == Function::Multiply;
    int whole = multiplies ? whole_left + whole_right + 1 : std::max(whole_left, whole_right) + 1;
    int scale = multiplies ? left.scale + right.scale : std::max(left.scale, right.scale);
    if (whole + scale <= 38)
        return column::make_decimal(static_cast<uint8_t>(whole + scale),
                                    static_cast<uint8_t>(scale));
    if (std::max(38 - whole, std::min(scale, 6)) != scale) return nullptr;
    if (!multiplies && left.scale != right.scale) return nullptr;
    return column::make_decimal(38, static_cast<uint8_t>(scale));
}

class Values {
public:
    explicit Values(uint64_t seed) : random_(seed) {}

    TypePtr type() {
        const unsigned digits[] = {1, 5, 9, 10, 15, 18, 19, 25, 32, 38};
        auto precision = static_cast<uint8_t>(digits[random_() % 10]);
        return column::make_decimal(precision,
                                    static_cast<uint8_t>(random_() % 7 % (precision + 1)), true);
    }
    Scalar value(const column::Type& type, bool is_small) {
        if (random_() % 8 == 0) return {};
        Int128 bound = power_of_ten(is_small ? (type.precision + 1) / 3 : type.precision);
        Int128 value = (Int128{random_()} << 60 ^ Int128{random_()}) % bound;
        return random_() % 2 == 0 ? value : -value;
    }
    uint64_t below(uint64_t bound) { return random_() % bound; }

private:
    std::mt19937_64 random_;
};

/// One call over random rows. Returns whether it raised.
bool compare(uint64_t seed) {
    Values values(seed);
    Function function = kFunctions[values.below(3)];
    TypePtr left = values.type();
    TypePtr right = values.type();
    TypePtr type = result_type(function, *left, *right);
    if (type == nullptr) return false;
    bool is_literal = values.below(3) == 0;
    std::vector<Scalar> lefts, rights;
    size_t rows = 1 + values.below(40);
    for (size_t i = 0; i < rows; ++i) {
        lefts.push_back(values.value(*left, values.below(4) != 0));
        rights.push_back(is_literal && i > 0 ? rights[0]
                                             : values.value(*right, values.below(4) != 0));
    }
    if (is_literal && column::is_null(rights[0]))
        rights.assign(rows, Int128{3} % power_of_ten(right->precision));
    ExpressionPtr call = make_call(
        function,
        {make_column_reference("a", *left),
         is_literal ? make_literal(right, rights[0]) : make_column_reference("b", *right)},
        type);
    Block block{rows, {"a", "b"}, {make_values(left, lefts), make_values(right, rights)}};
    bool should_raise = false;
    std::vector<Scalar> expected;
    for (size_t i = 0; i < rows; ++i) {
        expected.emplace_back();
        if (column::is_null(lefts[i]) || column::is_null(rights[i])) continue;
        auto value = reference(function, std::get<Int128>(lefts[i]), *left,
                               std::get<Int128>(rights[i]), *right, *type);
        should_raise = should_raise || !value;
        expected.back() = value.value_or(0);
    }
    try {
        column::ColumnPtr found = evaluate(*call, block, test_pool());
        EXPECT_FALSE(should_raise) << call->text();
        for (size_t i = 0; i < rows; ++i)
            EXPECT_EQ(value_at(*found, i), expected[i]) << call->text() << ", row " << i;
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::Overflow) << error.what();
        EXPECT_TRUE(should_raise) << call->text();
        EXPECT_TRUE(call->raises) << call->text();
    }
    return should_raise;
}

TEST(Arithmetic, DecimalsOfEveryWidthAreExactOrAnError) {
    size_t raised = 0;
    for (uint64_t seed = 0; seed < 20'000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        raised += compare(seed) ? 1 : 0;
        if (testing::Test::HasFailure()) return;
    }
    EXPECT_GT(raised, 100u);
}

TEST(Arithmetic, FloatsAreAddedAsTheyAre) {
    TypePtr type = column::make_type(TypeId::Float64, true);
    Block block{3, {"a"}, {make_values(type, {0.1, Scalar(), 1e308})}};
    ExpressionPtr a = make_column_reference("a", *type);
    column::ColumnPtr sum =
        evaluate(*make_call(Function::Add, {a, make_literal(type, 0.2)}), block, test_pool());
    EXPECT_EQ(value_at(*sum, 0), Scalar(0.1 + 0.2));
    EXPECT_EQ(value_at(*sum, 1), Scalar());
    column::ColumnPtr product =
        evaluate(*make_call(Function::Multiply, {a, a}), block, test_pool());
    EXPECT_EQ(value_at(*product, 2), Scalar(std::numeric_limits<double>::infinity()));
}

TEST(Arithmetic, WhatMayRaiseIsRefusedWhereItMightNotBeReached) {
    TypePtr wide = column::make_decimal(38, 0);
    ExpressionPtr a = make_column_reference("a", *wide);
    ExpressionPtr risky = make_call(Function::Multiply, {a, a}, wide);
    EXPECT_TRUE(risky->raises);
    EXPECT_TRUE(make_call(Function::Add, {risky, a}, wide)->raises);
    EXPECT_THROW(make_call(Function::Coalesce, {risky, a}), Error);
    EXPECT_THROW(make_call(Function::Greater, {risky, a}), Error);
    ExpressionPtr small = make_column_reference("b", *column::make_decimal(9, 2));
    EXPECT_FALSE(
        make_call(Function::Multiply, {small, small}, column::make_decimal(19, 4))->raises);
    EXPECT_THROW(make_call(Function::Multiply, {small, small}, column::make_decimal(19, 2)), Error);
    EXPECT_THROW(make_call(Function::Multiply, {small, small}, column::make_decimal(12, 4)), Error);
    EXPECT_THROW(make_call(Function::Multiply, {small, small}), Error);
}

}  // namespace
}  // namespace ch::exec
