// Goal: every type's text is read, printed back as it was, or refused. Method: texts that
// ClickHouse 24 to 26 print.
#include "engine/format/type_text.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "engine/format/limits.h"

namespace ch::format {
namespace {

using column::TypeId;
using column::TypePtr;

TEST(TypeText, PrintsCanonicalTypesBackAsTheyWere) {
    const std::string texts[] = {
        "Bool",
        "Int8",
        "Int16",
        "Int32",
        "Int64",
        "Int128",
        "Int256",
        "UInt8",
        "UInt16",
        "UInt32",
        "UInt64",
        "UInt128",
        "UInt256",
        "Float32",
        "Float64",
        "BFloat16",
        "String",
        "UUID",
        "IPv4",
        "IPv6",
        "Date",
        "Date32",
        "Time",
        "Time64(0)",
        "Time64(9)",
        "DateTime",
        "DateTime('UTC')",
        "DateTime('Europe/Kiev')",
        "DateTime64(3)",
        "DateTime64(9, 'Asia/Tokyo')",
        "Decimal(1, 0)",
        "Decimal(9, 9)",
        "Decimal(18, 4)",
        "Decimal(38, 5)",
        "Decimal(76, 76)",
        "FixedString(1)",
        "FixedString(16777215)",
        "Enum8('a' = -128, 'b' = 127)",
        "Enum16('' = -32768, 'b, c) = 3' = 0, 'it\\'s\\\\ \\b\\f\\n\\r\\t\\0' = 32767)",
        "Enum8('\xd0\xbf\xd1\x80 \"x\" `y` \x01\x7f' = 1)",
        "Nullable(Decimal(15, 2))",
        "Nullable(Enum8('a' = 1))",
        "Array(Nullable(String))",
        "Array(Array(Array(UInt8)))",
        "LowCardinality(String)",
        "LowCardinality(Nullable(String))",
        "LowCardinality(Nullable(FixedString(3)))",
        "LowCardinality(DateTime('UTC'))",
        "Map(LowCardinality(String), Array(Tuple(a UInt8, b Nullable(Date))))",
        "Tuple(UInt8, String)",
        "Tuple(x UInt8, y String)",
        "Nullable(Tuple(a UInt8))",
        "Tuple(`a b` UInt8, `1a` UInt8, `\\`q\\`` UInt8, `x\\ty` UInt8)",
        "Tuple(`\"d\"` UInt8, `it's` UInt8)",
        "Tuple(`NULL` UInt8, `distinct` UInt8, `select` UInt8, `true` UInt8)",
        "Tuple(`a.b` UInt8, Tuple UInt8)",
        "Tuple(Array Array(UInt8), Nullable Nullable(UInt8), Int32 Int32)",
    };
    for (const std::string& text : texts) {
        TypePtr type = parse_type(text);
        EXPECT_NE(type->id, TypeId::Unsupported) << text;
        EXPECT_EQ(type->name(), text);
    }
}

TEST(TypeText, ReadsOtherSpellingsAsTheCanonicalOne) {
    const std::pair<const char*, const char*> spellings[] = {
        {"Decimal32(3)", "Decimal(9, 3)"},
        {"Decimal64(18)", "Decimal(18, 18)"},
        {"Decimal128(0)", "Decimal(38, 0)"},
        {"Decimal256(7)", "Decimal(76, 7)"},
        {"Decimal(15,2)", "Decimal(15, 2)"},
        {"Decimal(5)", "Decimal(5, 0)"},
        {"Decimal", "Decimal(10, 0)"},
        {"DateTime64", "DateTime64(3)"},
        {"DateTime64(3,'UTC')", "DateTime64(3, 'UTC')"},
        {" Array ( Nullable(UInt8) ) ", "Array(Nullable(UInt8))"},
        {"Tuple(\n    a UInt8,\n    b Tuple(\n        c String))",
         "Tuple(a UInt8, b Tuple(c String))"},
        {"Tuple(\"a b\" UInt8)", "Tuple(`a b` UInt8)"},
        {"Enum8('it''s'=1,'\\x41\\/\\q'=2)", "Enum8('it\\'s' = 1, 'A/\\\\q' = 2)"},
        {"Nested(a UInt8, b Array(String))", "Array(Tuple(a UInt8, b Array(String)))"},
        {"SimpleAggregateFunction(sum, UInt64)", "UInt64"},
        {"SimpleAggregateFunction(groupArrayArray(10), Array(Nullable(String)))",
         "Array(Nullable(String))"},
        {"Point", "Tuple(Float64, Float64)"},
        {"Ring", "Array(Tuple(Float64, Float64))"},
        {"LineString", "Array(Tuple(Float64, Float64))"},
        {"MultiLineString", "Array(Array(Tuple(Float64, Float64)))"},
        {"Polygon", "Array(Array(Tuple(Float64, Float64)))"},
        {"MultiPolygon", "Array(Array(Array(Tuple(Float64, Float64))))"},
    };
    for (const auto& [text, canonical] : spellings) EXPECT_EQ(parse_type(text)->name(), canonical);
}

TEST(TypeText, TellsTheParametersOfATypeApart) {
    EXPECT_EQ(parse_type("Decimal(15, 2)")->precision, 15);
    EXPECT_EQ(parse_type("Decimal(15, 2)")->scale, 2);
    EXPECT_EQ(parse_type("DateTime64(6, 'UTC')")->scale, 6);
    EXPECT_EQ(parse_type("DateTime64(6, 'UTC')")->timezone, "UTC");
    EXPECT_EQ(parse_type("FixedString(12)")->fixed_bytes, 12U);
    TypePtr words = parse_type("LowCardinality(Nullable(String))");
    EXPECT_TRUE(words->nullable);
    EXPECT_FALSE(words->children[0]->nullable);
    TypePtr tuple = parse_type("Tuple(a UInt8, `b c` Nullable(String))");
    EXPECT_EQ(tuple->element_names, (std::vector<std::string>{"a", "b c"}));
    EXPECT_TRUE(tuple->children[1]->nullable);
    TypePtr labels = parse_type("Enum16('a' = -300, 'b\\'' = 5)");
    EXPECT_EQ(labels->enum_values,
              (std::vector<std::pair<std::string, int16_t>>{{"a", -300}, {"b'", 5}}));
}

TEST(TypeText, KeepsTheTextOfTypesThatAreNotOurs) {
    const std::string texts[] = {
        "JSON",
        "JSON(max_dynamic_paths=3, `a.b` UInt32, SKIP x, SKIP REGEXP 'y)')",
        "Object('json')",
        "Variant(String, UInt8)",
        "Dynamic",
        "Dynamic(max_types=3)",
        "AggregateFunction(quantiles(0.5, 0.9), UInt64)",
        "AggregateFunction(1, sumMap, Array(UInt8))",
        "IntervalDay",
        "Nothing",
        "Nullable(Nothing)",
        "Geometry",
        "QBit(Float32, 8)",
        "Tuple()",
        "Tuple",
        "Array(Tuple)",
        "Array(Variant(String, UInt8))",
        "Map(String, JSON)",
        "Tuple(a UInt8, `b c` Dynamic)",
        "Nullable(JSON)",
        "Nested(a Variant(UInt8))",
        "Nullable(Array(UInt8))",
        "Int32(5)",
        "SomethingNew((('')))",
    };
    for (const std::string& text : texts) {
        TypePtr type = parse_type(text);
        EXPECT_EQ(type->id, TypeId::Unsupported) << text;
        EXPECT_EQ(type->text, text);
        EXPECT_EQ(type->name(), text);
    }
}

TEST(TypeText, RefusesTextThatIsNoType) {
    const std::string texts[] = {
        "",
        " ",
        "(",
        ")",
        "Array",
        "Array(",
        "Array()",
        "Array(UInt8",
        "Array(UInt8))",
        "UInt8 x",
        "Nullable(Nullable(UInt8))",
        "Nullable(LowCardinality(String))",
        "LowCardinality(Array(UInt8))",
        "Map(String)",
        "Map(String, UInt8, UInt8)",
        "Tuple(UInt8, a String)",
        "Tuple(a UInt8,)",
        "Tuple(a b UInt8)",
        "FixedString",
        "FixedString(0)",
        "FixedString(16777216)",
        "FixedString(-1)",
        "Decimal(0, 0)",
        "Decimal(77, 0)",
        "Decimal(5, 6)",
        "Decimal32(10)",
        "Decimal32",
        "DateTime64(10)",
        "DateTime(UTC)",
        "DateTime('UTC",
        "Enum8()",
        "Enum8('a')",
        "Enum8('a' = 128)",
        "Enum16('a' = 32768)",
        "Enum8('a' = 99999999999999999999)",
        "Enum8('a\\",
        "Enum8('\\x4' = 1)",
        "SimpleAggregateFunction(sum)",
        "JSON(",
        "JSON('a)",
        "JSON(`a)",
    };
    for (const std::string& text : texts) {
        try {
            parse_type(text);
            ADD_FAILURE() << text << " was read";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::Corrupt) << text;
            EXPECT_GE(error.offset(), 0) << text;
        }
    }
}

TEST(TypeText, LimitsNestingAndLength) {
    auto nested = [](size_t depth) {
        std::string text = "UInt8";
        for (size_t i = 1; i < depth; ++i) text = "Array(" + text + ")";
        return text;
    };
    EXPECT_EQ(parse_type(nested(kTypeDepthMax))->name(), nested(kTypeDepthMax));
    EXPECT_THROW(parse_type(nested(kTypeDepthMax + 1)), Error);
    EXPECT_THROW(parse_type(nested(2000)), Error);
    EXPECT_THROW(parse_type(std::string(kTypeTextBytesMax + 1, ' ')), Error);
}

}  // namespace
}  // namespace ch::format
