// Goal: a table that replaces rows by key gives, at every version, the newest row of each key.
// Method: random upserts, deletes and merges, with and without bitmaps, against a map; every
// version is kept and read again at the end.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>

#include "base/io/mem_fs.h"
#include "engine/store/new_bitmap.h"
#include "engine/store/test_rows.h"

namespace ch::storage {
namespace {

using Model = std::map<uint64_t, int32_t>;

std::string text_of(const Model& model) {
    std::string text;
    for (const auto& [key, value] : model)
        text += (text.empty() ? "" : " ") + std::to_string(key) + "=" + std::to_string(value);
    return text;
}

class ReplacingTest : public testing::Test {
protected:
    std::string read() { return rows_.read("t"); }
    std::shared_ptr<const TableState> state(TableId table) {
        return rows_.database()->newest()->find(table);
    }
    static MergeRule final_rule() {
        MergeRule rule;
        rule.is_final = true;
        return rule;
    }

    std::shared_ptr<io::MemFs> files_ = std::make_shared<io::MemFs>();
    TestRows rows_{files_, "/r", 1};
};

TEST_F(ReplacingTest, TheNewestRowOfAKeyCountsAndTombstonesHide) {
    for (bool writes_bitmaps : {true, false}) {
        TestRows rows(std::make_shared<io::MemFs>(), "/r", 2);
        rows.writes_bitmaps = writes_bitmaps;
        const TableId table = rows.create("t", true, "");
        rows.insert(table, {{1, 10}, {2, 20}, {3, 30}, {2, 21}});
        EXPECT_EQ(rows.read("t"), "1=10 2=21 3=30");
        rows.insert(table, {{2, 22}, {4, 40}});
        rows.insert(table, {{3, 0, true}, {9, 0, true}});
        EXPECT_EQ(rows.read("t"), "1=10 2=22 4=40");
        rows.insert(table, {{3, 33}});
        EXPECT_EQ(rows.read("t"), "1=10 2=22 3=33 4=40");
        EXPECT_EQ(rows.database()->newest()->find(table)->bitmaps.empty(), !writes_bitmaps);
    }
}

TEST_F(ReplacingTest, RowsOfOneCommitInSeveralPartsReplaceEachOther) {
    const TableId table = rows_.create("t", true, "");
    WriteLatch latch = *rows_.database()->lock({table}, latch::LatchMode::Writer, 0);
    Transaction transaction = rows_.database()->begin();
    transaction.use(latch);
    WriteOptions options;
    options.part_rows_max = 2;
    TableWriter writer(*rows_.database(), write_target(transaction, table), rows_.pool(), options);
    writer.append(rows_.block({{1, 10}, {2, 20}}));
    writer.append(rows_.block({{2, 21}, {3, 30}}));
    writer.append(rows_.block({{1, 0, true}, {3, 31}}));
    writer.finish(transaction);
    ASSERT_TRUE(std::holds_alternative<latch::Published>(rows_.database()->commit(transaction)));
    EXPECT_EQ(state(table)->parts.size(), 3u);
    EXPECT_EQ(read(), "2=21 3=31");
}

TEST_F(ReplacingTest, AMergeDropsWhatIsSupersededAndTombstonesOnlyBelowNothing) {
    const TableId table = rows_.create("t", true, "");
    rows_.insert(table, {{1, 10}, {2, 20}});
    rows_.insert(table, {{2, 0, true}, {3, 30}});
    rows_.insert(table, {{3, 31}});
    std::vector<std::string> newer;
    for (const auto& part : state(table)->parts) newer.push_back(part->record.name);
    newer.erase(newer.begin());
    EXPECT_TRUE(merge_parts(rows_.database(), table, newer, rows_.pool(), {}).is_published);
    EXPECT_EQ(state(table)->rows, 4u);  // the tombstone stays: an older part has its key
    EXPECT_EQ(read(), "1=10 3=31");
    EXPECT_TRUE(rows_.merge(table, final_rule()).is_published);
    EXPECT_EQ(state(table)->rows, 2u);
    EXPECT_EQ(read(), "1=10 3=31");
}

TEST_F(ReplacingTest, ACommitDuringAMergeIsNotLost) {
    const TableId table = rows_.create("t", true, "");
    rows_.insert(table, {{1, 10}, {2, 20}});
    rows_.insert(table, {{2, 21}, {3, 30}});
    TestRows other(files_, "/r", 7);
    bool is_committed = false;
    files_->observe([&](const std::string& operation, const std::string& path) {
        if (is_committed || operation != "create" || path.find("tmp_merge_") == std::string::npos)
            return;
        is_committed = true;
        other.insert(table, {{3, 31}, {1, 0, true}});
    });
    EXPECT_TRUE(rows_.merge(table, final_rule()).is_published);
    EXPECT_TRUE(is_committed);
    EXPECT_EQ(read(), "2=21 3=31");
    EXPECT_EQ(state(table)->parts.size(), 2u);
}

TEST_F(ReplacingTest, ACommitWhoseVersionIsNotAboveTheLastOneIsRefused) {
    const TableId table = rows_.create("t", true, "");
    rows_.insert(table, {{1, 10}});
    rows_.now_ms = 5;  // a clock that was set back
    rows_.insert(table, {{1, 11}});
    EXPECT_EQ(read(), "1=11");
    WriteOptions options;
    options.commit_ts = state(table)->max_commit_ts;
    EXPECT_THROW(rows_.insert(table, {{1, 12}}, options), Error);
}

/// What a reader of a table has to find out by itself.
size_t count_unknown(const table::Table& table) {
    size_t unknown = 0;
    for (const table::PartView& view : table.views())
        unknown += view.hiding->parts.size() + (view.hiding->has_deleted ? 1 : 0);
    return unknown;
}

TEST_F(ReplacingTest, CompletedBitmapsLeaveReadersNothingToFind) {
    const TableId table = rows_.create("t", true, "");
    rows_.writes_bitmaps = false;
    rows_.insert(table, {{1, 10}, {2, 20}, {3, 30}, {4, 40}});
    rows_.insert(table, {{2, 21}, {9, 0, true}});
    rows_.insert(table, {{2, 22}, {3, 0, true}});
    const uint64_t before = rows_.database()->newest()->version;
    const auto open = [&] {
        return open_table(rows_.database(), rows_.database()->snapshot(), "db", "t", nullptr,
                          rows_.pool());
    };
    EXPECT_GT(count_unknown(*open()), 0u);
    EXPECT_EQ(complete_bitmaps(rows_.database(), table, rows_.pool()), 3u);
    EXPECT_EQ(count_unknown(*open()), 0u);
    EXPECT_EQ(read(), "1=10 2=22 4=40");
    EXPECT_EQ(rows_.read("t", "v", ReadPoint::of_number(before)), "1=10 2=22 4=40");
    EXPECT_EQ(complete_bitmaps(rows_.database(), table, rows_.pool()), 0u);
    EXPECT_EQ(rows_.database()->newest()->version, before + 1);
}

TEST_F(ReplacingTest, ABitmapThatACommitOvertookIsNotPublished) {
    const TableId table = rows_.create("t", true, "");
    rows_.writes_bitmaps = false;
    rows_.insert(table, {{1, 10}, {2, 20}});
    rows_.insert(table, {{2, 21}});
    rows_.writes_bitmaps = true;
    EXPECT_EQ(complete_bitmaps(rows_.database(), table, rows_.pool()), 2u);
    rows_.writes_bitmaps = false;
    rows_.insert(table, {{2, 22}});
    TestRows other(files_, "/r", 7);
    other.now_ms = rows_.now_ms + 1;
    bool is_committed = false;
    files_->observe([&](const std::string& operation, const std::string& path) {
        if (is_committed || operation != "create" || path.find("/visible/") == std::string::npos)
            return;
        is_committed = true;
        other.insert(table, {{1, 0, true}});
    });
    static_cast<void>(complete_bitmaps(rows_.database(), table, rows_.pool()));
    EXPECT_TRUE(is_committed);
    EXPECT_EQ(read(), "2=22");
    EXPECT_EQ(state(table)->bitmaps.at("all_1_1_0")->record.complete_ts,
              state(table)->max_commit_ts);
}

void run_random(uint64_t seed) {
    std::mt19937_64 random(seed);
    TestRows rows(std::make_shared<io::MemFs>(), "/r", seed + 1);
    const TableId table = rows.create("t", true, random() % 2 == 0 ? "k % 3" : "");
    const uint64_t keys = 5 + random() % 60;
    Model model;
    std::map<uint64_t, std::string> versions;
    for (int step = 0; step < 25; ++step) {
        rows.now_ms += random() % 3;
        rows.writes_bitmaps = random() % 3 > 0;
        if (random() % 8 == 0) {
            static_cast<void>(complete_bitmaps(rows.database(), table, rows.pool()));
        } else if (random() % 5 == 0) {
            MergeRule rule;
            rule.parts_min = 2 + random() % 3;
            rule.is_final = random() % 4 == 0;
            static_cast<void>(rows.merge(table, rule));
        } else {
            std::vector<TestRow> batch;
            for (uint64_t i = 0; i < 1 + random() % 20; ++i) {
                batch.push_back(
                    {random() % keys, static_cast<int32_t>(random() % 1000), random() % 4 == 0});
                if (batch.back().is_deleted)
                    model.erase(batch.back().key);
                else
                    model[batch.back().key] = batch.back().value;
            }
            rows.insert(table, batch);
        }
        versions[rows.database()->newest()->version] = text_of(model);
        ASSERT_EQ(rows.read("t"), text_of(model)) << "seed " << seed << ", step " << step;
    }
    for (const auto& [version, text] : versions)
        ASSERT_EQ(rows.read("t", "v", ReadPoint::of_number(version)), text)
            << "seed " << seed << ", version " << version;
}

TEST_F(ReplacingTest, RandomHistoriesAreReadAsAMapHasThem) {
    const char* given = std::getenv("CHSPARK_SEED");
    const uint64_t seed = given == nullptr ? 1 : std::strtoull(given, nullptr, 10);
    for (uint64_t i = 0; i < 40 && !HasFatalFailure(); ++i) run_random(seed * 1000 + i);
}

}  // namespace
}  // namespace ch::storage
