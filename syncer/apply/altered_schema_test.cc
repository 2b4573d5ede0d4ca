// Goal: what TiDB's description of a table says after a DDL becomes the stored table's definition,
// or the DDL is refused. Method: descriptions made here; each change alone.
#include "syncer/apply/altered_schema.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace ch::syncer {
namespace {

TidbColumn column(int64_t id, const char* name, MysqlType type, bool is_not_null = false) {
    TidbColumn made;
    made.id = id;
    made.name = name;
    made.type = type;
    made.is_not_null = is_not_null;
    return made;
}

TidbTable table_of(std::vector<TidbColumn> columns) {
    TidbTable table;
    table.id = 9;
    table.name = "t";
    table.columns = std::move(columns);
    table.primary_key = {"id"};
    table.pk_is_handle = true;
    return table;
}

class AlteredSchemaTest : public testing::Test {
protected:
    AlteredSchemaTest() {
        table_.tidb =
            table_of({column(1, "id", MysqlType::LongLong, true), column(2, "a", MysqlType::Long),
                      column(3, "b", MysqlType::VarChar)});
        schema_ = stored_schema(table_.tidb, ZeroDates::Refuse);
        for (const TidbColumn& one : table_.tidb.columns)
            table_.column_ids[one.id] = static_cast<uint64_t>(one.id);
    }
    /// "1 id Int64, 2 a Nullable(Int32)", without the columns that every table has.
    std::string become(std::vector<TidbColumn> columns) {
        const Alteration altered =
            altered_schema(table_, schema_, table_of(std::move(columns)), ZeroDates::Refuse);
        std::string text;
        for (const storage::ColumnDefinition& one : altered.schema.columns)
            if (one.id < kVersionColumnId)
                (text += text.empty() ? "" : ", ") +=
                    std::to_string(one.id) + " " + one.name + " " + one.type;
        EXPECT_NE(altered.schema.find(kVersionColumn), nullptr);
        EXPECT_NE(altered.schema.find(kDeletedColumn), nullptr);
        return text;
    }
    bool refuses(std::vector<TidbColumn> columns) {
        try {
            become(std::move(columns));
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::Unsupported);
            return true;
        }
        return false;
    }

    const TidbColumn id_ = column(1, "id", MysqlType::LongLong, true);
    const TidbColumn a_ = column(2, "a", MysqlType::Long);
    const TidbColumn b_ = column(3, "b", MysqlType::VarChar);
    SyncedTable table_;
    storage::SchemaVersion schema_;
};

TEST_F(AlteredSchemaTest, IsTheSameWhereNothingOfTheColumnsChanged) {
    const Alteration altered =
        altered_schema(table_, schema_, table_of({id_, a_, b_}), ZeroDates::Refuse);
    EXPECT_EQ(altered.schema, schema_);
}

TEST_F(AlteredSchemaTest, FollowsColumnsByTheirIds) {
    EXPECT_EQ(become({id_, b_}), "1 id Int64, 3 b Nullable(String)");
    EXPECT_EQ(become({id_, b_, a_}), "1 id Int64, 3 b Nullable(String), 2 a Nullable(Int32)");
    EXPECT_EQ(become({id_, column(2, "b", MysqlType::Long), column(3, "a", MysqlType::VarChar)}),
              "1 id Int64, 2 b Nullable(Int32), 3 a Nullable(String)");
    EXPECT_EQ(become({column(4, "n", MysqlType::Tiny, true), id_, a_, b_}),
              "4 n Int8, 1 id Int64, 2 a Nullable(Int32), 3 b Nullable(String)");
}

TEST_F(AlteredSchemaTest, AColumnGetsAndKeepsTheWiderType) {
    EXPECT_EQ(become({id_, column(2, "a", MysqlType::LongLong), b_}),
              "1 id Int64, 2 a Nullable(Int64), 3 b Nullable(String)");
    EXPECT_EQ(become({id_, column(2, "a", MysqlType::LongLong, true), b_}),
              "1 id Int64, 2 a Nullable(Int64), 3 b Nullable(String)");
    EXPECT_EQ(become({id_, column(7, "a", MysqlType::Short), b_}),
              "1 id Int64, 2 a Nullable(Int32), 3 b Nullable(String)");
}

TEST_F(AlteredSchemaTest, WhatWouldRewriteRowsIsRefused) {
    EXPECT_TRUE(refuses({id_, column(7, "a", MysqlType::VarChar), b_}));
    EXPECT_TRUE(refuses({id_, column(7, "a", MysqlType::Double), b_}));
    TidbColumn binary = b_;
    binary.is_binary = true;
    EXPECT_TRUE(refuses({id_, a_, binary}));
    TidbTable other_key = table_of({id_, a_, b_});
    other_key.primary_key = {"a"};
    EXPECT_THROW(altered_schema(table_, schema_, other_key, ZeroDates::Refuse), Error);
}

}  // namespace
}  // namespace ch::syncer
