#include "engine/table/create_query.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace ch::table {
namespace {

using Texts = std::vector<std::string>;

ErrorCode error_of(std::string_view sql) {
    try {
        parse_create_query(sql);
    } catch (const Error& error) {
        return error.code();
    }
    return ErrorCode::Bug;
}

// Goal: every clause that ClickHouse writes into metadata is understood. The text is chdb 1.4.1's
// own, shortened.
TEST(CreateQuery, ReadsTheTextThatClickHouseWrites) {
    CreateQuery query =
        parse_create_query(R"(ATTACH TABLE _ UUID '2c750258-543a-4ea3-a31c-21c73667cd3e'
(
    `a` Int64,
    `we ird\`x` String DEFAULT 'it\'s' COMMENT 'c\'x',
    `e` Enum8('b' = -3, 'a' = 1),
    `l` LowCardinality(Nullable(String)) CODEC(Delta(8), ZSTD(3)),
    `tu` Tuple(
        x Int8,
        y Array(Nullable(String))),
    `n.p` Array(UInt8),
    `m` UInt8 MATERIALIZED a % 7,
    `al` UInt64 ALIAS a + 1,
    `ttl_c` String TTL d + toIntervalMonth(1),
    `d` Date DEFAULT '2020-01-01' STATISTICS(tdigest, uniq),
    `ei` Int8 DEFAULT -5,
    `ar` Array(UInt8) DEFAULT [1, 2],
    `comment` String DEFAULT concat('x', 'y') COMMENT 'z',
    `eph` String EPHEMERAL 'z',
    `eph2` String EPHEMERAL,
    INDEX i1 a TYPE minmax GRANULARITY 4,
    INDEX i2 (a, d) TYPE set(100) GRANULARITY 2,
    INDEX i3 lower(`we ird\`x`) TYPE bloom_filter(0.01),
    CONSTRAINT c1 CHECK a > -5,
    PROJECTION pr
    (
        SELECT
            a,
            count()
        GROUP BY a
    )
)
ENGINE = ReplacingMergeTree(a)
PARTITION BY (toYYYYMM(d), a % 3)
PRIMARY KEY a
ORDER BY (a, toDate(dd), -ei)
TTL d + toIntervalYear(1) WHERE a > 5
SETTINGS index_granularity = 1024, min_bytes_for_wide_part = 0
COMMENT 'table\'s')");
    const TableSchema& schema = query.schema;
    EXPECT_EQ(query.uuid, "2c750258-543a-4ea3-a31c-21c73667cd3e");
    EXPECT_EQ(schema.engine, "ReplacingMergeTree(a)");
    EXPECT_EQ(schema.partition_key, "(toYYYYMM(d), a % 3)");
    EXPECT_EQ(schema.primary_key, Texts({"a"}));
    EXPECT_EQ(schema.sorting_key, Texts({"a", "toDate(dd)", "-ei"}));
    EXPECT_EQ(schema.index_granularity, 1024U);
    ASSERT_EQ(schema.columns.size(), 15U);
    EXPECT_EQ(schema.columns[1].name, "we ird`x");
    EXPECT_EQ(schema.columns[1].default_expression, "'it\\'s'");
    EXPECT_EQ(schema.columns[1].comment, "c'x");
    EXPECT_EQ(schema.columns[3].type->name(), "LowCardinality(Nullable(String))");
    EXPECT_EQ(schema.columns[4].type->name(), "Tuple(x Int8, y Array(Nullable(String)))");
    EXPECT_EQ(schema.find("m")->default_kind, "MATERIALIZED");
    EXPECT_EQ(schema.find("m")->default_expression, "a % 7");
    EXPECT_EQ(schema.find("al")->default_kind, "ALIAS");
    EXPECT_EQ(schema.find("ei")->default_expression, "-5");
    EXPECT_EQ(schema.find("ar")->default_expression, "[1, 2]");
    EXPECT_EQ(schema.find("comment")->default_expression, "concat('x', 'y')");
    EXPECT_EQ(schema.find("comment")->comment, "z");
    EXPECT_EQ(schema.find("eph2")->default_kind, "EPHEMERAL");
    ASSERT_EQ(schema.skip_indices.size(), 3U);
    EXPECT_EQ(schema.skip_indices[1].expression, "(a, d)");
    EXPECT_EQ(schema.skip_indices[1].type, "set(100)");
    EXPECT_EQ(schema.skip_indices[1].granularity, 2U);
    EXPECT_EQ(schema.skip_indices[2].expression, "lower(`we ird\\`x`)");
    EXPECT_EQ(schema.skip_indices[2].granularity, 1U);
}

TEST(CreateQuery, KeepsHowPartsAreWrittenAndTellsWhatItDoesNotKeep) {
    const CreateQuery query = parse_create_query(
        "CREATE TABLE t (a Int8 CODEC( Delta(8),ZSTD(3) ) TTL d, d Date STATISTICS(tdigest), "
        "CONSTRAINT c CHECK a > -5, PROJECTION p (SELECT a)) ENGINE = MergeTree ORDER BY a TTL d "
        "SETTINGS index_granularity = 8, min_bytes_for_wide_part = 0, merge_max_block_size = 8, "
        "default_compression_codec = 'ZSTD(3)'");
    const TableSchema& schema = query.schema;
    EXPECT_EQ(schema.columns[0].codec, "Delta(8), ZSTD(3)");
    EXPECT_EQ(schema.columns[1].codec, "");
    EXPECT_EQ(schema.index_granularity, 8U);
    EXPECT_EQ(schema.write_settings,
              (std::vector<std::pair<std::string, std::string>>{
                  {"min_bytes_for_wide_part", "0"}, {"default_compression_codec", "ZSTD(3)"}}));
    EXPECT_EQ(query.unkept, Texts({"TTL of column a", "STATISTICS of column d", "CONSTRAINT",
                                   "PROJECTION", "TTL", "setting merge_max_block_size"}));
}

TEST(CreateQuery, KnowsAllSpellingsOfAKey) {
    auto keys = [](const std::string& clauses) {
        return parse_create_query("CREATE TABLE x.t (a Int8, b Int8) ENGINE = MergeTree " + clauses)
            .schema;
    };
    EXPECT_EQ(keys("ORDER BY tuple()").sorting_key, Texts());
    EXPECT_EQ(keys("ORDER BY ()").sorting_key, Texts());
    EXPECT_EQ(keys("ORDER BY (`a`, b)").sorting_key, Texts({"a", "b"}));
    EXPECT_EQ(keys("ORDER BY tuple(a DESC, b)").sorting_key, Texts({"a DESC", "b"}));
    EXPECT_EQ(keys("PRIMARY KEY b").sorting_key, Texts({"b"}));
    EXPECT_EQ(keys("ORDER BY (a) + (b)").sorting_key, Texts({"(a) + (b)"}));
    EXPECT_EQ(keys("ORDER BY a PARTITION BY tuple()").partition_key, "");
    EXPECT_EQ(keys("ORDER BY a").database, "x");
}

// ClickHouse 18.16 writes names bare: words that begin other lines may be columns.
TEST(CreateQuery, TakesBareNamesThatAreKeywordsAsColumns) {
    CreateQuery query = parse_create_query(
        "ATTACH TABLE t\n(\n    index UInt64, \n    projection Enum8('a' = 1), \n    constraint "
        "String DEFAULT CAST('x' AS String)\n)\n"
        "ENGINE = MergeTree\nORDER BY index\nSETTINGS index_granularity = 8192\n");
    ASSERT_EQ(query.schema.columns.size(), 3U);
    EXPECT_EQ(query.schema.columns[2].default_expression, "CAST('x' AS String)");
}

TEST(CreateQuery, RefusesWhatHasNoReadableParts) {
    EXPECT_EQ(error_of("ATTACH VIEW v (`x` UInt8) AS SELECT 1 AS x"), ErrorCode::Unsupported);
    EXPECT_EQ(error_of("ATTACH TABLE l (`d` Date) ENGINE = Log"), ErrorCode::Unsupported);
    EXPECT_EQ(error_of("ATTACH TABLE t (d Date, k Int8) ENGINE = MergeTree(d, k, 8192)"),
              ErrorCode::Unsupported);
    EXPECT_EQ(error_of("ATTACH TABLE t (d Date) ENGINE = MergeTree"), ErrorCode::Corrupt);
    EXPECT_EQ(error_of("ATTACH TABLE t (d Dat!e) ENGINE = MergeTree ORDER BY d"),
              ErrorCode::Corrupt);
    EXPECT_EQ(error_of("ATTACH TABLE t (`d Date) ENGINE = MergeTree ORDER BY d"),
              ErrorCode::Corrupt);
    EXPECT_EQ(error_of("ATTACH TABLE t (d Date"), ErrorCode::Corrupt);
    EXPECT_EQ(error_of(""), ErrorCode::Corrupt);
    for (const char* setting : {"index_granularity = 0", "index_granularity = 'x'",
                                "min_rows_for_wide_part = ''", "min_bytes_for_wide_part = 1e9"})
        EXPECT_EQ(error_of(std::string("CREATE TABLE t (a Int8) ENGINE = MergeTree ORDER BY a "
                                       "SETTINGS ") +
                           setting),
                  ErrorCode::Corrupt)
            << setting;
    EXPECT_EQ(error_of("ATTACH TABLE t (a Int8 DEFAULT " + std::string(300, '(') + "1" +
                       std::string(300, ')') + ") ENGINE = MergeTree ORDER BY a"),
              ErrorCode::Corrupt);
}

TEST(CreateQuery, ReadsADatabasesUuidAndEngine) {
    DatabaseQuery query = parse_database_query("ATTACH DATABASE _ UUID '3c28'\nENGINE = Atomic\n");
    EXPECT_EQ(query.uuid, "3c28");
    EXPECT_EQ(query.engine, "Atomic");
    EXPECT_EQ(parse_database_query("ATTACH DATABASE `o rd`\nENGINE = Ordinary\n").engine,
              "Ordinary");
}

}  // namespace
}  // namespace ch::table
