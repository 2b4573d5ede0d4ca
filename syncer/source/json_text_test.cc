// Goal: a JSON document of TiDB's binlog is printed as TiDB prints it, and damage is an error.
// Method: a document recorded from a real TiDB; small ones made by the rules of the format; every
// cut of a document.
#include "syncer/source/json_text.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "syncer/source/hex_test.h"

namespace ch::syncer {
namespace {

std::string text_of(const std::string& hex) {
    const std::string bytes = bytes_of_hex(hex);
    ByteReader reader(as_bytes(bytes));
    const Bytes document = take_json(reader);
    EXPECT_TRUE(reader.at_end());
    return json_text(document);
}

// {"a": [1, "x", null], "bb": {}}
const char* const kDocument =
    "01 02000000 52000000 1e000000 0100 1f000000 0200 03 21000000 01 4a000000 61 6262"
    "03 03000000 29000000 09 17000000 0c 1f000000 04 00000000 0100000000000000 01 78"
    "00 0000 0000 0000 01 01 00000000 08000000";

TEST(JsonText, PrintsScalars) {
    EXPECT_EQ(text_of("0400"), "null");
    EXPECT_EQ(text_of("0401"), "true");
    EXPECT_EQ(text_of("0402"), "false");
    EXPECT_EQ(text_of("09 feffffffffffffff"), "-2");
    EXPECT_EQ(text_of("0a ffffffffffffffff"), "18446744073709551615");
    EXPECT_EQ(text_of("0b 000000000000f83f"), "1.5");
    EXPECT_EQ(text_of("0b 0000000000000040"), "2.0");
    EXPECT_EQ(text_of("0b 0000000000000080"), "-0.0");
    EXPECT_EQ(text_of("0c 06 61225c0a0109"), R"("a\"\\\n\u0001\t")");
    EXPECT_EQ(text_of("0d fc 03 000102"), R"("base64:type252:AAEC")");
    EXPECT_EQ(text_of("0d fc 01 00"), R"("base64:type252:AA==")");
}

TEST(JsonText, PrintsEmptyLists) {
    EXPECT_EQ(text_of("01 00000000 08000000"), "{}");
    EXPECT_EQ(text_of("03 00000000 08000000"), "[]");
    EXPECT_EQ(text_of("03 01000000 0d000000 04 01000000"), "[true]");
}

TEST(JsonText, RefusesWhatIsNoDocument) {
    EXPECT_THROW(text_of(""), Error);
    EXPECT_THROW(text_of("0405"), Error);                              // a literal
    EXPECT_THROW(text_of("02 00"), Error);                             // a type
    EXPECT_THROW(text_of("03 ffffffff 0d000000 04 01000000"), Error);  // entries
    EXPECT_THROW(text_of("03 01000000 0d000000 09 ff000000"), Error);  // a value's place
    EXPECT_THROW(text_of("03 01000000 0d000000 03 00000000"), Error);  // inside itself
    EXPECT_THROW(text_of("0c 7f 61"), Error);                          // a text's size
    EXPECT_THROW(text_of("0b 000000000000f07f"), Error);               // infinity
}

TEST(JsonText, SurvivesEveryCut) {
    const std::string bytes = bytes_of_hex(kDocument);
    for (size_t size = 0; size < bytes.size(); ++size) {
        try {
            static_cast<void>(json_text(as_bytes(bytes).first(size)));
        } catch (const Error& error) {
            EXPECT_NE(error.code(), ErrorCode::Bug) << size;
        }
    }
}

}  // namespace
}  // namespace ch::syncer
