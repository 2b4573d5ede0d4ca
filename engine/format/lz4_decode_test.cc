// Goal: lz4_decode() takes the blocks that liblz4 takes, gives the same bytes, and touches nothing
// outside its buffers. Method: both decode the same blocks: of golden parts, of random data, of
// sequences made by hand, whole, cut and changed. The buffers have exactly the promised size, so
// that a sanitizer sees any byte beyond.
#include "engine/format/lz4_decode.h"

#include <gtest/gtest.h>
#include <lz4.h>
#include <lz4hc.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/format/codec.h"
#include "engine/format/compressed_frame.h"

namespace ch::format {
namespace {

using Block = std::vector<uint8_t>;

// A buffer without spare bytes behind it, other than those that are asked for.
std::unique_ptr<uint8_t[]> exact(size_t size) {
    return std::make_unique_for_overwrite<uint8_t[]>(size);
}

struct Decoded {
    bool taken = false;
    std::string content;
    bool operator==(const Decoded&) const = default;
};

Decoded decode_ours(Bytes block, size_t size, uint8_t fill = 0xa5) {
    std::unique_ptr<uint8_t[]> source = exact(block.size());
    std::ranges::copy(block, source.get());
    std::unique_ptr<uint8_t[]> to = exact(size + kFramePaddingBytes);
    std::fill_n(to.get(), size + kFramePaddingBytes, fill);
    Decoded decoded;
    decoded.taken = lz4_decode({source.get(), block.size()}, {to.get(), size});
    if (decoded.taken) decoded.content.assign(reinterpret_cast<char*>(to.get()), size);
    return decoded;
}

Decoded decode_liblz4(Bytes block, size_t size) {
    std::string to(size + 1, '\0');
    int got = LZ4_decompress_safe(reinterpret_cast<const char*>(block.data()), to.data(),
                                  static_cast<int>(block.size()), static_cast<int>(size));
    Decoded decoded;
    decoded.taken = got >= 0 && static_cast<size_t>(got) == size;
    if (decoded.taken) decoded.content.assign(to, 0, size);
    return decoded;
}

// liblz4 takes the offset 0, which the format forbids, and repeats what the target held before.
bool has_offset_zero(Bytes block) {
    size_t at = 0;
    auto read_length = [&](size_t length) {
        if (length < 15) return length;
        uint8_t more = 255;
        while (more == 255 && at < block.size()) {
            more = block[at++];
            length += more;
        }
        return length;
    };
    while (at < block.size()) {
        uint8_t token = block[at++];
        at += read_length(token >> 4);
        if (at + 2 > block.size()) return false;
        if (load<uint16_t>(block.data() + at) == 0) return true;
        at += 2;
        (void)read_length(token & 15);
    }
    return false;
}

// Compared with ==: printing a whole block helps nobody.
bool same_as_liblz4(Bytes block, size_t size) {
    Decoded ours = decode_ours(block, size);
    Decoded theirs = decode_liblz4(block, size);
    if (ours == theirs) return true;
    return theirs.taken && !ours.taken && has_offset_zero(block);
}

Block compressed(const std::string& content, int level) {
    int size = static_cast<int>(content.size());
    Block block(static_cast<size_t>(LZ4_compressBound(size)));
    auto* to = reinterpret_cast<char*>(block.data());
    int capacity = static_cast<int>(block.size());
    int got = level == 0 ? LZ4_compress_default(content.data(), to, size, capacity)
                         : LZ4_compress_HC(content.data(), to, size, capacity, level);
    block.resize(static_cast<size_t>(got));
    return block;
}

// Contents that make different sequences: runs, short periods, values of 2, 4 and 8 bytes that are
// drawn from few, ascending keys, words, noise.
std::string content(size_t shape, size_t size, uint64_t seed) {
    static constexpr const char* kWords[] = {"carefully ", "final ", "deposits ", "sleep "};
    std::mt19937_64 random(seed);
    std::string bytes;
    uint64_t key = 0;
    while (bytes.size() < size) {
        uint64_t value = random();
        switch (shape) {
            case 0:
                bytes.append(1 + value % 400, static_cast<char>(value >> 60));
                break;
            case 1:
                for (uint64_t i = 0; i < 2 + value % 60; ++i)
                    bytes += static_cast<char>('a' + i % (1 + (value >> 32) % 33));
                break;
            case 2:
                append(bytes, static_cast<uint16_t>(8000 + value % 2500));
                break;
            case 3:
                append(bytes, static_cast<uint32_t>(1 + value % 7));
                break;
            case 4:
                append(bytes, 10 + value % 34);
                break;
            case 5:
                append(bytes, key += value % 4 == 0);
                break;
            case 6:
                bytes += kWords[value % 4];
                break;
            case 7:
                append(bytes, 90000 + value % 10000000);
                break;
            default:
                append(bytes, value);
        }
    }
    bytes.resize(size);
    return bytes;
}
constexpr size_t kShapes = 9;

TEST(Lz4Decode, GivesBackWhatWasCompressedAtEveryLevelAndSize) {
    std::vector<size_t> sizes = {5000, 65535, 65536, 65537, 300000};
    for (size_t size = 1; size < 300; ++size) sizes.push_back(size);
    for (size_t size : sizes)
        for (size_t shape = 0; shape < kShapes; ++shape)
            for (int level :
                 size < 6000 && size % 5 == 0 ? std::vector{0, 3, 9, 12} : std::vector{0}) {
                std::string plain = content(shape, size, size);
                Decoded decoded = decode_ours(compressed(plain, level), size);
                ASSERT_TRUE(decoded.taken) << size << " bytes, shape " << shape;
                ASSERT_TRUE(decoded.content == plain) << size << " bytes, shape " << shape;
            }
}

TEST(Lz4Decode, FollowsContentThatChangesItsShapeOnTheWay) {
    std::mt19937_64 random(7);
    for (int i = 0; i < 40; ++i) {
        std::string plain;
        while (plain.size() < 400000)
            plain += content(random() % kShapes, random() % 60000, random());
        Decoded decoded = decode_ours(compressed(plain, i % 4 == 0 ? 9 : 0), plain.size());
        ASSERT_TRUE(decoded.taken && decoded.content == plain) << i;
    }
}

TEST(Lz4Decode, GivesWhatLiblz4GivesOfGoldenParts) {
    size_t blocks = 0;
    for (const char* folder : {CH_GOLDEN_FOLDER "/parts", CH_GOLDEN_FOLDER "/tables"})
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            if (entry.path().extension() != ".bin") continue;
            std::ifstream file(entry.path(), std::ios::binary);
            std::string bytes{std::istreambuf_iterator<char>(file), {}};
            Bytes rest = as_bytes(bytes);
            while (rest.size() >= kFrameHeaderBytes) {
                FrameHeader header = parse_frame_header(rest);
                Bytes payload = rest.first(header.frame_bytes).subspan(kFrameHeaderBytes);
                rest = rest.subspan(header.frame_bytes);
                if (header.method != static_cast<uint8_t>(Method::Lz4)) continue;
                ASSERT_TRUE(decode_ours(payload, header.uncompressed_bytes).taken);
                ASSERT_TRUE(same_as_liblz4(payload, header.uncompressed_bytes)) << entry.path();
                ++blocks;
            }
        }
    EXPECT_GT(blocks, 100U);
}

TEST(Lz4Decode, RefusesEveryBlockThatIsCut) {
    for (size_t shape = 0; shape < kShapes; ++shape) {
        Block block = compressed(content(shape, 900, 3), 0);
        for (size_t size = 0; size < block.size(); ++size)
            ASSERT_FALSE(decode_ours(Bytes(block).first(size), 900).taken) << shape << ' ' << size;
    }
}

TEST(Lz4Decode, TakesEveryCutBlockAndOtherSizeAsLiblz4Does) {
    for (size_t shape = 0; shape < kShapes; ++shape) {
        Block block = compressed(content(shape, 700, 5), 0);
        for (size_t cut = 0; cut <= block.size(); ++cut)
            for (size_t size : {0, 1, 64, 350, 690, 699, 700, 701, 720})
                ASSERT_TRUE(same_as_liblz4(Bytes(block).first(cut), size)) << shape << ' ' << cut;
        for (size_t size = 0; size < 800; ++size)
            ASSERT_TRUE(same_as_liblz4(block, size)) << shape << ' ' << size;
    }
}

TEST(Lz4Decode, TakesEveryFlippedBitAsLiblz4Does) {
    for (size_t shape = 0; shape < kShapes; ++shape)
        for (size_t size : {40, 200, 1500}) {
            Block block = compressed(content(shape, size, 11), 0);
            for (size_t bit = 0; bit < 8 * block.size(); ++bit) {
                block[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
                ASSERT_TRUE(same_as_liblz4(block, size)) << shape << ' ' << size << ' ' << bit;
                block[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
            }
        }
}

TEST(Lz4Decode, TakesChangedLargeBlocksAsLiblz4Does) {
    std::mt19937_64 random(13);
    for (int i = 0; i < 1500; ++i) {
        size_t size = 3000 + random() % 30000;
        Block block = compressed(content(static_cast<size_t>(i) % kShapes, size, random()), 0);
        for (uint64_t changes = random() % 3; changes < 3; ++changes)
            block[random() % block.size()] = static_cast<uint8_t>(random());
        ASSERT_TRUE(same_as_liblz4(block, size)) << i;
    }
}

void append_length(Block& block, size_t length) {
    if (length < 15) return;
    for (length -= 15; length >= 255; length -= 255) block.push_back(255);
    block.push_back(static_cast<uint8_t>(length));
}
// A sequence with literals that count up.
void append_sequence(Block& block, size_t literals, size_t offset, size_t match) {
    size_t code = match - 4;
    block.push_back(
        static_cast<uint8_t>(std::min<size_t>(literals, 15) << 4 | std::min<size_t>(code, 15)));
    append_length(block, literals);
    for (size_t i = 0; i < literals; ++i) block.push_back(static_cast<uint8_t>(block.size() * 7));
    block.push_back(static_cast<uint8_t>(offset));
    block.push_back(static_cast<uint8_t>(offset >> 8));
    append_length(block, code);
}
void append_last(Block& block, size_t literals) {
    block.push_back(static_cast<uint8_t>(std::min<size_t>(literals, 15) << 4));
    append_length(block, literals);
    block.insert(block.end(), literals, 'z');
}

TEST(Lz4Decode, RepeatsEverySmallOffsetForEveryLength) {
    for (size_t offset = 1; offset <= 40; ++offset)
        for (size_t match = 4; match < 330; ++match)
            for (size_t last : {8, 400}) {  // near the end, and far from it
                Block block;
                append_sequence(block, offset, offset, match);
                append_sequence(block, 0, offset, match);
                append_sequence(block, match % 14, offset, match);
                append_last(block, last);
                size_t size = offset + 3 * match + match % 14 + last;
                ASSERT_TRUE(decode_ours(block, size).taken) << offset << ' ' << match;
                ASSERT_TRUE(same_as_liblz4(block, size)) << offset << ' ' << match;
            }
}

TEST(Lz4Decode, CopiesEveryNumberOfLiterals) {
    for (size_t literals = 1; literals < 1200; ++literals)
        for (size_t last : {8, 400}) {
            Block block;
            append_sequence(block, literals, 1 + literals % std::min<size_t>(literals, 70), 10);
            append_sequence(block, literals, literals, 10);
            append_last(block, last);
            size_t size = 2 * literals + 20 + last;
            ASSERT_TRUE(decode_ours(block, size).taken) << literals;
            ASSERT_TRUE(same_as_liblz4(block, size)) << literals;
        }
}

TEST(Lz4Decode, RefusesOffsetsBeforeTheBlock) {
    for (size_t match : {4, 16, 18, 30, 60, 400})
        for (size_t literals : {1, 8, 14, 40, 600})
            for (size_t beyond : {0, 1, 2, 1000, 60000}) {
                Block block;
                append_sequence(block, literals, literals + beyond, match);
                append_last(block, 300);
                EXPECT_EQ(decode_ours(block, literals + match + 300).taken, beyond == 0);
                ASSERT_TRUE(same_as_liblz4(block, literals + match + 300));
            }
}

TEST(Lz4Decode, RefusesTheOffsetZero) {
    for (size_t match : {4, 16, 18, 30, 60, 400})
        for (size_t literals : {0, 8, 40})
            for (size_t last : {12, 300}) {
                Block block;
                append_sequence(block, literals, 0, match);
                append_last(block, last);
                EXPECT_FALSE(decode_ours(block, literals + match + last).taken);
            }
}

TEST(Lz4Decode, DependsOnNothingThatTheTargetHeldBefore) {
    std::mt19937_64 random(17);
    for (int i = 0; i < 3000; ++i) {
        size_t size = random() % 2000;
        Block block = compressed(content(static_cast<size_t>(i) % kShapes, size, random()), 0);
        block[random() % block.size()] = static_cast<uint8_t>(random());
        ASSERT_TRUE(decode_ours(block, size, 0x00) == decode_ours(block, size, 0xff)) << i;
    }
}

TEST(Lz4Decode, TakesOnlyOneEmptyBlock) {
    EXPECT_TRUE(decode_ours(Block{0}, 0).taken);
    for (const Block& block : {Block{}, Block{1}, Block{0x0f}, Block{0, 0}, Block{0x10, 'a'}})
        EXPECT_FALSE(decode_ours(block, 0).taken);
    EXPECT_FALSE(decode_ours(Block{}, 1).taken);
    EXPECT_TRUE(decode_ours(Block{0x10, 'a'}, 1).taken);
}

TEST(Lz4Decode, RefusesLengthsThatNeverEnd) {
    for (uint8_t token : Block{0xf0, 0x0f, 0xff, 0x1f})
        for (size_t more : {1, 100, 100000}) {
            Block block{token, 'a', 1, 0};
            block.resize(block.size() + more, 255);
            EXPECT_FALSE(decode_ours(block, 4096).taken);
            ASSERT_TRUE(same_as_liblz4(block, 4096));
        }
}

}  // namespace
}  // namespace ch::format
