// Goal: what is bound wrongly is refused with the call in the message; what is bound prints as SQL.

#include "engine/exec/expression.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace ch::exec {
namespace {

using column::Int128;
using column::make_type;
using column::Scalar;
using column::TypeId;

ExpressionPtr text(const char* value) {
    return make_literal(make_type(TypeId::String), std::string(value));
}
ExpressionPtr number(int value) {
    return make_literal(make_type(TypeId::Int32), Int128{value});
}
ExpressionPtr reference(const char* name, TypeId id) {
    return make_column_reference(name, *make_type(id));
}

std::string refusal(Function function, std::vector<ExpressionPtr> arguments,
                    column::TypePtr result = nullptr) {
    try {
        make_call(function, std::move(arguments), std::move(result));
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::InvalidArgument);
        return error.message();
    }
    return "";
}

TEST(Expression, PrintsAsSql) {
    ExpressionPtr a = make_call(Function::Greater, {reference("a", TypeId::Int64), number(5)});
    ExpressionPtr b = make_call(Function::Like, {reference("b", TypeId::String), text("x'%")});
    EXPECT_EQ(make_call(Function::And, {a, b})->text(), "(a > 5) AND (b LIKE 'x''%')");
    EXPECT_EQ(make_literal(column::make_decimal(5, 2), Int128{-5})->text(), "-0.05");
    EXPECT_EQ(make_literal(make_type(TypeId::Date32), Int128{8766})->text(), "DATE '1994-01-01'");
    EXPECT_EQ(make_literal(make_type(TypeId::DateTime), Int128{1})->text(),
              "TIMESTAMP '1970-01-01 00:00:01Z'");
    ExpressionPtr any =
        make_call(Function::In, {reference("a", TypeId::Int32), number(1), number(2)});
    EXPECT_EQ(make_call(Function::Not, {any})->text(), "NOT (a IN (1, 2))");
}

TEST(Expression, NamesOfFunctionsGoBothWays) {
    for (int i = 0; i <= static_cast<int>(Function::CaseWhen); ++i) {
        auto function = static_cast<Function>(i);
        EXPECT_EQ(find_function(function_name(function)), function);
    }
    EXPECT_EQ(find_function("UPPER"), std::nullopt);
}

TEST(Expression, ColumnsAndConjunctsComeInOrder) {
    ExpressionPtr a = make_call(Function::IsNull, {reference("a", TypeId::Int32)});
    ExpressionPtr b =
        make_call(Function::Less, {reference("b", TypeId::Int32), reference("a", TypeId::Int32)});
    ExpressionPtr c = make_call(Function::IsNull, {reference("c", TypeId::Int32)});
    ExpressionPtr all = make_call(Function::And, {make_call(Function::And, {b, a}), c});
    EXPECT_EQ(conjuncts(all), (std::vector<ExpressionPtr>{b, a, c}));
    EXPECT_EQ(referenced_columns(*all), (std::vector<std::string>{"b", "a", "c"}));
}

TEST(Expression, WrongTypesAndCountsAreRefusedByName) {
    EXPECT_NE(refusal(Function::Equal, {reference("a", TypeId::Int32), text("x")}).find("a = 'x'"),
              std::string::npos);
    EXPECT_NE(refusal(Function::Not, {number(1)}), "");
    EXPECT_NE(refusal(Function::Equal, {number(1)}), "");
    EXPECT_NE(refusal(Function::Year, {reference("t", TypeId::DateTime)}), "");
    EXPECT_NE(refusal(Function::In, {number(1), reference("a", TypeId::Int32)}), "");
    EXPECT_NE(refusal(Function::Cast, {reference("a", TypeId::Int64)}, make_type(TypeId::Int32)),
              "");
    EXPECT_NE(refusal(Function::Cast, {reference("a", TypeId::Int64)}, column::make_decimal(18, 0)),
              "");
    EXPECT_NE(refusal(Function::Coalesce, {number(1), text("x")}), "");
    EXPECT_NE(refusal(Function::Length, {}), "");
    EXPECT_THROW(make_column_reference("w", *make_type(TypeId::Int256)), Error);
    EXPECT_THROW(make_literal(make_type(TypeId::Int8), Int128{128}), Error);
}

TEST(Expression, InvalidLikePatternsAreRefused) {
    ExpressionPtr s = reference("s", TypeId::String);
    EXPECT_NE(refusal(Function::Like, {s, text("a\\bc")}), "");
    EXPECT_NE(refusal(Function::Like, {s, text("abc\\")}), "");
    EXPECT_NE(refusal(Function::Like, {s, text("abc"), text("##")}), "");
    EXPECT_NE(refusal(Function::Like, {s, s}), "");
    EXPECT_EQ(refusal(Function::Like, {s, text("a\\\\\\%")}), "");
}

TEST(Expression, DepthIsBounded) {
    ExpressionPtr deep = reference("b", TypeId::Bool);
    EXPECT_THROW(for (int i = 0; i < 100000; ++i) deep = make_call(Function::Not, {deep}), Error);
}

}  // namespace
}  // namespace ch::exec
