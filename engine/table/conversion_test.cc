// Conversions of stored values as ClickHouse 4.4's ALTER ... MODIFY COLUMN reads parts that it has
// not rewritten.
#include "engine/table/conversion.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/exec/test_columns.h"
#include "engine/format/type_text.h"
#include "engine/format/write_value.h"

namespace ch::table {
namespace {

using column::ColumnPtr;
using column::Scalar;

ColumnPtr convert_texts(const char* from, const char* to, const std::vector<Scalar>& values) {
    ColumnPtr column = exec::make_values(format::parse_type(from), values);
    return convert(column, format::parse_type(to), exec::test_pool());
}

TEST(Conversion, TheZerosThatFillAFixedStringUpAreNoPartOfAString) {
    using std::string_literals::operator""s;
    for (const char* to : {"String", "LowCardinality(String)"}) {
        ColumnPtr found =
            convert_texts("FixedString(4)", to, {"ab\0\0"s, "\0\0\0\0"s, "a\0b\0"s, "abcd"s});
        EXPECT_EQ(format::scalar_at(*found, 0), Scalar("ab"s));
        EXPECT_EQ(format::scalar_at(*found, 1), Scalar(""s));
        EXPECT_EQ(format::scalar_at(*found, 2), Scalar("a\0b"s));
        EXPECT_EQ(format::scalar_at(*found, 3), Scalar("abcd"s));
    }
}

TEST(Conversion, AWiderFixedStringIsFilledUp) {
    using std::string_literals::operator""s;
    ColumnPtr found = convert_texts("FixedString(2)", "FixedString(4)", {"ab"s});
    EXPECT_EQ(format::scalar_at(*found, 0), Scalar("ab\0\0"s));
}

}  // namespace
}  // namespace ch::table
