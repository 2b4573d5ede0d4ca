// Goal: a decimal of TiDB's binlog is read digit by digit, and damage is an error.
// Method: values recorded from a real TiDB; random decimals, encoded here by the rules of the
// format and compared as text.
#include "syncer/source/decimal_digits.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "base/error.h"
#include "syncer/source/hex_test.h"

namespace ch::syncer {
namespace {

std::string text_of(const std::string& hex) {
    const std::string bytes = bytes_of_hex(hex);
    return decode_decimal(as_bytes(bytes)).text();
}

// One group of digits in as many bytes as it takes.
void append_group(std::string& to, std::string_view digits) {
    static constexpr size_t kBytes[] = {0, 1, 1, 2, 2, 3, 3, 4, 4, 4};
    const auto value = std::strtoul(std::string(digits).c_str(), nullptr, 10);
    for (size_t i = kBytes[digits.size()]; i > 0; --i)
        to += static_cast<char>(value >> (8 * (i - 1)) & 0xff);
}

std::string encode(const std::string& whole, const std::string& fraction, bool is_negative) {
    std::string digits;
    size_t at = whole.size() % 9;
    if (at > 0) append_group(digits, std::string_view(whole).substr(0, at));
    for (; at < whole.size(); at += 9) append_group(digits, std::string_view(whole).substr(at, 9));
    for (at = 0; at < fraction.size(); at += 9)
        append_group(digits, std::string_view(fraction).substr(at, 9));
    digits[0] = static_cast<char>(digits[0] ^ 0x80);
    if (is_negative)
        for (char& byte : digits) byte = static_cast<char>(~byte);
    std::string encoded;
    encoded += static_cast<char>(whole.size() + fraction.size());
    encoded += static_cast<char>(fraction.size());
    return encoded + digits;
}

TEST(DecimalDigits, ReadsWhatTidbSent) {
    EXPECT_EQ(text_of("0e047ef204c72dfb2d"), "-1234567890.1234");
    EXPECT_EQ(text_of("0e0480000000000000"), "0.0000");
}

TEST(DecimalDigits, ReadsRandomDecimals) {
    const char* given = std::getenv("CHSPARK_SEED");
    std::mt19937_64 random(given == nullptr ? 1 : std::strtoull(given, nullptr, 10));
    for (int i = 0; i < 20'000; ++i) {
        const size_t scale = random() % 31;
        const size_t whole_digits = random() % (66 - scale) + (scale == 0 ? 1 : 0);
        std::string whole, fraction;
        for (size_t digit = 0; digit < std::min<size_t>(whole_digits, 65 - scale); ++digit)
            whole += static_cast<char>('0' + random() % 10);
        for (size_t digit = 0; digit < scale; ++digit)
            fraction += static_cast<char>('0' + random() % 10);
        if (whole.empty() && fraction.empty()) continue;
        const bool is_negative = random() % 2 == 0;
        const std::string encoded = encode(whole, fraction, is_negative);
        ByteReader reader(as_bytes(encoded));
        const DecimalDigits digits = decode_decimal(take_decimal(reader));
        ASSERT_TRUE(reader.at_end());
        std::string expected = whole.substr(std::min(whole.find_first_not_of('0'), whole.size()));
        if (expected.empty()) expected = "0";
        if (scale > 0) expected += "." + fraction;
        const bool is_zero = expected.find_first_not_of("0.") == std::string::npos;
        if (is_negative && !is_zero) expected = "-" + expected;
        ASSERT_EQ(digits.text(), expected) << to_hex(as_bytes(encoded));
    }
}

TEST(DecimalDigits, AreATwosComplementOfTheColumnsWidth) {
    const std::string encoded = encode("12", "50", true);
    const DecimalDigits digits = decode_decimal(as_bytes(encoded));
    EXPECT_EQ(load<int32_t>(digits.twos_complement(4).data()), -1250);
    EXPECT_EQ(load<int64_t>(digits.with_scale(4).twos_complement(8).data()), -125000);
    EXPECT_EQ(load<int32_t>(digits.with_scale(1).twos_complement(4).data()), -125);
    EXPECT_THROW(static_cast<void>(digits.with_scale(0)), Error);
    const std::string large = encode("2147483648", "", false);
    EXPECT_THROW(static_cast<void>(decode_decimal(as_bytes(large)).twos_complement(4)), Error);
    const std::string least = encode("2147483648", "", true);
    EXPECT_EQ(load<int32_t>(decode_decimal(as_bytes(least)).twos_complement(4).data()), INT32_MIN);
}

TEST(DecimalDigits, RefuseDamage) {
    EXPECT_THROW(text_of("0e047ef204c72dfb"), Error);  // cut
    EXPECT_THROW(text_of("000080"), Error);            // no digits
    EXPECT_THROW(text_of("420080"), Error);            // 66 digits
    EXPECT_THROW(text_of("0102800000"), Error);        // more behind the point than there are
    EXPECT_THROW(text_of("0900ffffffff"), Error);      // a group above 999,999,999
}

}  // namespace
}  // namespace ch::syncer
