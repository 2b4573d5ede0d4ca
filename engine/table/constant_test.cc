#include "engine/table/constant.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "engine/format/type_text.h"

namespace ch::table {
namespace {

column::Scalar value_of(std::string_view sql, std::string_view type) {
    std::vector<SqlToken> tokens = tokenize_sql(sql);
    Constant constant = parse_constant(std::span(tokens).first(tokens.size() - 1));
    return cast_constant(constant, *format::parse_type(type)).value;
}
column::Scalar number(int64_t value) {
    return column::Int128(value);
}
bool is_refused(std::string_view sql, std::string_view type) {
    try {
        value_of(sql, type);
    } catch (const Error& error) {
        return error.code() == ErrorCode::Unsupported;
    }
    return false;
}

// The values are what chDB 4.4.0 prints for CAST(sql AS type).
TEST(Constant, IsCastAsClickHouseCastsIt) {
    EXPECT_EQ(value_of("1.15", "Decimal(10, 2)"), number(114));
    EXPECT_EQ(value_of("2.675", "Decimal(10, 2)"), number(267));
    EXPECT_EQ(value_of("'1.159'", "Decimal(10, 2)"), number(115));
    EXPECT_EQ(value_of("2.7", "UInt8"), number(2));
    EXPECT_EQ(value_of("-1", "UInt8"), number(255));
    EXPECT_EQ(value_of("300", "UInt8"), number(44));
    EXPECT_EQ(value_of("'2020-01-01'", "DateTime('UTC')"), number(1577836800));
    EXPECT_EQ(value_of("18000", "Date"), number(18000));
    EXPECT_EQ(value_of("1.9999", "DateTime64(3, 'UTC')"), number(1999));
    EXPECT_EQ(value_of("5", "DateTime64(3, 'UTC')"), number(5000));
    EXPECT_EQ(value_of("'2020-01-01 00:00:00.123456'", "DateTime64(3, 'UTC')"),
              number(1577836800123));
    EXPECT_EQ(value_of("'abc'", "FixedString(5)"), column::Scalar(std::string("abc\0\0", 5)));
}

// As ALTER TABLE ADD COLUMN ... DEFAULT 'text' was read by chDB 4.4.0.
TEST(Constant, ALocalTimeIsReadInItsZone) {
    const std::string berlin = "DateTime('Europe/Berlin')";
    EXPECT_EQ(value_of("'2020-01-01 00:00:00'", berlin), number(1577833200));
    EXPECT_EQ(value_of("'2024-07-01 12:30:00'", berlin), number(1719829800));
    EXPECT_EQ(value_of("'2024-03-31 02:30:00'", berlin), number(1711845000));  // skipped
    EXPECT_EQ(value_of("'2024-10-27 02:30:00'", berlin), number(1729989000));  // twice
    EXPECT_EQ(value_of("toDate('2024-03-31')", berlin), number(1711839600));
    EXPECT_EQ(value_of("'2024-03-31 02:30:00.125'", "DateTime64(3, 'Europe/Berlin')"),
              number(1711845000125));
    EXPECT_EQ(value_of("'2024-03-10 02:30:00'", "DateTime('America/New_York')"),
              number(1710052200));
    EXPECT_EQ(value_of("toDate('1999-12-31')", "DateTime('Asia/Kolkata')"), number(946578600));
}

TEST(Constant, MayBeSpelledInManyWays) {
    EXPECT_EQ(value_of("CAST('y', 'Enum8(\\'x\\' = 1, \\'y\\' = 2)')", "Enum8('x' = 1, 'y' = 2)"),
              number(2));
    EXPECT_EQ(value_of("CAST(7 AS UInt8)", "Int64"), number(7));
    EXPECT_EQ(value_of("'7'::UInt8", "Int64"), number(7));
    EXPECT_EQ(value_of("toDate('2020-01-01')", "Date"), number(18262));
    EXPECT_EQ(value_of("toDecimal64('-1.5', 4)", "Decimal(18, 4)"), number(-15000));
    EXPECT_EQ(value_of("-(5)", "Int8"), column::Scalar(number(-5)));
    EXPECT_EQ(value_of("NULL", "Nullable(Int8)"), column::Scalar());
    EXPECT_EQ(value_of("toNullable(3)", "Nullable(Int8)"), number(3));
    EXPECT_EQ(value_of("'00112233-4455-6677-8899-aabbccddeeff'", "UUID"),
              column::Scalar(std::string(
                  "\x77\x66\x55\x44\x33\x22\x11\x00\xff\xee\xdd\xcc\xbb\xaa\x99\x88", 16)));
    EXPECT_EQ(value_of("'1.2.3.4'", "IPv4"), number(0x01020304));
}

TEST(Constant, IsRefusedWhereItsValueIsNotKnown) {
    EXPECT_TRUE(is_refused("now()", "DateTime('UTC')"));
    EXPECT_TRUE(is_refused("k + 1", "Int64"));
    EXPECT_TRUE(is_refused("other", "Int64"));
    EXPECT_TRUE(is_refused("NULL", "Int64"));
    EXPECT_TRUE(is_refused("'2020-01-01 00:00:00'", "DateTime"));
    EXPECT_TRUE(is_refused("'2020-02-30'", "Date"));
    EXPECT_TRUE(is_refused("()", "Int64"));
    EXPECT_TRUE(is_refused("'" + std::string(39, '2') + "'", "Decimal(38, 0)"));
    EXPECT_TRUE(is_refused("'" + std::string(60, '2') + "'", "Decimal(38, 2)"));
    EXPECT_TRUE(is_refused("'x'", "Decimal(50, 40)"));
    std::string casts = "1";
    for (int i = 0; i < 10000; ++i) casts += "::Int8";
    EXPECT_TRUE(is_refused(casts, "Int64"));
}

}  // namespace
}  // namespace ch::table
