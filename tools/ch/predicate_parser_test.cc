// Goal: a --where text means what SQL says, with literals in the column's type, and a mistake is
// shown where it is. Method: texts beside the expression that comes out.
#include "tools/ch/predicate_parser.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/io/posix_fs.h"
#include "engine/format/type_text.h"

namespace ch::tools {
namespace {

column::TypePtr type_of(const std::string& name) {
    static const std::pair<const char*, const char*> kColumns[] = {
        {"a", "Int32"},         {"u", "UInt8"},
        {"s", "String"},        {"n", "Nullable(Float64)"},
        {"d", "Date"},          {"t", "DateTime('UTC')"},
        {"m", "Decimal(9, 2)"}, {"b", "Bool"},
        {"odd name", "Int64"}};
    for (const auto& [known, type] : kColumns)
        if (name == known) return format::parse_type(type);
    throw Error(ErrorCode::NotFound, "no column " + name);
}

std::string parsed(std::string_view text) {
    try {
        return parse_predicate(text, type_of, io::PosixFs())->text();
    } catch (const Error& error) {
        return error.what();
    }
}

TEST(Predicate, AndBindsMoreTightlyThanOrAndNotMostTightly) {
    EXPECT_EQ(parsed("a = 1 or a = 2 and not b"), "(a = 1) OR ((a = 2) AND (NOT b))");
    EXPECT_EQ(parsed("(a = 1 or a = 2) and b"), "((a = 1) OR (a = 2)) AND b");
}

TEST(Predicate, LiteralsTakeTheColumnsType) {
    EXPECT_EQ(parsed("u > 300"), "u > 300");
    EXPECT_EQ(parsed("a = 1.5"), "CAST(a AS Decimal(11, 1)) = 1.5");
    EXPECT_EQ(parsed("m = 1.50"), "m = 1.50");
    EXPECT_EQ(parsed("d >= '2024-01-31'"), "d >= DATE '2024-01-31'");
    EXPECT_EQ(parsed("t < '2024-01-31 12:34:56'"), "t < TIMESTAMP '2024-01-31 12:34:56Z'");
    EXPECT_EQ(parsed("5 < a"), "a > 5");
}

TEST(Predicate, ListsRangesAndPatterns) {
    EXPECT_EQ(parsed("s in ('x', 'it''s')"), "s IN ('x', 'it''s')");
    EXPECT_EQ(parsed("a not in (1, 2)"), "NOT (a IN (1, 2))");
    EXPECT_EQ(parsed("a between 1 and 3"), "(a >= 1) AND (a <= 3)");
    EXPECT_EQ(parsed("s like 'x%'"), "s LIKE 'x%'");
    EXPECT_EQ(parsed("n is not null"), "n IS NOT NULL");
    EXPECT_EQ(parsed("`odd name` = -1"), "odd name = -1");
}

TEST(Predicate, AMistakeIsShownWhereItIs) {
    EXPECT_EQ(parsed(""),
              "InvalidArgument: --where: expected a column or a literal, found the end at "
              "character 1\n  \n  ^");
    EXPECT_EQ(parsed("a >"),
              "InvalidArgument: --where: expected a column or a literal, found the end at "
              "character 4\n  a >\n     ^");
    EXPECT_EQ(parsed("a = 'x'"),
              "InvalidArgument: --where: 'x' cannot be compared with a column of type Int32 at "
              "character 5\n  a = 'x'\n      ^");
    EXPECT_EQ(parsed("zz = 1"),
              "InvalidArgument: --where: no column zz at character 1\n  zz = 1\n  ^");
    EXPECT_EQ(parsed("lower(s) = 'x'"),
              "InvalidArgument: --where: functions are not known here, found lower() at character "
              "1\n  lower(s) = 'x'\n  ^");
    EXPECT_EQ(parsed("a = 1 extra"),
              "InvalidArgument: --where: expected AND, OR or the end, found 'extra' at character "
              "7\n  a = 1 extra\n        ^");
    EXPECT_EQ(parsed("(a = 1"),
              "InvalidArgument: --where: expected ), found the end at character 7\n  (a = 1\n    "
              "    ^");
    EXPECT_EQ(parsed("s > 1"),
              "InvalidArgument: --where: '1' cannot be compared with a column of type String at "
              "character 5\n  s > 1\n      ^");
    EXPECT_EQ(
        parsed("1 = 2"),
        "InvalidArgument: --where: a comparison needs a column at character 5\n  1 = 2\n      ^");
    EXPECT_EQ(parsed("d = 'tomorrow'"),
              "InvalidArgument: --where: 'tomorrow' is no date; expected 'YYYY-MM-DD' at character "
              "5\n  d = 'tomorrow'\n      ^");
    EXPECT_EQ(parsed("a in ()"),
              "InvalidArgument: --where: expected a column or a literal, found ')' at character "
              "7\n  a in ()\n        ^");
    EXPECT_EQ(parsed("s like 5"),
              "InvalidArgument: --where: expected a pattern in '', found '5' at character 8\n  s "
              "like 5\n         ^");
}

}  // namespace
}  // namespace ch::tools
