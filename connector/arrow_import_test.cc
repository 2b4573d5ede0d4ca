// What export_block() hands out comes back as it was, in every shape that Arrow has for it; and
// what has no place in a type is refused by value and row.
#include "connector/arrow_import.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>

#include "base/error.h"
#include "connector/arrow_array.h"
#include "connector/arrow_schema.h"
#include "connector/exact_cast.h"
#include "engine/exec/concat.h"
#include "engine/exec/test_columns.h"
#include "engine/exec/value_order.h"
#include "engine/format/type_text.h"
#include "engine/format/write_value.h"

namespace ch::connector {
namespace {

using column::Block;
using column::Column;
using column::ColumnPtr;
using column::Int128;
using column::Scalar;
using column::Type;
using column::TypeId;
using column::TypePtr;

constexpr size_t kRows = 200;

class ArrowImportTest : public testing::Test {
protected:
    Scalar random_value(const Type& type) {
        auto bits = static_cast<Int128>(random_());
        switch (type.id) {
            case TypeId::Bool:
                return bits & 1;
            case TypeId::Enum8:
            case TypeId::Enum16:
                return Int128{type.enum_values[random_() % type.enum_values.size()].second};
            case TypeId::String:
                return std::string(random_() % 20, static_cast<char>('a' + random_() % 26));
            case TypeId::Float32:
                return static_cast<double>(static_cast<float>(random_()));
            case TypeId::BFloat16:
                return static_cast<double>(static_cast<int>(random_() % 128));
            case TypeId::Float64:
                return static_cast<double>(random_());
            case TypeId::Decimal:
                if (type.precision > 38) return std::string(32, static_cast<char>(random_() % 2));
                return Int128{random_()} * random_() % exec::power_of_ten(type.precision);
            case TypeId::Time:
            case TypeId::Time64:
            case TypeId::DateTime64:
                return Int128{static_cast<int32_t>(random_())};
            default:
                break;
        }
        if (type.width() >= 16) {
            std::string bytes;
            while (bytes.size() < type.width()) bytes.push_back(static_cast<char>(random_()));
            if (type.id == TypeId::Int128) {
                Int128 number;
                std::memcpy(&number, bytes.data(), sizeof(number));
                return number;
            }
            return bytes;
        }
        if (type.id == TypeId::FixedString)
            return std::string(type.fixed_bytes, static_cast<char>(random_()));
        bool is_signed = type.id <= TypeId::Int64 || type.id == TypeId::Date32;
        auto width = static_cast<unsigned>(type.width() * 8);
        Int128 low = bits & ((Int128{1} << width) - 1);
        return is_signed && (low >> (width - 1)) != 0 ? low - (Int128{1} << width) : low;
    }

    ColumnPtr random_column(const TypePtr& type, size_t rows = kRows) {
        bool has_codes = type->id == TypeId::LowCardinality;
        if (!has_codes && !type->children.empty()) return random_nested(type, rows);
        const TypePtr& plain = has_codes ? type->children[0] : type;
        std::vector<Scalar> values;
        for (size_t i = 0; i < rows; ++i)
            values.push_back(type->nullable && i % 3 == 0 ? Scalar() : random_value(*plain));
        return has_codes ? exec::make_dictionary(plain, values) : exec::make_values(type, values);
    }

    ColumnPtr random_nested(const TypePtr& type, size_t rows) {
        Column column;
        column.type = type;
        column.rows = rows;
        size_t elements = rows;
        if (type->id != TypeId::Tuple) {
            column.offsets = pool_->make((rows + 1) * sizeof(int32_t));
            auto* ends = column.offsets.as<int32_t>();
            ends[0] = 0;
            for (size_t row = 0; row < rows; ++row)
                ends[row + 1] = ends[row] + static_cast<int32_t>(random_() % 4);
            elements = static_cast<size_t>(ends[rows]);
        }
        for (const TypePtr& child : type->children)
            column.children.push_back(random_column(child, elements));
        return std::make_shared<const Column>(std::move(column));
    }

