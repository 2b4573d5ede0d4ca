// Goal: the small files of a part are read as mergetree.md says and refused with a reason when they
// are wrong. Values are from real parts.
#include <gtest/gtest.h>

#include "engine/format/bloom_filter.h"
#include "engine/format/checksums_txt.h"
#include "engine/format/columns_substreams.h"
#include "engine/format/columns_txt.h"
#include "engine/format/marks.h"
#include "engine/format/part_name.h"
#include "engine/format/serialization_json.h"
#include "engine/format/skip_index.h"
#include "engine/format/stream_name.h"

namespace ch::format {
namespace {

PartName name(const char* text) {
    return PartName::parse(text).value();
}

TEST(PartName, parses_and_prints) {
    for (const char* text :
         {"all_1_1_0", "202401_7_9_3", "20240101-5_1_12_2_34", "patch-0-all_3_3_0_2", "7--5_1_1_0"})
        EXPECT_EQ(name(text).text(), text);
    for (const char* text :
         {"", "all", "all_1_1", "all_1_1_0_", "all_1_1_0_2_3", "tmp_insert_all_1_1_0", "detached",
          "all_2_1_0", "a_b_1_1_0", "all_-1_1_0", "all_1_1_99999999999", "_1_1_0"})
        EXPECT_FALSE(PartName::parse(text).has_value()) << text;
    EXPECT_TRUE(name("patch-0-all_3_3_0_2").is_patch());
}

TEST(PartName, covers_as_ClickHouse_does) {
    EXPECT_TRUE(name("all_1_3_1_4").contains(name("all_3_3_0_4")));
    EXPECT_FALSE(name("all_1_3_1").contains(name("all_3_3_0_4")));
    EXPECT_TRUE(name("all_1_1_0_2").contains(name("all_1_1_0")));
    EXPECT_FALSE(name("all_1_1_0").contains(name("all_1_1_0_2")));
    EXPECT_FALSE(name("all_1_3_1").contains(name("all_2_2_1")));
    EXPECT_FALSE(name("202401_1_3_1").contains(name("202402_2_2_0")));
    EXPECT_TRUE(name("all_1_3_1").overlaps(name("all_3_5_1")));
    EXPECT_FALSE(name("all_1_3_1").overlaps(name("all_4_5_1")));
}

TEST(ColumnsTxt, reads_names_and_types) {
    auto columns = parse_columns_txt(
        "columns format version: 1\n2 columns:\n`a\\`\\n` Int64\n`n.b` Array(Nullable(String))\n");
    ASSERT_EQ(columns.size(), 2U);
    EXPECT_EQ(columns[0].name, "a`\n");
    EXPECT_EQ(columns[1].type->name(), "Array(Nullable(String))");
}

TEST(ColumnsTxt, refuses_what_is_cut_doubled_or_too_much) {
    for (const char* text :
         {"", "columns format version: 2\n", "columns format version: 1\n1 columns:\n`a` Int64",
          "columns format version: 1\n2 columns:\n`a` Int64\n`a` Int8\n",
          "columns format version: 1\n70000 columns:\n",
          "columns format version: 1\n1 columns:\n`a` Int64\nx",
          "columns format version: 1\n1 columns:\n`` Int64\n",
          "columns format version: 1\n1 columns:\n`a` Int64(\n"})
        EXPECT_THROW((void)parse_columns_txt(text), Error) << text;
}

TEST(StreamName, escapes_bytes_and_hashes_long_names) {
    EXPECT_EQ(escape_for_file_name("we ird.\xC3\xA9"), "we%20ird%2E%C3%A9");
    EXPECT_EQ(unescape_for_file_name("we%20ird%2E%C3%A9%zz%2"), "we ird.\xC3\xA9%zz%2");
    EXPECT_EQ(hashed_stream_name("abc"), "53a3124ce5655a686c6b96daa215b4b6");
}

TEST(SerializationJson, reads_kinds_and_versions) {
    Serialization forms = Serialization::parse(
        R"({"columns":[{"kind":"Sparse","name":"a","num_defaults":6,"num_rows":9},{"kind":"Default","name":"t","subcolumns":[)"
        R"({"kind":"Default"},{"kind":"Sparse"}]}],"propagate_types_serialization_versions_to_nested_types":true,)"
        R"("types_serialization_versions":{"string":1},"version":1})");
    EXPECT_TRUE(forms.string_sizes && forms.nested_string_sizes);
    EXPECT_TRUE(forms.form("a").sparse);
    EXPECT_EQ(forms.form("a").rows_count, 9U);
    EXPECT_TRUE(forms.form("t").elements.at(1).sparse);
    EXPECT_FALSE(forms.form("other").sparse);
    EXPECT_FALSE(Serialization::parse(R"({"columns":[],"version":0})").string_sizes);
}

TEST(SerializationJson, refuses_unknown_versions_and_what_is_no_json) {
    for (const char* text :
         {R"({"version":2})", R"({"columns":[{"kind":"Odd","name":"a"}],"version":0})",
          R"({"types_serialization_versions":{"string":2},"version":1})", "", "[]", "{",
          R"({"columns":1})", R"({"columns":[{"kind":"Sparse"}]})", R"({"version":-1})"})
        EXPECT_THROW((void)Serialization::parse(text), Error) << text;
    EXPECT_THROW((void)Serialization::parse(std::string(100'000, '[')), Error);
}

TEST(ColumnsSubstreams, reads_streams_in_order) {
    auto columns = parse_columns_substreams(
        "columns substreams version: 1\n1 columns:\n2 substreams for column `a "
        "b`:\n\ta%20b.size\n\ta%20b\n");
    ASSERT_EQ(columns.size(), 1U);
    EXPECT_EQ(columns[0].column, "a b");
    EXPECT_EQ(columns[0].streams, (std::vector<std::string>{"a%20b.size", "a%20b"}));
    EXPECT_THROW(
        (void)parse_columns_substreams("columns substreams version: 1\n1 columns:\n2 substreams"),
        Error);
}

TEST(Marks, kinds_are_known_by_their_extension) {
    EXPECT_EQ(MarksKind::of_file("a.mrk")->version, 1);
    EXPECT_TRUE(MarksKind::of_file("data.cmrk4")->compressed);
    EXPECT_TRUE(MarksKind::of_file("data.mrk3")->is_compact());
    for (const char* file : {"mrk2", "a.mrk5", "a.mrk22", "a.bin", "a.cmr"})
        EXPECT_FALSE(MarksKind::of_file(file)) << file;
    EXPECT_EQ(MarksKind::of_file("x.cmrk2")->extension(), ".cmrk2");
}

TEST(Marks, rows_must_add_up_to_the_part) {
    std::string content;
    for (uint64_t rows : {100, 50, 0}) {
        append<uint64_t>(content, 7);
        append<uint64_t>(content, 8);
        append<uint64_t>(content, rows);
    }
    MarksFile file = parse_marks(as_bytes(content), {2, false}, 1);
    EXPECT_EQ(file.marks[1], (Mark{7, 8}));
    Granules granules = granules_of_rows(file.rows, 150);
    EXPECT_EQ(granules.first_row, (std::vector<uint64_t>{0, 100, 150}));
    EXPECT_TRUE(granules.has_final_mark);
    EXPECT_THROW((void)granules_of_rows(file.rows, 151), Error);
    EXPECT_THROW((void)granules_of_rows(file.rows, 149), Error);
    EXPECT_THROW((void)parse_marks(as_bytes(content).first(70), {2, false}, 1), Error);
    EXPECT_EQ(granules_of_size(64, 3, 130).count(), 3U);
    EXPECT_TRUE(granules_of_size(64, 4, 130).has_final_mark);
    EXPECT_THROW((void)granules_of_size(64, 2, 130), Error);
}

TEST(BloomFilterShape, is_ClickHouses_for_every_measured_share) {
    struct Case {
        double share;
        size_t bits, hashes;
    };
    // mergetree.md 6.3
    for (Case c : {Case{0.5, 2, 2},
                   {0.283, 2, 2},
                   {0.25, 3, 2},
                   {0.2, 4, 2},
                   {0.15, 4, 3},
                   {0.1, 5, 3},
                   {0.05, 7, 3},
                   {0.03, 8, 4},
                   {0.025, 8, 4},
                   {0.02, 9, 4},
                   {0.01, 10, 5},
                   {0.005, 12, 5},
                   {0.003, 13, 6},
                   {0.001, 15, 7},
                   {0.0005, 16, 10},
                   {0.0001, 19, 13},
                   {0.00001, 19, 13}}) {
        BloomFilterShape shape = bloom_filter_shape(c.share);
        EXPECT_EQ(shape.bits_per_value, c.bits) << c.share;
        EXPECT_LE(shape.hash_count, c.hashes) << c.share;
        EXPECT_GE(shape.hash_count + 1, c.hashes) << c.share;
    }
}

TEST(PackedIndices, files_must_stand_inside) {
    std::string content(1, '\1');
    append<uint64_t>(content, 1);
    append_varuint(content, 1);
    content += "a";
    append<uint64_t>(content, 35);
    append<uint64_t>(content, 3);
    append<uint64_t>(content, 0);
    content += "xyz";
    ASSERT_EQ(content.size(), 38U);
    EXPECT_EQ(parse_packed_directory(as_bytes(content)).at(0).size, 3U);
    content.pop_back();
    EXPECT_THROW((void)parse_packed_directory(as_bytes(content)), Error);
}

}  // namespace
}  // namespace ch::format
