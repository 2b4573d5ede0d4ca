// Goal: going back gives the rows of then in a new version, whatever became of their parts, and the
// history tells of all of it. Method: real parts of plain and of replacing tables, read at every
// version.
#include "engine/store/rollback.h"

#include <gtest/gtest.h>

#include "base/io/mem_fs.h"
#include "engine/store/history.h"
#include "engine/store/schema_change.h"
#include "engine/store/test_rows.h"

namespace ch::storage {
namespace {

class RollbackTest : public testing::Test {
protected:
    Database& database() { return *rows_.database(); }
    ErrorCode code_of(const std::function<void()>& run) {
        try {
            run();
        } catch (const Error& error) {
            message_ = error.message();
            return error.code();
        }
        return ErrorCode::Bug;
    }
    std::string history(TableId table) {
        std::string text;
        for (const TableChange& change :
             table_history(database(), table, database().newest()->version))
            text += change.operation + " +" + std::to_string(change.parts_added) + " -" +
                    std::to_string(change.parts_removed) + " =" + std::to_string(change.parts) +
                    ", ";
        return text;
    }

    TestRows rows_{std::make_shared<io::MemFs>(), "/r", 1};
    MergeRule final_rule_{.is_final = true};
    std::string message_;
};

TEST_F(RollbackTest, TheRowsOfThenAreThereAgainAndNothingIsLost) {
    for (bool replaces : {false, true}) {
        const std::string name = replaces ? "r" : "p";
        const TableId table = rows_.create(name, replaces, "");
        rows_.insert(table, {{1, 10}, {2, 20}});
        const uint64_t then = rows_.insert(table, {{3, 30}});
        if (replaces) rows_.insert(table, {{2, 21}, {1, 0, true}});
        rows_.merge(table, final_rule_);
        const uint64_t before = rows_.insert(table, {{4, 40}});
        const std::string now = rows_.read(name);
        const uint64_t back = roll_back(database(), table, then, 0);
        EXPECT_GT(back, before);
        EXPECT_EQ(rows_.read(name), "1=10 2=20 3=30");
        EXPECT_EQ(rows_.read(name, "v", ReadPoint::of_number(before)), now);
        rows_.insert(table, {{5, 50}});
        EXPECT_EQ(rows_.read(name), "1=10 2=20 3=30 5=50");
        roll_back(database(), table, before, 0);
        EXPECT_EQ(rows_.read(name), now);
        rows_.now_ms += 1'000'000'000;
        EXPECT_GT(database().collect({0, 0}).parts_removed, 0u);
        EXPECT_EQ(rows_.read(name), now);
        rows_.insert(table, {{1, 11}});
        rows_.merge(table, final_rule_);
        EXPECT_EQ(rows_.read(name), replaces ? "1=11 2=21 3=30 4=40" : "1=10 1=11 2=20 3=30 4=40");
    }
}

TEST_F(RollbackTest, OfRowsWithOneKeyTheSameOneCountsAsThen) {
    const TableId table = rows_.create("t", true, "");
    for (int32_t i = 1; i <= 12; ++i) rows_.insert(table, {{1, i}, {uint64_t(i) + 1, i}});
    const uint64_t then = database().newest()->version;
    const std::string rows = rows_.read("t");
    for (int32_t i = 1; i <= 12; ++i) rows_.insert(table, {{1, -i}});
    roll_back(database(), table, then, 0);
    EXPECT_EQ(rows_.read("t"), rows);
    rows_.merge(table, final_rule_);
    EXPECT_EQ(rows_.read("t"), rows);
}

TEST_F(RollbackTest, WhatCannotBeGoneBackToIsSaid) {
    const TableId table = rows_.create("t", false, "");
    const uint64_t first = rows_.insert(table, {{1, 10}});
    EXPECT_EQ(code_of([&] { roll_back(database(), table, first + 99, 0); }), ErrorCode::NotFound);
    const TableId later = rows_.create("later", false, "");
    EXPECT_EQ(code_of([&] { roll_back(database(), later, first, 0); }), ErrorCode::NotFound);
    {
        const auto held = database().lock({table}, latch::LatchMode::Writer, 0);
        EXPECT_EQ(code_of([&] { roll_back(database(), table, first, 0); }), ErrorCode::Busy);
    }
    rows_.change(table, [](const TableState& state) { return rename_column(state, "v", "w"); });
    EXPECT_EQ(code_of([&] { roll_back(database(), table, first, 0); }), ErrorCode::Unsupported);
    rows_.now_ms += 1000;
    database().collect({0, 0});
    EXPECT_EQ(code_of([&] { roll_back(database(), table, first, 0); }), ErrorCode::SnapshotExpired);
    const std::string newest = std::to_string(database().newest()->version);
    EXPECT_NE(message_.find("to " + newest + " can be read"), std::string::npos) << message_;
    EXPECT_EQ(rows_.read("t", "w"), "1=10");
}

TEST_F(RollbackTest, TheHistoryTellsWhatEachVersionDid) {
    const TableId table = rows_.create("t", false, "");
    const uint64_t then = rows_.insert(table, {{1, 10}});
    rows_.insert(table, {{2, 20}});
    rows_.merge(table, final_rule_);
    roll_back(database(), table, then, 0);
    EXPECT_EQ(history(table),
              "create +0 -0 =0, write +1 -0 =1, write +1 -0 =2, merge +1 -2 =1, "
              "overwrite +1 -1 =1, ");
    const auto all = table_history(database(), table, database().newest()->version);
    EXPECT_EQ(all.back().note, "rollback to version " + std::to_string(then));
    EXPECT_EQ(all.back().rows, 1u);
    EXPECT_EQ(table_history(database(), table, then).back().version, then);
    rows_.now_ms += 1'000'000'000;
    rows_.insert(table, {{3, 30}});
    database().collect({0, 0});
    rows_.insert(table, {{4, 40}});
    EXPECT_TRUE(history(table).ends_with(", write +1 -0 =3, ")) << history(table);
}

}  // namespace
}  // namespace ch::storage
