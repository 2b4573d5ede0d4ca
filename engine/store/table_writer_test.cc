// Goal: rows that are written and committed are read back, whatever happened to the definition in
// between. Method: a store over a file system in memory, rows of two columns, scans of all parts.
#include "engine/store/table_writer.h"

#include <gtest/gtest.h>

#include "base/io/mem_fs.h"
#include "engine/store/export_table.h"
#include "engine/store/schema_change.h"
#include "engine/store/test_rows.h"

namespace ch::storage {
namespace {

class TableWriterTest : public testing::Test {
protected:
    std::shared_ptr<io::MemFs> files_ = std::make_shared<io::MemFs>();
    TestRows rows_{files_, "/r", 1};
};

TEST_F(TableWriterTest, RowsAreSortedCutByPartitionAndReadBack) {
    const TableId table = rows_.create("t", false, "k % 2");
    rows_.insert(table, {{5, 50}, {2, 20}, {1, 10}, {4, 40}});
    EXPECT_EQ(rows_.read("t"), "1=10 2=20 4=40 5=50");
    const auto state = rows_.database()->newest()->find(table);
    ASSERT_EQ(state->parts.size(), 2u);
    EXPECT_EQ(state->parts[0]->record.name.substr(0, 2), "0_");
    EXPECT_EQ(state->rows, 4u);
    EXPECT_EQ(state->parts[0]->record.key_min, std::string("\x02\0\0\0\0\0\0\0", 8));
    EXPECT_EQ(state->parts[0]->record.key_max, std::string("\x04\0\0\0\0\0\0\0", 8));
}

TEST_F(TableWriterTest, OneCommitWritesSeveralPartsWhereRowsAreMany) {
    const TableId table = rows_.create("t", false, "");
    WriteLatch latch = *rows_.database()->lock({table}, latch::LatchMode::Writer, 0);
    Transaction transaction = rows_.database()->begin();
    transaction.use(latch);
    WriteOptions options;
    options.part_rows_max = 2;
    TableWriter writer(*rows_.database(), write_target(transaction, table), rows_.pool(), options);
    for (uint64_t key : {1, 3, 5}) writer.append(rows_.block({{key, 0}, {key + 1, 1}}));
    writer.finish(transaction);
    EXPECT_EQ(rows_.read("t"), "");
    ASSERT_TRUE(std::holds_alternative<latch::Published>(rows_.database()->commit(transaction)));
    EXPECT_EQ(rows_.database()->newest()->find(table)->parts.size(), 3u);
    EXPECT_EQ(rows_.read("t"), "1=0 2=1 3=0 4=1 5=0 6=1");
}

TEST_F(TableWriterTest, ColumnsAreBoundByIdAcrossDefinitions) {
    const TableId table = rows_.create("t", false, "");
    const auto add = [](const TableState& state) {
        return add_column(state, {0, "v", "Int32", "DEFAULT", "7", "", ""}, "");
    };
    rows_.insert(table, {{1, 10}});
    rows_.change(table, [](const TableState& state) { return rename_column(state, "v", "w"); });
    EXPECT_EQ(rows_.read("t", "w"), "1=10");
    rows_.change(table, add);
    EXPECT_EQ(rows_.read("t", "v"), "1=7");
    EXPECT_EQ(rows_.read("t", "w"), "1=10");
    rows_.change(table, [](const TableState& state) { return widen_column(state, "w", "Int64"); });
    rows_.insert(table, {{2, 20}});
    EXPECT_EQ(rows_.read("t", "v"), "1=7 2=20");
    EXPECT_EQ(rows_.read("t", "w"), "1=10 2=0");
    rows_.change(table, [](const TableState& state) { return drop_column(state, "v"); });
    rows_.change(table, add);
    EXPECT_EQ(rows_.read("t", "v"), "1=7 2=7");
    MergeRule all;
    all.is_final = true;
    EXPECT_TRUE(rows_.merge(table, all).is_published);
    EXPECT_EQ(rows_.read("t", "v"), "1=7 2=7");
    EXPECT_EQ(rows_.read("t", "w"), "1=10 2=0");
}

TEST_F(TableWriterTest, AnOlderVersionIsReadAsItWas) {
    const TableId table = rows_.create("t", false, "");
    const uint64_t version = rows_.insert(table, {{1, 10}});
    rows_.now_ms += 1000;
    rows_.insert(table, {{2, 20}});
    EXPECT_EQ(rows_.read("t", "v", ReadPoint::of_number(version)), "1=10");
    EXPECT_EQ(rows_.read("t", "v", {{}, (rows_.now_ms - 1) << 18, {}}), "1=10");
    EXPECT_EQ(rows_.read("t"), "1=10 2=20");
}

TEST_F(TableWriterTest, AWriterWhoseBaseIsCollectedNeedsNoFileOfIt) {
    const TableId table = rows_.create("t", true, "");
    rows_.insert(table, {{1, 1}});
    rows_.insert(table, {{2, 2}});
    WriteLatch latch = *rows_.database()->lock({table}, latch::LatchMode::Writer, 0);
    Transaction transaction = rows_.database()->begin();
    transaction.use(latch);
    TableWriter writer(*rows_.database(), write_target(transaction, table), rows_.pool(), {});
    writer.append(rows_.block({{1, 10}}));
    TestRows other{files_, "/r", 1'000'000, false};
    MergeRule all;
    all.is_final = true;
    ASSERT_TRUE(other.merge(table, all).is_published);
    other.now_ms += 1'000'000;
    ASSERT_GT(other.database()->collect({0, 0}).parts_removed, 0u);
    EXPECT_NO_THROW(writer.finish(transaction)) << "the parts of its base are gone";
    EXPECT_TRUE(std::holds_alternative<latch::Published>(rows_.database()->commit(transaction)));
    EXPECT_EQ(rows_.read("t"), "1=10 2=2");
}

TEST_F(TableWriterTest, AnExportIsAPlainFolderUnderTodaysNames) {
    const TableId table = rows_.create("t", false, "k % 2");
    rows_.insert(table, {{1, 10}, {2, 20}});
    rows_.change(table, [](const TableState& state) { return rename_column(state, "v", "w"); });
    rows_.change(table, [](const TableState& state) {
        return add_column(state, {0, "v", "Int32", "", "", "", ""}, "");
    });
    rows_.insert(table, {{3, 30}});
    const ExportReport report = export_table(rows_.database(), rows_.database()->snapshot(),
                                             {"db", "t"}, "/out", rows_.pool());
    EXPECT_EQ(report.parts, 3u);
    EXPECT_EQ(report.rewritten, 2u);
    const auto plain = table::Table::open(files_, "/out");
    ASSERT_EQ(plain->parts().size(), 3u);
    for (const auto& part : plain->parts()) EXPECT_TRUE(part->find_column("w"));
}

TEST_F(TableWriterTest, ADamagedSmallFileIsSeenAtOpening) {
    const TableId table = rows_.create("t", false, "");
    rows_.insert(table, {{1, 10}});
    const std::string path = "/r/db/t/all_1_1_0/columns.txt";
    std::string text = io::read_small_file(*files_, path, 1000);
    text.replace(text.find("Int32"), 5, "Int16");
    files_->remove_file(path);
    files_->create(path)->append(as_bytes(text));
    EXPECT_NE(rows_.read("t").find("columns.txt"), std::string::npos);
}

}  // namespace
}  // namespace ch::storage
