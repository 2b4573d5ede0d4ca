// Goal: whatever a reader of a following export finds, at any moment and behind any fault, was
// published, and another process goes on from there. Method: one history of each kind of change;
// every operation of the follower fails once, and every moment is once the last one.
#include "engine/store/follow.h"

#include <gtest/gtest.h>

#include <set>

#include "base/io/faulty_fs.h"
#include "base/io/mem_fs.h"
#include "engine/store/limits.h"
#include "engine/store/rollback.h"
#include "engine/store/test_rows.h"

namespace ch::storage {
namespace {

using FilesPtr = std::shared_ptr<io::FileSystem>;

class FollowTest : public testing::Test {
protected:
    /// What a ClickHouse makes of the folder: the parts that no other part covers.
    static std::string shown(const TestRows& rows, const FilesPtr& files) {
        return rows.rows_of(*table::Table::open(files, "/f/parts", nullptr, rows.pool()), "v");
    }
    static std::unique_ptr<Follower> follow(TestRows& rows) {
        return std::make_unique<Follower>(rows.database(), TableName{"db", "t"}, "/f", rows.pool());
    }
    static TableId table_of(TestRows& rows) {
        return rows.database()->newest()->find("db", "t")->id;
    }
    static void truncate(TestRows& rows) {
        const TableId table = table_of(rows);
        const auto latch = rows.database()->lock({table}, latch::LatchMode::Schema, 0);
        Transaction transaction = rows.database()->begin();
        transaction.use(*latch);
        transaction.truncate(table);
        static_cast<void>(rows.database()->commit(transaction));
    }
    static void insert(TestRows& rows, const std::vector<TestRow>& added) {
        rows.insert(table_of(rows), added);
    }
    /// One change at a time; `published` gets the rows behind each.
    using Change = std::function<void(TestRows&)>;
    static std::vector<Change> changes() {
        return {[](TestRows& rows) {
                    insert(rows, {{3, 30}, {4, 40}});
                },
                [](TestRows& rows) {
                    insert(rows, {{5, 50}});
                },
                [](TestRows& rows) { rows.merge(table_of(rows), {.is_final = true}); },
                [](TestRows& rows) {
                    insert(rows, {{7, 70}});
                },
                truncate,
                [](TestRows& rows) {
                    insert(rows, {{8, 80}, {9, 90}});
                },
                [](TestRows& rows) { roll_back(*rows.database(), table_of(rows), 4, 0); }};
    }
    static void begin(TestRows& rows) {
        rows.create("t", false, "k % 2");
        insert(rows, {{1, 10}, {2, 20}});
    }
};

TEST_F(FollowTest, TheFolderShowsTheNewestVersionAfterEachChange) {
    auto files = std::make_shared<io::MemFs>();
    TestRows rows(files, "/r", 1);
    begin(rows);
    auto follower = follow(rows);
    EXPECT_EQ(shown(rows, files), "1=10 2=20");
    EXPECT_FALSE(follower->step());
    std::set<std::string> states;
    for (const Change& change : changes()) {
        change(rows);
        follower->step();
        EXPECT_EQ(shown(rows, files), rows.read("t"));
        states.insert(rows.read("t"));
        EXPECT_FALSE(follower->step());
    }
    EXPECT_GT(states.size(), 4u);
    EXPECT_FALSE(follower->state().covered.empty());
    follower->remove_covered(std::chrono::milliseconds(0));
    EXPECT_EQ(files->list("/f/parts").size(), follower->state().shown.size());
    EXPECT_EQ(shown(rows, files), rows.read("t"));
    // Merges show nothing new, and several changes at once are one.
    insert(rows, {{11, 1}});
    rows.merge(table_of(rows), {.is_final = true});
    insert(rows, {{12, 2}});
    EXPECT_TRUE(follower->step());
    EXPECT_EQ(shown(rows, files), rows.read("t"));
    follower.reset();
    insert(rows, {{13, 3}});
    EXPECT_TRUE(follow(rows)->step());
    EXPECT_EQ(shown(rows, files), rows.read("t"));
}

TEST_F(FollowTest, ATableThatReplacesRowsIsShownByItsNewestRowsWhereOnePartCoversAll) {
    auto files = std::make_shared<io::MemFs>();
    TestRows rows(files, "/r", 1);
    const TableId table = rows.create("t", true, "");
    rows.insert(table, {{1, 10}, {2, 20}});
    auto follower = follow(rows);
    rows.insert(table, {{1, 11}, {2, 0, true}});
    const uint64_t version = rows.database()->newest()->version;
    follower->step();
    EXPECT_EQ(shown(rows, files), "1=10 1=11 2=0 2=20");
    truncate(rows);
    roll_back(*rows.database(), table, version, 0);
    follower->step();
    EXPECT_EQ(shown(rows, files), "1=11");
}

TEST_F(FollowTest, ManySmallChangesDoNotBecomeManyParts) {
    auto files = std::make_shared<io::MemFs>();
    TestRows rows(files, "/r", 1);
    begin(rows);
    auto follower = follow(rows);
    for (uint64_t i = 0; i < kShownPartsMax + 10; ++i) {
        insert(rows, {{100 + i, 1}});
        follower->step();
    }
    EXPECT_LT(follower->state().shown.size(), 20u);
    EXPECT_EQ(shown(rows, files), rows.read("t"));
}

TEST_F(FollowTest, WhateverOperationFailsThePublishedIsShownAndAnotherProcessGoesOn) {
    for (const io::Fault fault : {io::Fault::InputOutput, io::Fault::DoneAnyway})
        // Every other operation, each in one way.
        for (uint64_t nth = fault == io::Fault::InputOutput ? 1 : 3;; nth += 4) {
            auto inner = std::make_shared<io::MemFs>();
            auto files = std::make_shared<io::FaultyFs>(inner);
            TestRows writer(inner, "/r", 1);
            begin(writer);
            TestRows rows(files, "/r", 2, false);
            std::set<std::string> published = {writer.read("t")};
            files->fail(nth, fault);
            std::string error = "no error";
            try {
                auto follower = follow(rows);
                for (const Change& change : changes()) {
                    change(writer);
                    published.insert(writer.read("t"));
                    follower->step();
                    follower->remove_covered(std::chrono::milliseconds(0));
                }
            } catch (const Error& failed) {
                error = failed.what();
            }
            const std::string what = files->failed() + ": " + error;
            if (files->failed().empty()) break;
            if (inner->kind("/f")) {
                EXPECT_EQ(published.count(shown(writer, inner)), 1u) << what;
            }
            // Cleaning up is one of the things that may have failed.
            if (inner->kind("/f.partial")) continue;
            TestRows again(inner, "/r", 3, false);
            auto follower = follow(again);
            follower->step();
            EXPECT_EQ(shown(writer, inner), writer.read("t")) << what;
        }
}

TEST_F(FollowTest, APowerLossAtAnyMomentLeavesWhatWasPublished) {
    auto files = std::make_shared<io::MemFs>();
    TestRows rows(files, "/r", 1);
    begin(rows);
    std::set<std::string> published = {rows.read("t")};
    uint64_t moments = 0;
    auto look = [&](const std::string&, const std::string& path) {
        if (!path.starts_with("/f")) return;
        for (const bool keeps : {false, true}) {
            io::MemFs::Crash crash;
            if (keeps) crash.kept.assign(files->unsynced_effects(), true);
            const FilesPtr after = files->crash(crash);
            ++moments;
            TestRows again(after, "/r", 3, false);
            if (after->kind("/f")) {
                EXPECT_EQ(published.count(shown(again, after)), 1u) << path;
            } else if (after->kind("/f.partial")) {
                continue;
            }
            auto follower = follow(again);
            follower->step();
            EXPECT_EQ(shown(again, after), again.read("t")) << path;
        }
    };
    files->observe(look);
    auto follower = follow(rows);
    for (const Change& change : changes()) {
        files->observe({});
        change(rows);
        published.insert(rows.read("t"));
        files->observe(look);
        follower->step();
        follower->remove_covered(std::chrono::milliseconds(0));
    }
    EXPECT_GT(moments, 200u);
}

}  // namespace
}  // namespace ch::storage
