// Goal: parts are written by the codecs, sizes and indices of the table's definition, whatever
// becomes of it later, and ClickHouse is told the same. Method: definitions as users write them,
// and the first bytes of the files that inserts, merges, exports and adopted tables get.
#include "engine/store/table_schema.h"

#include <gtest/gtest.h>

#include "base/io/mem_fs.h"
#include "engine/format/compressed_frame.h"
#include "engine/store/adopt.h"
#include "engine/store/change_table.h"
#include "engine/store/create_table.h"
#include "engine/store/create_text.h"
#include "engine/store/export_table.h"
#include "engine/store/test_rows.h"

namespace ch::storage {
namespace {

constexpr uint64_t kFileBytesMax = 1 << 20;

class TableSchemaTest : public testing::Test {
protected:
    TableId create(const std::string& columns, const std::string& settings) {
        const NewTable made = parse_new_table("CREATE TABLE db.t (" + columns +
                                              ") ENGINE = MergeTree ORDER BY k" + settings);
        return create_table(*rows_.database(), made.name, made.schema);
    }
    std::vector<std::shared_ptr<const part::Part>> parts(const std::string& table = "t") {
        return open_table(rows_.database(), read_snapshot(*rows_.database(), {}), "db", table,
                          nullptr, rows_.pool())
            ->parts();
    }
    std::string codec_of(const std::string& file) {
        return format::codec_name(as_bytes(io::read_small_file(*files_, file, kFileBytesMax)));
    }
    std::string codecs(const std::string& folder) {
        return codec_of(folder + "/k.bin") + " " + codec_of(folder + "/v.bin");
    }
    ErrorCode refusal(const std::string& columns, const std::string& settings) {
        try {
            create(columns, settings);
        } catch (const Error& error) {
            message_ = error.message();
            return error.code();
        }
        return ErrorCode::Bug;
    }

