// Goal: every stored type becomes the Spark type of the table in spark_types.h with the same
// values, or says that it cannot.

#include "engine/exec/spark_types.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "engine/exec/test_columns.h"

namespace ch::exec {
namespace {

using column::ColumnPtr;
using column::Int128;
using column::make_type;
using column::Scalar;
using column::Type;
using column::TypeId;
using column::TypePtr;

std::vector<Scalar> converted(const TypePtr& type, const std::vector<Scalar>& values) {
    ColumnPtr column = to_spark(make_values(type, values), test_pool());
    EXPECT_EQ(*column->type->with_nullable(false), *spark_type(*type)->with_nullable(false));
    std::vector<Scalar> found;
    for (size_t i = 0; i < column->rows; ++i) found.push_back(value_at(*column, i));
    return found;
}

Scalar integer(Int128 value) {
    return value;
}

TEST(SparkTypes, UnsignedIntegersWidenToTypesThatHoldThem) {
    EXPECT_EQ(spark_type(*make_type(TypeId::UInt64))->name(), "Decimal(20, 0)");
    for (auto [id, most] : {std::pair{TypeId::UInt8, Int128{0xff}},
                            {TypeId::UInt16, Int128{0xffff}},
                            {TypeId::UInt32, Int128{0xffffffff}},
                            {TypeId::UInt64, (Int128{1} << 64) - 1}}) {
        std::vector<Scalar> values{integer(0), integer(most), Scalar()};
        EXPECT_EQ(converted(make_type(id), values), values);
    }
}

TEST(SparkTypes, TimesBecomeMicroseconds) {
    EXPECT_EQ(converted(make_type(TypeId::Date), {integer(65535)}),
              std::vector<Scalar>{integer(65535)});
    EXPECT_EQ(converted(make_type(TypeId::DateTime), {integer(4294967295)}),
              std::vector<Scalar>{integer(4294967295000000)});
    EXPECT_EQ(converted(column::make_datetime64(3, "UTC"), {integer(-1), Scalar()}),
              (std::vector<Scalar>{integer(-1000), Scalar()}));
    EXPECT_EQ(converted(column::make_datetime64(9), {integer(-5000)}),
              std::vector<Scalar>{integer(-5)});
    EXPECT_EQ(to_spark(integer(7), *make_type(TypeId::DateTime)), integer(7000000));
}

TEST(SparkTypes, AValueBelowAMicrosecondIsRefusedUnlessItIsNull) {
    ColumnPtr column = make_values(column::make_datetime64(9), {integer(1)});
    try {
        to_spark(column, test_pool());
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::Unsupported);
        EXPECT_NE(error.message().find("0.000000001"), std::string::npos);
    }
    column::Column hidden =
        column::make_column(column::make_datetime64(9, {}, true), 1, test_pool());
    hidden.data.as<int64_t>()[0] = 1;
    hidden.nulls = test_pool()->make(1);
    hidden.nulls.data()[0] = 1;
    EXPECT_EQ(
        to_spark(std::make_shared<const column::Column>(std::move(hidden)), test_pool())->rows, 1u);
    EXPECT_THROW(
        to_spark(make_values(column::make_datetime64(0), {integer(Int128{1} << 60)}), test_pool()),
        Error);
}

// The texts are those that ClickHouse 25 prints for the same bytes.
TEST(SparkTypes, AddressesBecomeTheTextThatClickHousePrints) {
    auto bytes = [](std::initializer_list<int> values) {
        std::string text;
        for (int value : values) text += static_cast<char>(value);
        return Scalar(text);
    };
    auto one = [](TypeId id, const Scalar& value) {
        return converted(make_type(id), {value}).front();
    };
    EXPECT_EQ(one(TypeId::Uuid, bytes({0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0, 0xff, 0xee,
                                       0xdd, 0xcc, 0xbb, 0xaa, 0x99, 0x88})),
              Scalar("00112233-4455-6677-8899-aabbccddeeff"));
    EXPECT_EQ(one(TypeId::IPv4, integer(0x010203ff)), Scalar("1.2.3.255"));
    auto v6 = [&](std::initializer_list<int> groups) {
        std::string text;
        for (int group : groups) {
            text += static_cast<char>(group >> 8);
            text += static_cast<char>(group & 0xff);
        }
        return one(TypeId::IPv6, Scalar(text));
    };
    EXPECT_EQ(v6({0, 0, 0, 0, 0, 0, 0, 0}), Scalar("::"));
    EXPECT_EQ(v6({0, 0, 0, 0, 0, 0, 0, 1}), Scalar("::1"));
    EXPECT_EQ(v6({0, 0, 0, 0, 0, 0, 0x102, 0x304}), Scalar("::1.2.3.4"));
    EXPECT_EQ(v6({0, 0, 0, 0, 0, 0xffff, 0x102, 0x304}), Scalar("::ffff:1.2.3.4"));
    EXPECT_EQ(v6({1, 0, 0, 2, 0, 0, 0, 3}), Scalar("1:0:0:2::3"));
    EXPECT_EQ(v6({1, 0, 2, 0, 3, 0, 4, 0}), Scalar("1:0:2:0:3:0:4:0"));
    EXPECT_EQ(v6({0, 0, 1, 0, 0, 0, 0, 0}), Scalar("0:0:1::"));
    EXPECT_EQ(v6({0, 0, 0, 0, 0, 5, 0, 0}), Scalar("::5:0:0"));
    EXPECT_EQ(v6({0, 0, 0, 0, 0, 0, 1, 1}), Scalar("::0.1.0.1"));
    EXPECT_EQ(v6({0xff, 0, 0, 1, 0, 0, 2, 3}), Scalar("ff::1:0:0:2:3"));
}

TEST(SparkTypes, AnEnumBecomesADictionaryOfItsNames) {
    auto type = std::make_shared<Type>();
    type->id = TypeId::Enum8;
    type->enum_values = {{"no", -1}, {"yes", 5}};
    EXPECT_EQ(spark_type(*type)->name(), "LowCardinality(String)");
    EXPECT_EQ(converted(type, {integer(5), integer(-1), Scalar()}),
              (std::vector<Scalar>{Scalar("yes"), Scalar("no"), Scalar()}));
    EXPECT_THROW(converted(type, {integer(4)}), Error);
    EXPECT_FALSE(spark_order_is_stored_order(*type));
}

TEST(SparkTypes, DictionariesAndNestedTypesConvertWhatIsBelow) {
    ColumnPtr dates =
        make_dictionary(make_type(TypeId::Date), {integer(1), integer(2), Scalar(), integer(1)});
    ColumnPtr column = to_spark(dates, test_pool());
    EXPECT_EQ(column->type->name(), "LowCardinality(Nullable(Date32))");
    EXPECT_EQ(value_at(*column, 3), integer(1));
    column::Column array;
    auto type = std::make_shared<Type>();
    type->id = TypeId::Array;
    type->children = {make_type(TypeId::UInt8)};
    array = column::make_column(type, 1, test_pool());
    array.offsets.as<int32_t>()[1] = 2;
    array.children = {make_values(type->children[0], {integer(3), integer(255)})};
    ColumnPtr wide =
        to_spark(std::make_shared<const column::Column>(std::move(array)), test_pool());
    EXPECT_EQ(wide->type->name(), "Array(Int16)");
    EXPECT_EQ(value_at(*wide->children[0], 1), integer(255));
}

TEST(SparkTypes, WhatIsTheSameStaysTheSameColumn) {
    ColumnPtr column = make_values(make_type(TypeId::Int32), {integer(1)});
    EXPECT_EQ(to_spark(column, test_pool()), column);
    EXPECT_THROW((void)spark_type(*make_type(TypeId::Int128)), Error);
    EXPECT_THROW((void)spark_type(*make_type(TypeId::Time)), Error);
    EXPECT_THROW((void)spark_type(*column::make_decimal(39, 0)), Error);
}

}  // namespace
}  // namespace ch::exec
