// Goal: values read as ClickHouse 26.9 prints them. Method: each line's bytes are what RowBinary
// and a part hold; the two texts are what a real ClickHouse gave for them as CSV and JSONEachRow.
#include <gtest/gtest.h>

#include <cstring>
#include <span>

#include "base/io/posix_fs.h"
#include "base/memory_budget.h"
#include "engine/format/type_text.h"
#include "tools/ch/row_writer.h"

namespace ch::tools {
namespace {

struct Example {
    const char* type;
    const char* hex;
    const char* csv;
    const char* json;
};

std::string bytes_of(std::string_view hex) {
    std::string bytes;
    for (size_t i = 0; i < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    return bytes;
}

class ValueText : public ::testing::Test {
protected:
    column::Column make_value(const std::string& type, std::string_view bytes) {
        column::Column column = column::make_column(format::parse_type(type), 1, pool_);
        if (column.type->id == column::TypeId::String) {
            column.data = pool_->make(bytes.size());
            column.offsets.as<int32_t>()[1] = static_cast<int32_t>(bytes.size());
        }
        EXPECT_EQ(column.data.size(), bytes.size()) << type;
        std::memcpy(column.data.data(), bytes.data(), bytes.size());
        return column;
    }

    /// One row whose only column is x.
    std::string written(std::unique_ptr<RowWriter> (*make)(std::vector<ColumnFormat>),
                        column::Column column) {
        std::vector<ColumnFormat> columns;
        columns.push_back({"x", ValueFormat(column.type, calendars_)});
        auto writer = make(std::move(columns));
        column::Block block{1, {"x"}, {std::make_shared<const column::Column>(std::move(column))}};
        std::string text;
        writer->append_rows(text, block, 0, 1);
        return text;
    }

    column::Column make_list(const std::string& type, column::Column element) {
        column::Column list = column::make_column(format::parse_type(type), 1, pool_);
        list.offsets.as<int32_t>()[1] = 1;
        list.children.push_back(std::make_shared<const column::Column>(std::move(element)));
        return list;
    }

    void check(std::span<const Example> examples) {
        for (const Example& example : examples) {
            SCOPED_TRACE(std::string(example.type) + " " + example.hex);
            const std::string bytes = bytes_of(example.hex);
            EXPECT_EQ(written(make_csv_writer, make_value(example.type, bytes)),
                      std::string(example.csv) + "\n");
            EXPECT_EQ(written(make_jsonl_writer, make_value(example.type, bytes)),
                      "{\"x\":" + std::string(example.json) + "}\n");
        }
    }

    std::shared_ptr<BufferPool> pool_ =
        std::make_shared<BufferPool>(std::make_shared<MemoryBudget>(1 << 20));
    Calendars calendars_{std::make_shared<io::PosixFs>()};
};

TEST_F(ValueText, IntegersOfAnyWidthAreBare) {
    static constexpr Example kExamples[] = {
        {"Int8", "80", "-128", "-128"},
        {"UInt64", "ffffffffffffffff", "18446744073709551615", "18446744073709551615"},
        {"Int64", "0000000000000080", "-9223372036854775808", "-9223372036854775808"},
        {"Int128", "00000000000000000000000000000080", "-170141183460469231731687303715884105728",
         "-170141183460469231731687303715884105728"},
        {"UInt256", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
         "115792089237316195423570985008687907853269984665640564039457584007913129639935",
         "115792089237316195423570985008687907853269984665640564039457584007913129639935"},
        {"Int256", "0000000000000000000000000000000000000000000000000000000000000080",
         "-57896044618658097711785492504343953926634992332820282019728792003956564819968",
         "-57896044618658097711785492504343953926634992332820282019728792003956564819968"},
        {"Bool", "00", "false", "false"},
        {"Bool", "01", "true", "true"},
    };
    check(kExamples);
}

TEST_F(ValueText, FloatsAreTheShortestTextThatReadsBack) {
    static constexpr Example kExamples[] = {
        {"Float64", "0000000000000000", "0", "0"},
        {"Float64", "0000000000000080", "-0", "-0"},
        {"Float64", "8dedb5a0f7c6b03e", "0.000001", "0.000001"},
        {"Float64", "54e41071732ab93e", "0.0000015", "0.0000015"},
        {"Float64", "48afbc9af2d77a3e", "1e-7", "1e-7"},
        {"Float64", "f168e388b5f8e43e", "0.00001", "0.00001"},
        {"Float64", "00008054346f9d41", "123456789.125", "123456789.125"},
        {"Float64", "92d54d06cff08044", "1e22", "1e22"},
        {"Float64", "e447bc03dac41a44", "123450000000000000000", "123450000000000000000"},
        {"Float64", "50efe2d6e41a4b44", "1e21", "1e21"},
        {"Float64", "eeac554208bb5044", "1.2345e21", "1.2345e21"},
        {"Float64", "0000000000004043", "9007199254740992", "9007199254740992"},
        {"Float64", "000000000000f87f", "nan", "null"},
        {"Float64", "000000000000f07f", "inf", "null"},
        {"Float64", "000000000000f0ff", "-inf", "null"},
        {"Float64", "0100000000000000", "5e-324", "5e-324"},
        {"Float64", "ffffffffffffef7f", "1.7976931348623157e308", "1.7976931348623157e308"},
        {"Float64", "bbbdd7d9df7cdbbd", "-1e-10", "-1e-10"},
        {"Float64", "9a9999999999b93f", "0.1", "0.1"},
        {"Float32", "9a99993e", "0.3", "0.3"},
        {"Float32", "00008000", "1.1754944e-38", "1.1754944e-38"},
        {"Float32", "ffff7f7f", "3.4028235e38", "3.4028235e38"},
        {"Float32", "0000004b", "8388608", "8388608"},
        {"Float32", "ec78ad60", "100000000000000000000", "100000000000000000000"},
        {"Float32", "5da1a262", "1.5e21", "1.5e21"},
        {"Float32", "a379eb4c", "123456790", "123456790"},
        {"BFloat16", "c07f", "nan", "null"},
        {"BFloat16", "0100", "9.1835e-41", "9.1835e-41"},
        {"BFloat16", "7f7f", "3.3895314e38", "3.3895314e38"},
        {"BFloat16", "0080", "-0", "-0"},
        {"BFloat16", "803e", "0.25", "0.25"},
        {"BFloat16", "80ff", "-inf", "null"},
    };
    check(kExamples);
}

TEST_F(ValueText, DecimalsLoseTrailingZeros) {
    static constexpr Example kExamples[] = {
        {"Decimal(9, 9)", "013665c4", "-0.999999999", "-0.999999999"},
        {"Decimal(9, 2)", "96000000", "1.5", "1.5"},
        {"Decimal(9, 2)", "fbffffff", "-0.05", "-0.05"},
        {"Decimal(5, 0)", "64000000", "100", "100"},
        {"Decimal(38, 10)", "01000000c0dd75f6853b79a557b3c4b4",
         "-9999999999999999999999999999.9999999999", "-9999999999999999999999999999.9999999999"},
        {"Decimal(76, 76)", "000000000000000000783547072d4544436bcd0baaa54d7c25753377ac19f2f4",
         "-0.5", "-0.5"},
    };
    check(kExamples);
}

TEST_F(ValueText, DatesStopAtTheYears0And9999) {
    static constexpr Example kExamples[] = {
        {"Date", "0000", "\"1970-01-01\"", "\"1970-01-01\""},
        {"Date", "ffff", "\"2149-06-06\"", "\"2149-06-06\""},
        {"Date32", "209cffff", "\"1899-12-31\"", "\"1899-12-31\""},
        {"Date32", "219cffff", "\"1900-01-01\"", "\"1900-01-01\""},
        {"Date32", "d1d60100", "\"2299-12-31\"", "\"2299-12-31\""},
        {"Date32", "d2d60100", "\"2300-01-01\"", "\"2300-01-01\""},
        {"Date32", "5805f5ff", "\"0000-01-01\"", "\"0000-01-01\""},
        {"Date32", "a0c02c00", "\"9999-12-31\"", "\"9999-12-31\""},
        {"Date32", "a1c02c00", "\"9999-12-31\"", "\"9999-12-31\""},
        {"Date32", "00000080", "\"0000-01-01\"", "\"0000-01-01\""},
    };
    check(kExamples);
}

TEST_F(ValueText, TimesShowTheirZonesClocks) {
    static constexpr Example kExamples[] = {
        {"DateTime('Asia/Kolkata')", "00000000", "\"1970-01-01 05:30:00\"",
         "\"1970-01-01 05:30:00\""},
        {"DateTime('Asia/Kolkata')", "ffffffff", "\"2106-02-07 11:58:15\"",
         "\"2106-02-07 11:58:15\""},
        {"DateTime64(3, 'UTC')", "ffffffffffffffff", "\"1969-12-31 23:59:59.999\"",
         "\"1969-12-31 23:59:59.999\""},
        {"DateTime64(3, 'UTC')", "95e8835f8d010000", "\"2024-01-31 12:34:56.789\"",
         "\"2024-01-31 12:34:56.789\""},
        {"DateTime64(3, 'UTC')", "0000000000000080", "\"0000-01-01 00:00:00.192\"",
         "\"0000-01-01 00:00:00.192\""},
        {"DateTime64(3, 'UTC')", "ffffffffffffff7f", "\"9999-12-31 23:59:59.807\"",
         "\"9999-12-31 23:59:59.807\""},
        {"DateTime64(0, 'America/New_York')", "6f5aed6500000000", "\"2024-03-10 01:59:59\"",
         "\"2024-03-10 01:59:59\""},
        {"DateTime64(0, 'America/New_York')", "705aed6500000000", "\"2024-03-10 03:00:00\"",
         "\"2024-03-10 03:00:00\""},
        {"DateTime64(0, 'America/New_York')", "6011276700000000", "\"2024-11-03 01:00:00\"",
         "\"2024-11-03 01:00:00\""},
        {"DateTime64(0, 'America/New_York')", "8ff0035effffffff", "\"1883-11-18 12:03:57\"",
         "\"1883-11-18 12:03:57\""},
        {"DateTime64(0, 'America/New_York')", "00dbb56c02000000", "\"2299-12-31 19:00:00\"",
         "\"2299-12-31 19:00:00\""},
        {"DateTime64(0, 'America/New_York')", "8041f4ff3a000000", "\"9999-12-31 19:00:00\"",
         "\"9999-12-31 19:00:00\""},
        {"DateTime64(9, 'Asia/Tokyo')", "ffffffffffffffff", "\"1970-01-01 08:59:59.999999999\"",
         "\"1970-01-01 08:59:59.999999999\""},
    };
    check(kExamples);
}

TEST_F(ValueText, DurationsStopAt999Hours) {
    static constexpr Example kExamples[] = {
        {"Time", "7fee3600", "\"999:59:59\"", "\"999:59:59\""},
        {"Time", "80ee3600", "\"999:59:59\"", "\"999:59:59\""},
        {"Time", "ffffffff", "\"-00:00:01\"", "\"-00:00:01\""},
        {"Time", "00000080", "\"-999:59:59\"", "\"-999:59:59\""},
        {"Time64(3)", "ffffffffffffffff", "\"-00:00:00.001\"", "\"-00:00:00.001\""},
        {"Time64(3)", "ffa393d600000000", "\"999:59:59.999\"", "\"999:59:59.999\""},
        {"Time64(3)", "ff5b6c29ffffffff", "\"-999:59:59.001\"", "\"-999:59:59.001\""},
    };
    check(kExamples);
}

TEST_F(ValueText, AddressesAreShort) {
    static constexpr Example kExamples[] = {
        {"IPv6", "00000000000000000000000000000000", "\"::\"", "\"::\""},
        {"IPv6", "00000000000000000000000000000001", "\"::1\"", "\"::1\""},
        {"IPv6", "00010000000000000000000000000000", "\"1::\"", "\"1::\""},
        {"IPv6", "00010000000000020000000000000003", "\"1:0:0:2::3\"", "\"1:0:0:2::3\""},
        {"IPv6", "00000000000000000000000001020304", "\"::1.2.3.4\"", "\"::1.2.3.4\""},
        {"IPv6", "00000000000000000000ffff01020304", "\"::ffff:1.2.3.4\"", "\"::ffff:1.2.3.4\""},
        {"IPv6", "0064ff9b000000000000000001020304", "\"64:ff9b::102:304\"",
         "\"64:ff9b::102:304\""},
        {"IPv6", "00010002000300040005000600070008", "\"1:2:3:4:5:6:7:8\"", "\"1:2:3:4:5:6:7:8\""},
        {"IPv4", "04030201", "\"1.2.3.4\"", "\"1.2.3.4\""},
    };
    check(kExamples);
}

TEST_F(ValueText, NamesAndBytesAreQuoted) {
    static constexpr Example kExamples[] = {
        {"UUID", "7766554433221100ffeeddccbbaa9988", "\"00112233-4455-6677-8899-aabbccddeeff\"",
         "\"00112233-4455-6677-8899-aabbccddeeff\""},
        {"Enum8('a' = -1, 'x\"y' = 2)", "ff", "\"a\"", "\"a\""},
        {"Enum8('a' = -1, 'x\"y' = 2)", "02", "\"x\"\"y\"", "\"x\\\"y\""},
        {"FixedString(2)", "2f22", "\"/\"\"\"", "\"\\/\\\"\""},
    };
    check(kExamples);
}

// Every byte that one of the formats escapes, and a byte that is no UTF-8.
constexpr char kBytesAndZero[] =
    "\0\x01\x07\b\t\n\v\f\r\x1b\x1f \x7f\x80\xe2\x80\xa8\xe2\x80\xa9\"&'\\/<>\xc3\xa9";
constexpr std::string_view kBytes(kBytesAndZero, sizeof(kBytesAndZero) - 1);

TEST_F(ValueText, TextIsEscapedAsEachFormatWants) {
    std::string quoted(kBytes);
    quoted.insert(quoted.find('"'), 1, '"');
    EXPECT_EQ(written(make_csv_writer, make_value("String", kBytes)), "\"" + quoted + "\"\n");

    EXPECT_EQ(written(make_jsonl_writer, make_value("String", kBytes)),
              "{\"x\":\"\\u0000\\u0001\\u0007\\b\\t\\n\\u000B\\f\\r\\u001B\\u001F "
              "\x7f\x80\\u2028\\u2029\\\"&'\\\\\\/<>\xc3\xa9\"}\n");
}

TEST_F(ValueText, TextInAnArrayIsEscapedBeforeItIsQuoted) {
    EXPECT_EQ(written(make_csv_writer, make_list("Array(String)", make_value("String", kBytes))),
              "\"['\\0\x01\x07\\b\\t\\n\v\\f\\r\x1b\x1f "
              "\x7f\x80\xe2\x80\xa8\xe2\x80\xa9\"\"&\\'\\\\/<>\xc3\xa9']\"\n");
    EXPECT_EQ(written(make_jsonl_writer, make_list("Array(Date)", make_value("Date", {"\0\0", 2}))),
              "{\"x\":[\"1970-01-01\"]}\n");
}

}  // namespace
}  // namespace ch::tools
