// Goal: frames decompress to what ClickHouse compressed, and damaged ones are refused. Method:
// whole frames that a real ClickHouse wrote, and those frames changed.
#include "engine/format/compressed_frame.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "engine/format/city_hash.h"
#include "engine/format/limits.h"

namespace ch::format {
namespace {

std::string from_hex(std::string_view text) {
    std::string bytes;
    for (size_t i = 0; i + 1 < text.size(); i += 2)
        bytes.push_back(static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
    return bytes;
}

// Puts the head of a frame before a payload, with the right checksum.
std::string sealed(uint8_t method, uint32_t uncompressed_bytes, const std::string& payload) {
    std::string body;
    append(body, method);
    append(body, static_cast<uint32_t>(payload.size() + 9));
    append(body, uncompressed_bytes);
    body += payload;
    Hash128 hash = city_hash_128(as_bytes(body));
    std::string frame;
    append(frame, hash.low);
    append(frame, hash.high);
    return frame + body;
}

std::string error_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return std::string(error_code_name(error.code())) + ": " + error.message();
    }
    return "no error";
}
std::string error_of_frame(const std::string& frame) {
    return error_of([&] { decompress_all(as_bytes(frame), 1 << 20); });
}
#define EXPECT_STARTS_WITH(text, start) \
    EXPECT_EQ((text).substr(0, std::string(start).size()), start)

const std::string kZstdFrame = from_hex(
    "fcb5ad6973a5219fe60b6157baee34f090220000001000000028b52ffd20108100000000000000000000da4d"
    "000000000000");
const std::string kLz4Frame =
    from_hex("b3a71e7019f6190066539c3d837b53ae8219000000d00000002f1f1e0100b2909e8080808080808040");

TEST(CompressedFrame, DecompressesZstd) {
    std::string expected;
    append(expected, uint64_t{0});
    append(expected, uint64_t{19930});
    EXPECT_EQ(decompress_all(as_bytes(kZstdFrame), 16), expected);
    EXPECT_EQ(codec_name(as_bytes(kZstdFrame)), "ZSTD");
}

TEST(CompressedFrame, DecompressesLz4) {
    std::string content = decompress_all(as_bytes(kLz4Frame), 208);
    ASSERT_EQ(content.size(), 208U);
    EXPECT_EQ(to_hex(as_bytes(content.substr(0, 3))), "1f1e1e");
    EXPECT_EQ(codec_name(as_bytes(kLz4Frame)), "LZ4");
}

TEST(CompressedFrame, DecompressesWhatIsStoredPlain) {
    std::string frame = sealed(0x02, 3, "abc");
    EXPECT_EQ(decompress_all(as_bytes(frame), 3), "abc");
    EXPECT_EQ(codec_name(as_bytes(frame)), "NONE");
}

TEST(CompressedFrame, JoinsTheFramesOfAFile) {
    std::string file = sealed(0x02, 3, "abc") + sealed(0x02, 0, "") + sealed(0x02, 2, "de");
    EXPECT_EQ(decompress_all(as_bytes(file), 5), "abcde");
    EXPECT_EQ(decompress_all({}, 5), "");
    EXPECT_STARTS_WITH(error_of([&] { decompress_all(as_bytes(file), 4); }), "Corrupt: ");
}

TEST(CompressedFrame, TellsItsSizesBeforeItIsRead) {
    FrameHeader header = parse_frame_header(as_bytes(kLz4Frame));
    EXPECT_EQ(header.method, 0x82);
    EXPECT_EQ(header.frame_bytes, kLz4Frame.size());
    EXPECT_EQ(header.uncompressed_bytes, 208U);
}

TEST(CompressedFrame, NamesBothChecksumsWhenAnyByteIsFlipped) {
    for (size_t i = 0; i < kZstdFrame.size(); ++i) {
        std::string damaged = kZstdFrame;
        damaged[i] = static_cast<char>(damaged[i] ^ 4);
        EXPECT_STARTS_WITH(error_of_frame(damaged), "Corrupt: ") << i;
    }
    std::string damaged = kZstdFrame;
    damaged[30] = 'x';
    EXPECT_STARTS_WITH(error_of_frame(damaged),
                       "Corrupt: frame checksum is fcb5ad6973a5219fe60b6157baee34f0, its 50 bytes");
}

TEST(CompressedFrame, RefusesEveryTruncation) {
    for (size_t size = 1; size < kLz4Frame.size(); ++size)
        EXPECT_STARTS_WITH(error_of_frame(kLz4Frame.substr(0, size)), "Corrupt: ") << size;
}

TEST(CompressedFrame, RefusesSizesOverTheLimitsBeforeMemoryIsTaken) {
    EXPECT_STARTS_WITH(error_of_frame(sealed(0x92, kFrameBytesMax + 1, "abc")),
                       "Corrupt: frame says it has 1073741825 uncompressed bytes");
    EXPECT_STARTS_WITH(error_of_frame(sealed(0x82, 3 * 255 + 1, "abc")), "Corrupt: frame says");
    EXPECT_STARTS_WITH(error_of_frame(sealed(0x90, 1 << 20, "abc")), "Corrupt: frame says");
    std::string frame = sealed(0x02, 3, "abc");
    store(frame.data() + 17, uint32_t{8});
    EXPECT_STARTS_WITH(error_of_frame(frame), "Corrupt: frame says it has 8 compressed bytes");
    store(frame.data() + 17, kFrameBytesMax + 1);
    EXPECT_STARTS_WITH(error_of_frame(frame), "Corrupt: frame says it has 1073741825 compressed");
}

TEST(CompressedFrame, RefusesPayloadsThatGiveAnotherSize) {
    EXPECT_STARTS_WITH(error_of_frame(sealed(0x02, 2, "abc")), "Corrupt: NONE: ");
    std::string lz4 = kLz4Frame.substr(25);
    EXPECT_STARTS_WITH(error_of_frame(sealed(0x82, 207, lz4)), "Corrupt: LZ4: ");
    EXPECT_STARTS_WITH(error_of_frame(sealed(0x82, 209, lz4)), "Corrupt: LZ4: ");
    std::string zstd = kZstdFrame.substr(25);
    EXPECT_STARTS_WITH(error_of_frame(sealed(0x90, 15, zstd)), "Corrupt: ZSTD: ");
    EXPECT_STARTS_WITH(error_of_frame(sealed(0x90, 17, zstd)), "Corrupt: ZSTD: ");
}

TEST(CompressedFrame, RefusesEncryptedAndUnknownMethods) {
    EXPECT_STARTS_WITH(error_of_frame(sealed(0x96, 3, "abc")),
                       "Unsupported: the data is encrypted");
    EXPECT_STARTS_WITH(error_of_frame(sealed(0x77, 3, "abc")), "Unsupported: codec 0x77");
}

TEST(CompressedFrame, RefusesBadChains) {
    auto inner = [](uint8_t method, uint32_t size, const std::string& payload) {
        return sealed(method, size, payload).substr(16);
    };
    std::string good = std::string("\x01\x02", 2) + inner(2, 3, "abc");
    EXPECT_EQ(decompress_all(as_bytes(sealed(0x91, 3, good)), 3), "abc");
    EXPECT_EQ(codec_name(as_bytes(sealed(0x91, 3, good))), "NONE");
    const std::string bad[] = {
        "",
        std::string(1, '\0'),
        "\x7f",
        "\x02\x02",
        std::string("\x01\x92", 2) + inner(2, 3, "abc"),
        std::string("\x01\x02", 2) + inner(2, 3, "abc") + "x",
        std::string("\x01\x02", 2) + inner(2, 2, "ab"),
        std::string("\x01\x91", 2) + inner(0x91, 3, good),
    };
    for (const std::string& payload : bad)
        EXPECT_STARTS_WITH(error_of_frame(sealed(0x91, 3, payload)), "Corrupt: Multiple: ");
}

}  // namespace
}  // namespace ch::format
