// Java's UTF-16 against our UTF-8: what modified UTF-8 would get wrong.
#include "connector/jni_text.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace ch::connector {
namespace {

TEST(JniText, CrossesBothWaysUnchanged) {
    const std::u16string texts[] = {u"", u"plain", u"\u00fc\u20ac", u"\U0001F600\U0010FFFF",
                                    std::u16string(u"a\0b", 3)};
    for (const std::u16string& text : texts) EXPECT_EQ(utf8_to_utf16(utf16_to_utf8(text)), text);
    EXPECT_EQ(utf16_to_utf8(u"\U0001F600"), "\xF0\x9F\x98\x80");
    EXPECT_EQ(utf16_to_utf8(std::u16string(1, u'\0')), std::string(1, '\0'));
}

TEST(JniText, RefusesHalfASurrogatePair) {
    EXPECT_THROW(utf16_to_utf8(std::u16string(1, char16_t(0xD83D))), Error);
    EXPECT_THROW(utf16_to_utf8(std::u16string(1, char16_t(0xDE00))), Error);
}

TEST(JniText, ReplacesBytesThatAreNoUtf8) {
    for (const char* bytes : {"\xFF", "\xC0", "\xE2\x82", "\xF0\x9F\x98"}) {
        std::u16string text = utf8_to_utf16(bytes);
        ASSERT_FALSE(text.empty());
        for (char16_t unit : text) EXPECT_EQ(unit, 0xFFFD) << bytes;
    }
    EXPECT_EQ(utf8_to_utf16("\xED\xA0\x80"), std::u16string(3, char16_t(0xFFFD)));
    EXPECT_EQ(utf8_to_utf16("\xE0\x80\x80"), std::u16string(3, char16_t(0xFFFD)));
}

}  // namespace
}  // namespace ch::connector