    std::shared_ptr<io::MemFs> files_ = std::make_shared<io::MemFs>();
    TestRows rows_{files_, "/r", 1};
    std::string message_;
};

TEST_F(TableSchemaTest, ColumnsAreWrittenByTheirCodecsOrTheTables) {
    const TableId table = create("k UInt64, v Int32 CODEC(none)",
                                 " SETTINGS min_bytes_for_wide_part = 0, "
                                 "default_compression_codec = 'zstd(3)'");
    rows_.insert(table, {{1, 10}, {2, 20}});
    EXPECT_EQ(codecs(parts()[0]->path()), "ZSTD NONE");
    rows_.insert(table, {{3, 30}});
    rows_.merge(table, {.is_final = true});
    ASSERT_EQ(parts().size(), 1U);
    EXPECT_EQ(codecs(parts()[0]->path()), "ZSTD NONE");
    alter_table(*rows_.database(), {"db", "t"},
                {{ColumnChange::Kind::Rename, "v", "w", "", ""},
                 {ColumnChange::Kind::Widen, "w", "Int64", "", ""},
                 {ColumnChange::Kind::Add, "v", "Int32", "", ""}},
                0);
    rows_.insert(table, {{4, 40}});
    EXPECT_EQ(codecs(parts()[1]->path()), "ZSTD ZSTD");
    EXPECT_EQ(codec_of(parts()[1]->path() + "/w.bin"), "NONE");
    export_table(rows_.database(), read_snapshot(*rows_.database(), {}), {"db", "t"}, "/x",
                 rows_.pool());
    EXPECT_EQ(codec_of("/x/" + parts()[0]->name() + "/w.bin"), "NONE") << "written anew";
    const std::string text = io::read_small_file(*files_, "/x/table.sql", kFileBytesMax);
    for (const char* line :
         {"`k` UInt64 CODEC(ZSTD(3)),\n", "`w` Int64 CODEC(NONE),\n", "`v` Int32 CODEC(ZSTD(3))\n",
          "SETTINGS min_bytes_for_wide_part = 0\n"})
        EXPECT_NE(text.find(line), std::string::npos) << line << " in " << text;
}

TEST_F(TableSchemaTest, SettingsChooseTheKindOfPartsAndTheirGranules) {
    const TableId table =
        create("k UInt64, v Int32", " SETTINGS min_rows_for_wide_part = 3, index_granularity = 2");
    rows_.insert(table, {{1, 10}, {2, 20}});
    rows_.insert(table, {{1, 10}, {2, 20}, {3, 30}});
    EXPECT_EQ(parts()[0]->kind(), part::PartKind::Compact);
    EXPECT_EQ(parts()[1]->kind(), part::PartKind::Wide);
    EXPECT_EQ(parts()[1]->granules().count(), 2U);
    rows_.merge(table, {.is_final = true});
    EXPECT_EQ(parts()[0]->kind(), part::PartKind::Wide);
}

TEST_F(TableSchemaTest, IndicesAreWrittenAndKeptByMerges) {
    const TableId table = create(
        "k UInt64, v Int32, INDEX a v TYPE minmax GRANULARITY 2, INDEX b v TYPE bloom_filter", "");
    rows_.insert(table, {{1, 10}});
    rows_.insert(table, {{2, 20}});
    rows_.merge(table, {.is_final = true});
    const std::vector<column::TypePtr> types = {column::make_type(column::TypeId::Int32)};
    EXPECT_TRUE(parts()[0]->skip_index("a", "minmax", types, 2).has_value());
    EXPECT_TRUE(parts()[0]->skip_index("b", "bloom_filter", types, 1).has_value());
    EXPECT_FALSE(parts()[0]->skip_index("c", "minmax", types, 1).has_value());
    EXPECT_EQ(rows_.read("t"), "1=10 2=20");
}

TEST_F(TableSchemaTest, AnotherProcessReadsTheSameDefinition) {
    const TableId table =
        create("k UInt64 CODEC(Default), v Int32 CODEC(ZSTD(7)), INDEX i v TYPE minmax",
               " SETTINGS min_bytes_for_wide_part = 1, index_granularity_bytes = 1024");
    TestRows other(files_, "/r", 2, false);
    const auto state = other.database()->newest()->find(table);
    EXPECT_EQ(state->schema(), rows_.database()->newest()->find(table)->schema());
    EXPECT_EQ(state->schema().columns[0].codec, "");
    EXPECT_EQ(state->schema().columns[1].codec, "ZSTD(7)");
    EXPECT_EQ(table_schema(*state).write_settings.size(), 2U);
}

TEST_F(TableSchemaTest, AnAdoptedTableKeepsItsCodecsAndSettings) {
    const TableId table =
        create("k UInt64 CODEC(ZSTD(2)), v Int32", " SETTINGS min_bytes_for_wide_part = 0");
    rows_.insert(table, {{1, 10}});
    export_table(rows_.database(), read_snapshot(*rows_.database(), {}), {"db", "t"}, "/plain",
                 rows_.pool());
    std::string text = io::read_small_file(*files_, "/plain/table.sql", kFileBytesMax);
    text.replace(text.find("Int32"), 5, "Int32 CODEC(Delta(4), NONE)");
    text.insert(text.find("min_bytes"), "index_granularity_bytes = 0, merge_max_block_size = 8, ");
    files_->remove_file("/plain/table.sql");
    io::write_small_file(*files_, "/plain/table.sql", as_bytes(text));
    adopt_table(*rows_.database(), "/plain", {"db", "u"}, rows_.pool());
    const auto adopted = rows_.database()->newest()->find("db", "u");
    EXPECT_EQ(adopted->schema().properties,
              (std::vector<std::pair<std::string, std::string>>{{"min_bytes_for_wide_part", "0"}}));
    EXPECT_NE(create_text(*adopted).find("`v` Int32 CODEC(Delta(4), NONE)"), std::string::npos);
    rows_.insert(adopted->id, {{2, 20}});
    EXPECT_EQ(codecs(parts("u")[1]->path()), "ZSTD NONE");
    EXPECT_EQ(rows_.read("u"), "1=10 2=20");
}

TEST_F(TableSchemaTest, WhatWouldNotBeWrittenIsRefused) {
    EXPECT_EQ(refusal("k UInt64 CODEC(Delta(8), ZSTD(3))", ""), ErrorCode::Unsupported);
    EXPECT_NE(message_.find("column k: the codec Delta(8), ZSTD(3)"), std::string::npos)
        << message_;
    EXPECT_EQ(refusal("k UInt64 CODEC(LZ4HC(9))", ""), ErrorCode::Unsupported);
    EXPECT_EQ(refusal("k UInt64 CODEC(ZSTD(99))", ""), ErrorCode::InvalidArgument);
    EXPECT_EQ(refusal("k UInt64, a UInt64 ALIAS k CODEC(LZ4)", ""), ErrorCode::Unsupported);
    EXPECT_EQ(refusal("k UInt64", " SETTINGS default_compression_codec = 'T64'"),
              ErrorCode::Unsupported);
    EXPECT_EQ(refusal("k UInt64", " SETTINGS index_granularity_bytes = 1023"),
              ErrorCode::InvalidArgument);
    EXPECT_EQ(refusal("k UInt64", " SETTINGS merge_max_block_size = 8"), ErrorCode::Unsupported);
    EXPECT_EQ(rows_.database()->newest()->find("db", "t"), nullptr);
}

}  // namespace
}  // namespace ch::storage
