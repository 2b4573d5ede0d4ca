// Goal: bytes that are not trusted are read within their bounds, and numbers are written as they
// are read.
#include "base/bytes.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace ch {
namespace {

ErrorCode code_of(std::string_view bytes, void (*read)(ByteReader&)) {
    ByteReader reader(as_bytes(bytes));
    try {
        read(reader);
    } catch (const Error& error) {
        EXPECT_GE(error.offset(), 0);
        return error.code();
    }
    return ErrorCode::Bug;
}

TEST(ByteReader, ReadsNumbersInLittleEndian) {
    std::string bytes;
    append(bytes, uint32_t{0x01020304});
    append(bytes, int16_t{-2});
    EXPECT_EQ(to_hex(as_bytes(bytes)), "04030201feff");
    ByteReader reader(as_bytes(bytes));
    EXPECT_EQ(reader.read<uint32_t>(), 0x01020304U);
    EXPECT_EQ(reader.offset(), 4U);
    EXPECT_EQ(reader.read<int16_t>(), -2);
    EXPECT_TRUE(reader.at_end());
}

TEST(ByteReader, ReadsVaruintsOfEveryLength) {
    const uint64_t values[] = {0,          1,          127,       128,
                               300,        16383,      16384,     uint64_t{1} << 35,
                               1ULL << 62, 1ULL << 63, ~0ULL - 1, ~0ULL};
    for (uint64_t value : values) {
        std::string bytes;
        append_varuint(bytes, value);
        ByteReader reader(as_bytes(bytes));
        EXPECT_EQ(reader.read_varuint(), value);
        EXPECT_TRUE(reader.at_end());
    }
    std::string largest;
    append_varuint(largest, std::numeric_limits<uint64_t>::max());
    EXPECT_EQ(largest.size(), 10U);
}

TEST(ByteReader, RefusesVaruintsOverSixtyFourBits) {
    auto read = [](ByteReader& reader) { reader.read_varuint(); };
    EXPECT_EQ(code_of("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", read), ErrorCode::Corrupt);
    EXPECT_EQ(code_of("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", read), ErrorCode::Corrupt);
    EXPECT_EQ(code_of("\xff\xff", read), ErrorCode::Corrupt);
    EXPECT_EQ(code_of("", read), ErrorCode::Corrupt);
}

TEST(ByteReader, ReadsStringsAndRefusesThoseThatPassTheEnd) {
    ByteReader reader(
        as_bytes("\x03"
                 "abcd"));
    EXPECT_EQ(reader.read_string(), "abc");
    EXPECT_EQ(reader.remaining(), 1U);
    auto read = [](ByteReader& bytes) { bytes.read_string(); };
    EXPECT_EQ(code_of("\x04"
                      "abc",
                      read),
              ErrorCode::Corrupt);
    EXPECT_EQ(code_of("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
                      "abc",
                      read),
              ErrorCode::Corrupt);
}

TEST(ByteReader, TakesNothingWhenTooMuchIsAsked) {
    ByteReader reader(as_bytes("abc"));
    EXPECT_THROW(reader.take(4), Error);
    EXPECT_THROW(reader.take(std::numeric_limits<size_t>::max()), Error);
    EXPECT_THROW(reader.read<uint64_t>(), Error);
    EXPECT_EQ(reader.offset(), 0U);
    EXPECT_EQ(as_text(reader.take(3)), "abc");
    EXPECT_TRUE(reader.take(0).empty());
}

TEST(Error, TellsPlaceAndCodeInOneLine) {
    Error error(ErrorCode::Corrupt, "a mark was expected", {}, 24);
    Error placed = error.with_path("t/all_1_1_0/a.cmrk2").with_path("other");
    EXPECT_EQ(placed.path(), "t/all_1_1_0/a.cmrk2");
    EXPECT_EQ(placed.offset(), 24);
    std::string text = placed.what();
    for (const char* part : {"Corrupt", "a mark was expected", "t/all_1_1_0/a.cmrk2", "24"})
        EXPECT_NE(text.find(part), std::string::npos) << text;
}

}  // namespace
}  // namespace ch
