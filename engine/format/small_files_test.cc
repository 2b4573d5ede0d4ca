// Goal: the small files that we write are ClickHouse's, and our readers take them. Method: values
// that a real ClickHouse gave, and a way there and back.
#include "engine/format/small_files.h"

#include <gtest/gtest.h>

#include "engine/format/columns_txt.h"
#include "engine/format/compressed_frame.h"
#include "engine/format/frame_encoder.h"
#include "engine/format/partition_id.h"
#include "engine/format/type_text.h"

namespace ch::format {
namespace {

using column::Int128;
using column::Scalar;

std::shared_ptr<BufferPool> test_pool() {
    return std::make_shared<BufferPool>(std::make_shared<MemoryBudget>(64U << 20));
}

std::string id_of(const std::vector<std::pair<const char*, Scalar>>& key) {
    std::vector<column::TypePtr> types;
    std::vector<Scalar> values;
    for (const auto& [type, value] : key) {
        types.push_back(parse_type(type));
        values.push_back(value);
    }
    return partition_id(types, values);
}

TEST(PartitionId, IsTheOneThatClickHouseGives) {
    EXPECT_EQ(id_of({}), "all");
    EXPECT_EQ(id_of({{"UInt32", Int128{202401}}}), "202401");
    EXPECT_EQ(id_of({{"Int32", Int128{7}}, {"Int8", Int128{-5}}}), "7--5");
    EXPECT_EQ(id_of({{"Date", Int128{19723}}}), "20240101");
    EXPECT_EQ(id_of({{"IPv4", Int128{16909060}}}), "16909060");
    EXPECT_EQ(id_of({{"String", std::string("abc")}}), "f815b3f19bae3563399d3c6214a8ed43");
    EXPECT_EQ(id_of({{"UInt8", Int128{7}}, {"String", std::string("abc")}}),
              "2d563c91d444fc9e523881b70de68e89");
    EXPECT_EQ(id_of({{"Nullable(Int32)", Scalar()}}), "2b16b490a87466b6a6d34fd9027f3c3d");
    EXPECT_EQ(id_of({{"Nullable(Int32)", Int128{5}}}), "5");
    EXPECT_EQ(id_of({{"LowCardinality(Nullable(Int32))", Int128{7}}}), "7");
    EXPECT_EQ(id_of({{"LowCardinality(Date)", Int128{18263}}}), "18263");
    EXPECT_EQ(id_of({{"Nullable(Date)", Int128{18263}}}), "18263");
    EXPECT_EQ(id_of({{"Int128", Int128{-3}}}), "b1febe48e18dcc162bc80ab288de00ab");
    const char uuid[] = "\x77\x66\x55\x44\x33\x22\x11\x00\xff\xee\xdd\xcc\xbb\xaa\x99\x88";
    EXPECT_EQ(id_of({{"UUID", std::string(uuid, 16)}}), "2462615b0a052003f1dfc9e6cda040a3");
}

TEST(FrameEncoder, GivesFramesThatAreReadBack) {
    std::string plain;
    for (int i = 0; i < 100'000; ++i) plain += std::to_string(i % 977);
    for (const char* codec : {"NONE", "LZ4", "ZSTD(1)", "ZSTD(9)"}) {
        FrameEncoder encoder(FrameCodec::of_declaration(codec), test_pool());
        for (size_t size : {size_t{1}, size_t{1000}, plain.size()}) {
            std::string frame(as_text(encoder.encode(as_bytes(plain).first(size))));
            EXPECT_EQ(decompress_all(as_bytes(frame), size), plain.substr(0, size)) << codec;
        }
    }
}

TEST(FrameCodec, IsTheGeneralOneOfAList) {
    EXPECT_EQ(FrameCodec::of_declaration("").text(), "LZ4");
    EXPECT_EQ(FrameCodec::of_declaration("Delta(8), ZSTD(3)").text(), "ZSTD(3)");
    EXPECT_EQ(FrameCodec::of_declaration("T64('bit')").text(), "LZ4");
    EXPECT_EQ(FrameCodec::of_declaration("NONE").text(), "NONE");
    EXPECT_THROW(FrameCodec::of_declaration("ZSTD(99)"), Error);
    EXPECT_EQ(FrameCodec::of_name("zstd(22)")->text(), "ZSTD(22)");
    EXPECT_EQ(FrameCodec::of_name(" Zstd ")->text(), "ZSTD(1)");
    EXPECT_EQ(FrameCodec::of_name("none")->text(), "NONE");
    EXPECT_EQ(FrameCodec::of_name("LZ4")->text(), "LZ4");
    for (const char* other : {"", "LZ4HC(9)", "Delta(8), ZSTD(3)", "ZSTD(3), Delta", "ZSTD(3, 24)",
                              "ZSTD(3", "ZSTD(3) ", "LZ4(1)"})
        EXPECT_EQ(FrameCodec::of_name(other).has_value(), std::string_view(other) == "ZSTD(3) ")
            << other;
    EXPECT_THROW(FrameCodec::of_name("ZSTD(0)"), Error);
}

TEST(SmallFiles, AreReadBackByTheirParsers) {
    std::vector<column::NameAndType> columns = {
        {"a", parse_type("Int64")},
        {"tick` back\\ \n", parse_type("LowCardinality(Nullable(String))")},
        {"t", parse_type("Tuple(`x y` UInt8, z Array(Decimal(15, 2)))")}};
    auto parsed = parse_columns_txt(columns_txt(columns));
    ASSERT_EQ(parsed.size(), columns.size());
    for (size_t i = 0; i < columns.size(); ++i) {
        EXPECT_EQ(parsed[i].name, columns[i].name);
        EXPECT_EQ(parsed[i].type->name(), columns[i].type->name());
    }
    FileChecksum bin{"b.bin", 1000, {1, 2}, true, 5000, {3, 4}};
    FileChecksum count{"a.txt", 3, {5, 6}, false, 0, {}};
    Checksums sums = Checksums::parse(as_bytes(checksums_txt({bin, count}, test_pool())));
    ASSERT_EQ(sums.files().size(), 2U);
    EXPECT_EQ(sums.find("b.bin")->uncompressed_hash, bin.uncompressed_hash);
    EXPECT_EQ(sums.find("a.txt")->hash, count.hash);
    std::vector<Mark> marks = {{0, 8}, {25, 0}, {100, 7}, {100, 9}};
    std::vector<uint64_t> rows = {8192, 0};
    MarksFile file = parse_marks(as_bytes(marks_with_rows(marks, rows, 2)), {3, false}, 2);
    EXPECT_EQ(file.marks, marks);
    EXPECT_EQ(file.rows, rows);
}

}  // namespace
}  // namespace ch::format
