// Literal texts and their values; dates were computed with Python's datetime.
#include "connector/literal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "base/error.h"

namespace ch::connector {
namespace {

using column::Int128;

column::Scalar value_of(const std::string& text, const std::string& type) {
    return parse_literal(&text, type).value;
}
int64_t number_of(const std::string& text, const std::string& type) {
    return static_cast<int64_t>(std::get<Int128>(value_of(text, type)));
}

TEST(Literal, ReadsWholeNumbersToTheEndsOfTheirRange) {
    EXPECT_EQ(number_of("-128", "Int8"), -128);
    EXPECT_EQ(number_of("255", "UInt8"), 255);
    EXPECT_EQ(number_of("-9223372036854775808", "Int64"), INT64_MIN);
    EXPECT_EQ(std::get<Int128>(value_of("18446744073709551615", "UInt64")), Int128{UINT64_MAX});
    EXPECT_EQ(number_of("true", "Bool"), 1);
    EXPECT_EQ(number_of("+007", "Int32"), 7);
}

TEST(Literal, ReadsDatesOfAnyYear) {
    EXPECT_EQ(number_of("1970-01-01", "Date32"), 0);
    EXPECT_EQ(number_of("2024-02-29", "Date32"), 19782);
    EXPECT_EQ(number_of("1899-12-31", "Date32"), -25568);
    EXPECT_EQ(number_of("0001-01-01", "Date32"), -719162);
    EXPECT_EQ(number_of("0000-01-01", "Date32"), -719528);
    EXPECT_EQ(number_of("9999-12-31", "Date32"), 2932896);
    EXPECT_EQ(number_of("-0001-12-31", "Date32"), -719529);
    EXPECT_EQ(number_of("2149-06-06", "Date"), 65535);
}

TEST(Literal, ReadsDecimalsWithoutLosingADigit) {
    EXPECT_EQ(number_of("1.50", "Decimal(15, 2)"), 150);
    EXPECT_EQ(number_of("-.5", "Decimal(15, 2)"), -50);
    EXPECT_EQ(number_of("7", "Decimal(15, 2)"), 700);
    EXPECT_EQ(number_of("0.010000", "Decimal(3, 2)"), 1);
    std::string nines(38, '9');
    EXPECT_EQ(literal_text(value_of(nines, "Decimal(38, 0)"), *column::make_decimal(38, 0)), nines);
}

TEST(Literal, ReadsFloatsTextAndBinary) {
    EXPECT_EQ(std::get<double>(value_of("1.5e3", "Float64")), 1500.0);
    EXPECT_EQ(std::get<double>(value_of("0.1", "Float32")), static_cast<double>(0.1f));
    EXPECT_TRUE(std::isnan(std::get<double>(value_of("nan", "Float64"))));
    EXPECT_EQ(std::get<double>(value_of("-inf", "Float64")), -INFINITY);
    EXPECT_EQ(std::get<std::string>(value_of("", "String")), "");
    EXPECT_EQ(std::get<std::string>(value_of("00ff", "FixedString")), std::string("\x00\xFF", 2));
    std::string hex = "00ff";
    EXPECT_EQ(parse_literal(&hex, "FixedString").type->fixed_bytes, 2u);
    EXPECT_EQ(std::get<std::string>(value_of("61", "FixedString(3)")), std::string("a\0\0", 3));
}

TEST(Literal, NullHasItsTypeNullable) {
    Literal literal = parse_literal(nullptr, "Int64");
    EXPECT_TRUE(column::is_null(literal.value));
    EXPECT_TRUE(literal.type->nullable);
}

struct Refused {
    const char* text;
    const char* type;
    ErrorCode code;
};

TEST(Literal, RefusesTextThatIsNoValueOfItsType) {
    const Refused cases[] = {
        {"", "Int64", ErrorCode::InvalidArgument},
        {"-", "Int64", ErrorCode::InvalidArgument},
        {"1 ", "Int64", ErrorCode::InvalidArgument},
        {"0x10", "Int64", ErrorCode::InvalidArgument},
        {"128", "Int8", ErrorCode::InvalidArgument},
        {"-1", "UInt64", ErrorCode::InvalidArgument},
        {"9223372036854775808", "Int64", ErrorCode::InvalidArgument},
        {"99999999999999999999999999999999999999999999", "Int64", ErrorCode::InvalidArgument},
        {"1", "Bool", ErrorCode::InvalidArgument},
        {"1.505", "Decimal(15, 2)", ErrorCode::InvalidArgument},
        {"1000", "Decimal(5, 2)", ErrorCode::InvalidArgument},
        {"1.2.3", "Decimal(5, 2)", ErrorCode::InvalidArgument},
        {"1e3", "Decimal(5, 2)", ErrorCode::InvalidArgument},
        {"", "Float64", ErrorCode::InvalidArgument},
        {"1.5x", "Float64", ErrorCode::InvalidArgument},
        {"1e999", "Float64", ErrorCode::InvalidArgument},
        {"2023-02-29", "Date32", ErrorCode::InvalidArgument},
        {"2023-13-01", "Date32", ErrorCode::InvalidArgument},
        {"2023-1", "Date32", ErrorCode::InvalidArgument},
        {"20230101", "Date32", ErrorCode::InvalidArgument},
        {"2024--1-05", "Date32", ErrorCode::InvalidArgument},
        {"1969-12-31", "Date", ErrorCode::InvalidArgument},
        {"2024-01-01 00:00:00", "DateTime64(6)", ErrorCode::InvalidArgument},
        {"abc", "FixedString", ErrorCode::InvalidArgument},
        {"zz", "FixedString", ErrorCode::InvalidArgument},
        {"616263", "FixedString(2)", ErrorCode::InvalidArgument},
        {"1", "Int6", ErrorCode::Unsupported},
        {"1", "Int64)", ErrorCode::InvalidArgument},
        {"[1]", "Array(Int64)", ErrorCode::Unsupported},
        {"1", "UInt128", ErrorCode::Unsupported},
    };
    for (const Refused& refused : cases) {
        try {
            value_of(refused.text, refused.type);
            ADD_FAILURE() << "taken: " << refused.text << " as " << refused.type;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), refused.code) << refused.text << ": " << error.what();
        }
    }
}

TEST(Literal, IsPrintedAsTheTextThatGivesItBack) {
    const std::pair<const char*, const char*> cases[] = {{"-128", "Int8"},
                                                         {"0", "UInt64"},
                                                         {"-0.05", "Decimal(15, 2)"},
                                                         {"12.00", "Decimal(15, 2)"},
                                                         {"2024-02-29", "Date32"},
                                                         {"0000-01-01", "Date32"},
                                                         {"-0001-12-31", "Date32"},
                                                         {"9999-12-31", "Date32"},
                                                         {"-1", "DateTime64(6)"},
                                                         {"true", "Bool"},
                                                         {"1.5", "Float64"},
                                                         {"inf", "Float64"},
                                                         {"a'b", "String"},
                                                         {"00ff", "FixedString(2)"}};
    for (const auto& [text, type] : cases) {
        std::string given = text;
        Literal literal = parse_literal(&given, type);
        EXPECT_EQ(literal_text(literal.value, *literal.type), text) << type;
    }
}

}  // namespace
}  // namespace ch::connector
