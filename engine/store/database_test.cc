// Goal: what is committed is there for every other process, whatever came in between. Method:
// several Databases over one file system in memory, with parts of a few bytes.
#include "engine/store/database.h"

#include <gtest/gtest.h>

#include "base/io/mem_fs.h"
#include "engine/store/test_root.h"

namespace ch::storage {
namespace {

using latch::LatchMode;

class DatabaseTest : public testing::Test {
protected:
    std::shared_ptr<io::MemFs> files_ = std::make_shared<io::MemFs>();
    TestRoot a_{files_, "/r", 1};
    TestRoot b_{files_, "/r", 1000};
};

TEST_F(DatabaseTest, ATableAndItsPartAreThereAfterOpening) {
    const TableId table = a_.create_table("db", "t");
    EXPECT_EQ(a_.insert(table, 10), 1u);
    std::shared_ptr<const State> state = TestRoot(files_, "/r", 77).database().newest();
    std::shared_ptr<const TableState> found = state->find("db", "t");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, table);
    EXPECT_EQ(found->rows, 10u);
    ASSERT_EQ(found->parts.size(), 1u);
    EXPECT_EQ(found->parts[0]->record.name, "all_1_1_0");
    EXPECT_EQ(a_.check(), "");
}

}  // namespace
}  // namespace ch::storage