    static void expect_equal(const Column& found, const Column& expected) {
        ASSERT_EQ(found.type->name(), expected.type->name());
        ASSERT_EQ(found.rows, expected.rows);
        bool is_plain = found.type->children.empty() || found.type->id == TypeId::LowCardinality;
        for (size_t row = 0; is_plain && row < found.rows; ++row)
            ASSERT_EQ(format::scalar_at(found, row), format::scalar_at(expected, row)) << row;
        if (is_plain) return;
        for (size_t row = 0; !found.offsets.empty() && row <= found.rows; ++row)
            ASSERT_EQ(found.offsets.as<int32_t>()[row], expected.offsets.as<int32_t>()[row]);
        for (size_t i = 0; i < found.children.size(); ++i)
            expect_equal(*found.children[i], *expected.children[i]);
    }

    /// What comes of the column on its way out and back; `offset` leaves rows out at the front.
    ColumnPtr there_and_back(const ColumnPtr& column, const ExportOptions& options,
                             size_t offset = 0) {
        TypePtr target = arrow_type(column->type, options);
        ArrowSchema schema;
        ArrowArray array;
        export_schema({{"c", target}}, options, &schema);
        export_block({column->rows, {"c"}, {column}}, {target}, options, pool_, &array);
        array.offset += static_cast<int64_t>(offset);
        array.length -= static_cast<int64_t>(offset);
        Block block;
        try {
            block = import_block(schema, array, {{"c", column->type}}, pool_);
        } catch (...) {
            array.release(&array);
            schema.release(&schema);
            throw;
        }
        array.release(&array);
        schema.release(&schema);
        return block.columns.at(0);
    }

    std::string refusal(const ColumnPtr& column, const char* type) {
        try {
            ColumnPtr stored = cast_exactly(column, format::parse_type(type), pool_);
            return "taken";
        } catch (const Error& error) {
            return error.message();
        }
    }

