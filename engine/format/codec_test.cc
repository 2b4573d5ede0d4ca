// Goal: every codec gives back what ClickHouse printed, and refuses what is damaged. Method:
// tests/golden/codec/frames.tsv (its make.py says how it was made), and the payloads of its frames
// cut short and changed.
#include "engine/format/codec.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "engine/format/compressed_frame.h"

namespace ch::format {
namespace {

std::string from_hex(std::string_view text) {
    std::string bytes(text.size() / 2, '\0');
    for (size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<char>(std::stoi(std::string(text.substr(2 * i, 2)), nullptr, 16));
    return bytes;
}

struct Golden {
    std::string codec;
    std::string type;
    std::string frames;
    std::string values;
};

std::vector<Golden> golden_columns() {
    std::ifstream file(CH_GOLDEN_FOLDER "/codec/frames.tsv");
    std::vector<Golden> columns;
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        Golden column;
        std::string frames;
        std::string values;
        std::getline(fields, column.codec, '\t');
        std::getline(fields, column.type, '\t');
        std::getline(fields, frames, '\t');
        std::getline(fields, values, '\t');
        column.frames = from_hex(frames);
        column.values = from_hex(values);
        columns.push_back(std::move(column));
    }
    return columns;
}

Bytes first_frame(const Golden& column) {
    Bytes frames = as_bytes(column.frames);
    return frames.first(parse_frame_header(frames).frame_bytes);
}

// Decodes a payload into a vector of exactly the size that decode() asks for, so that a sanitizer
// sees any byte beyond it.
bool decodes(Method method, Bytes payload, size_t size) {
    std::vector<uint8_t> source(payload.begin(), payload.end());
    std::vector<uint8_t> to(size + kFramePaddingBytes);
    try {
        decode(method, source, std::span(to).first(size));
        return true;
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::Corrupt) << error.what();
        return false;
    }
}

TEST(Codec, GivesTheValuesThatClickHousePrints) {
    std::vector<Golden> columns = golden_columns();
    ASSERT_GT(columns.size(), 200U);
    for (const Golden& column : columns)
        EXPECT_EQ(to_hex(as_bytes(decompress_all(as_bytes(column.frames), 1 << 20))),
                  to_hex(as_bytes(column.values)))
            << column.codec << " of " << column.type;
}

TEST(Codec, IsNamedAsInTheColumnsDefinition) {
    auto name_of = [](const std::string& codec, const std::string& type) -> std::string {
        for (const Golden& column : golden_columns())
            if (column.codec == codec && column.type == type)
                return codec_name(first_frame(column));
        return "no such column";
    };
    EXPECT_EQ(name_of("Delta", "Int16"), "Delta(2)");
    EXPECT_EQ(name_of("T64", "Int16"), "T64");
    EXPECT_EQ(name_of("T64('bit')", "Int16"), "T64('bit')");
    EXPECT_EQ(name_of("FPC(20)", "Float64"), "FPC(20)");
    EXPECT_EQ(name_of("GCD", "UInt256"), "GCD(32)");
    EXPECT_EQ(name_of("GCD, DoubleDelta, T64, LZ4, ZSTD(1)", "Int64"),
              "GCD(8), DoubleDelta(8), T64, LZ4, ZSTD");
}

TEST(Codec, RefusesPayloadsThatAreCutShort) {
    for (const Golden& column : golden_columns()) {
        Bytes frame = first_frame(column);
        FrameHeader header = parse_frame_header(frame);
        if (header.method == static_cast<uint8_t>(Method::Multiple)) continue;
        Bytes payload = frame.subspan(kFrameHeaderBytes);
        auto method = static_cast<Method>(header.method);
        ASSERT_TRUE(decodes(method, payload, header.uncompressed_bytes));
        for (size_t size = 0; size < payload.size(); ++size)
            EXPECT_FALSE(decodes(method, payload.first(size), header.uncompressed_bytes))
                << column.codec << " of " << column.type << ", " << size << " bytes";
    }
}

TEST(Codec, RefusesToFillAnotherSize) {
    for (const Golden& column : golden_columns()) {
        Bytes frame = first_frame(column);
        FrameHeader header = parse_frame_header(frame);
        if (header.method == static_cast<uint8_t>(Method::Multiple)) continue;
        // Its blocks are filled up to 64 values: the payload does not tell how many are meant.
        if (header.method == static_cast<uint8_t>(Method::T64)) continue;
        Bytes payload = frame.subspan(kFrameHeaderBytes);
        auto method = static_cast<Method>(header.method);
        for (size_t size : {size_t{0}, size_t{100}, size_t{header.uncompressed_bytes} + 128})
            EXPECT_FALSE(decodes(method, payload, size)) << column.codec << " of " << column.type;
    }
}

TEST(Codec, SurvivesEveryFlippedBitOfAPayload) {
    for (const Golden& column : golden_columns()) {
        Bytes frame = first_frame(column);
        FrameHeader header = parse_frame_header(frame);
        if (header.method == static_cast<uint8_t>(Method::Multiple)) continue;
        Bytes payload = frame.subspan(kFrameHeaderBytes);
        std::vector<uint8_t> changed(payload.begin(), payload.end());
        for (size_t i = 0; i < changed.size(); ++i) {
            auto bit = static_cast<uint8_t>(1 << (i % 8));
            changed[i] ^= bit;
            decodes(static_cast<Method>(header.method), changed, header.uncompressed_bytes);
            changed[i] ^= bit;
        }
    }
}

TEST(Codec, RefusesHeadsThatMakeNoSense) {
    const std::pair<Method, std::string> bad[] = {
        {Method::Delta, std::string("\x03\x00"
                                    "abcdef",
                                    8)},
        {Method::Delta, std::string("\x10\x08"
                                    "abcdefgh",
                                    10)},
        {Method::DoubleDelta, std::string("\x00\x00\x00\x00\x00\x00", 6)},
        {Method::Gorilla, std::string("\x08\x07"
                                      "1234567",
                                      9)},
        {Method::T64, "\x05" + std::string(16, '\0')},
        {Method::Fpc, std::string("\x08\x00\x00", 3)},
        {Method::Fpc, std::string("\x08\x1d\x00", 3)},
        {Method::Fpc, std::string("\x02\x0c\x00", 3)},
        {Method::Gcd, std::string("\x40\x08"
                                  "12345678",
                                  10)},
    };
    for (const auto& [method, payload] : bad)
        EXPECT_FALSE(decodes(method, as_bytes(payload), 8))
            << method_name(method, as_bytes(payload));
}

}  // namespace
}  // namespace ch::format