    std::mt19937 random_{20261122};
    std::shared_ptr<BufferPool> pool_ = exec::test_pool();
};

constexpr const char* kTypes[] = {"Bool",
                                  "Int8",
                                  "Int16",
                                  "Int32",
                                  "Int64",
                                  "UInt8",
                                  "UInt16",
                                  "UInt32",
                                  "UInt64",
                                  "Int128",
                                  "UInt128",
                                  "Int256",
                                  "UInt256",
                                  "Float32",
                                  "Float64",
                                  "BFloat16",
                                  "Decimal(9, 2)",
                                  "Decimal(18, 0)",
                                  "Decimal(38, 20)",
                                  "Decimal(76, 3)",
                                  "String",
                                  "FixedString(3)",
                                  "UUID",
                                  "IPv4",
                                  "IPv6",
                                  "Enum8('a' = 1, 'b' = -2)",
                                  "Enum16('x' = 300, 'y' = 1)",
                                  "Date",
                                  "Date32",
                                  "DateTime",
                                  "DateTime64(0)",
                                  "DateTime64(4)",
                                  "DateTime64(6)",
                                  "Time",
                                  "Time64(3)",
                                  "Nullable(Int32)",
                                  "Nullable(String)",
                                  "Nullable(Decimal(15, 2))",
                                  "Nullable(UUID)",
                                  "Nullable(Bool)",
                                  "Nullable(Enum8('a' = 1))",
                                  "LowCardinality(String)",
                                  "LowCardinality(Nullable(String))",
                                  "LowCardinality(UInt32)",
                                  "LowCardinality(FixedString(4))",
                                  "Array(Int64)",
                                  "Array(Nullable(String))",
                                  "Map(String, UInt32)",
                                  "Tuple(a Int8, b Nullable(String))",
                                  "Array(LowCardinality(String))",
                                  "Tuple(UUID, Array(Date))",
                                  "Map(LowCardinality(String), Array(Nullable(UInt64)))"};

/// Every way in which a column may be handed out.
std::vector<ExportOptions> all_options() {
    std::vector<ExportOptions> all;
    for (ResultTypes types : {ResultTypes::Arrow, ResultTypes::Spark})
        for (bool dictionary : {true, false})
            for (bool decimal128 : {true, false}) all.push_back({types, dictionary, decimal128});
    return all;
}

TEST_F(ArrowImportTest, WhatIsExportedComesBackAsItWas) {
    size_t trips = 0;
    for (const char* name : kTypes) {
        SCOPED_TRACE(name);
        ColumnPtr column = random_column(format::parse_type(name));
        for (const ExportOptions& options : all_options()) {
            try {
                expect_equal(*there_and_back(column, options), *column);
                ++trips;
            } catch (const Error& error) {
                // Spark has no place for some types; nothing else may be in the way.
                ASSERT_EQ(options.types, ResultTypes::Spark) << error.message();
                ASSERT_EQ(error.code(), ErrorCode::Unsupported) << error.message();
            }
        }
    }
    EXPECT_GE(trips, 300u);
}

TEST_F(ArrowImportTest, AnOffsetLeavesOutTheFirstRows) {
    for (const char* name : {"Int32", "Nullable(String)", "Bool", "Tuple(a Int8, b String)",
                             "LowCardinality(Nullable(String))"}) {
        SCOPED_TRACE(name);
        ColumnPtr column = random_column(format::parse_type(name));
        ColumnPtr back = there_and_back(column, {}, 13);
        exec::ColumnPiece rest{column, 13, kRows - 13};
        expect_equal(*back, *exec::concat({&rest, 1}, pool_));
    }
}

TEST_F(ArrowImportTest, WhatHasNoPlaceIsNamed) {
    using Values = std::vector<Scalar>;
    auto values = [&](const char* type, const Values& list) {
        return exec::make_values(format::parse_type(type), list);
    };
    EXPECT_EQ(refusal(values("Int32", {Int128{1}, Int128{-5}}), "UInt8"),
              "row 1: -5 has no place in UInt8: it is out of range, or finer than the type");
    EXPECT_EQ(refusal(values("UInt64", {Int128{UINT64_MAX}}), "Int64"),
              "row 0: 18446744073709551615 has no place in Int64: it is out of range, or finer "
              "than the type");
    EXPECT_EQ(refusal(values("Decimal(10, 3)", {Int128{1500}, Int128{1234}}), "Decimal(5, 1)"),
              "row 1: 1.234 has no place in Decimal(5, 1): it takes 4 digits before and 1 after "
              "the point");
    EXPECT_EQ(refusal(values("Nullable(Int8)", {Int128{1}, Scalar()}), "Int8"),
              "row 1 is NULL, which has no place in Int8");
    EXPECT_EQ(refusal(values("String", {std::string("c")}), "Enum8('a' = 1)"),
              "row 0: 'c' has no place in Enum8('a' = 1): the type has no such name");
    EXPECT_EQ(refusal(values("String", {std::string("ab")}), "FixedString(3)"),
              "row 0: 'ab' has no place in FixedString(3): it has 2 bytes, and zeros behind them "
              "could not be told from its own");
    EXPECT_EQ(refusal(values("String", {std::string("10.0.0")}), "IPv4"),
              "row 0: '10.0.0' has no place in IPv4: expected its text as ClickHouse prints it");
    EXPECT_EQ(refusal(values("DateTime64(6)", {Int128{1'500'000}}), "DateTime"),
              "row 0: TIMESTAMP '1970-01-01 00:00:01.500000Z' has no place in DateTime: it is out "
              "of range, or finer than the type");
    EXPECT_EQ(refusal(values("Date32", {Int128{-1}}), "Date"),
              "row 0: DATE '1969-12-31' has no place in Date: it is out of range, or finer than "
              "the type");
    EXPECT_EQ(refusal(values("Float64", {1.5}), "Float32"),
              "values of type Float64 are not written as Float32; cast them, or change the "
              "column's type");
    EXPECT_EQ(refusal(values("Int64", {Int128{1}}), "DateTime"),
              "values of type Int64 are not written as DateTime; cast them, or change the "
              "column's type");
    EXPECT_EQ(refusal(values("Nullable(Int64)", {Scalar(), Int128{7}}), "Nullable(UInt8)"),
              "taken");
}

TEST_F(ArrowImportTest, FieldsAndColumnsMustAgree) {
    ColumnPtr column = random_column(format::parse_type("Int32"));
    TypePtr target = column->type;
    ArrowSchema schema;
    ArrowArray array;
    export_schema({{"c", target}}, {}, &schema);
    export_block({column->rows, {"c"}, {column}}, {target}, {}, pool_, &array);
    EXPECT_EQ(import_block(schema, array, {{"c", target}, {"d", target}}, pool_).columns.size(),
              1u);
    EXPECT_THROW(import_block(schema, array, {{"d", target}}, pool_), Error);
    array.children[0]->length = kRows - 1;
    EXPECT_THROW(import_block(schema, array, {{"c", target}}, pool_), Error);
    array.release(&array);
    schema.release(&schema);
}

}  // namespace
}  // namespace ch::connector
