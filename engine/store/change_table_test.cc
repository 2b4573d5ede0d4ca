// Goal: dropping, renaming, emptying and altering a table are one version each, keep the rows that
// they should, and refuse in clear words. Method: real parts of a table, read after each change.
#include "engine/store/change_table.h"

#include <gtest/gtest.h>

#include "base/io/mem_fs.h"
#include "engine/store/test_rows.h"

namespace ch::storage {
namespace {

using Kind = ColumnChange::Kind;

class ChangeTableTest : public testing::Test {
protected:
    ChangeTableTest() {
        table_ = rows_.create("t", false, "");
        rows_.insert(table_, {{1, 10}, {2, 20}});
    }
    Database& database() { return *rows_.database(); }
    ErrorCode code_of(const std::function<void()>& run) {
        const uint64_t before = database().newest()->version;
        try {
            run();
        } catch (const Error& error) {
            message_ = error.message();
            // A latch that was taken may have raised an epoch; nothing else was published.
            EXPECT_LE(database().newest()->version, before + 1);
            return error.code();
        }
        return ErrorCode::Bug;
    }
    void alter(const std::vector<ColumnChange>& changes) {
        alter_table(database(), {"db", "t"}, changes, 0);
    }

    TestRows rows_{std::make_shared<io::MemFs>(), "/r", 1};
    TableId table_ = 0;
    std::string message_;
};

TEST_F(ChangeTableTest, ATableThatWasRenamedHasItsRowsAndItsFolder) {
    const std::string folder = database().newest()->find(table_)->folder;
    rename_table(database(), {"db", "t"}, {"db", "u"}, 0);
    EXPECT_EQ(rows_.read("u"), "1=10 2=20");
    EXPECT_EQ(database().newest()->find(table_)->folder, folder);
    rows_.create("t", false, "");
    EXPECT_EQ(code_of([&] {
                  rename_table(database(), {"db", "u"}, {"db", "t"}, 0);
              }),
              ErrorCode::InvalidArgument);
    EXPECT_NE(message_.find("there is a table db.t already"), std::string::npos) << message_;
    EXPECT_EQ(code_of([&] {
                  rename_table(database(), {"db", "u"}, {"no", "t"}, 0);
              }),
              ErrorCode::NotFound);
    EXPECT_EQ(code_of([&] {
                  rename_table(database(), {"db", "x"}, {"db", "y"}, 0);
              }),
              ErrorCode::NotFound);
}

TEST_F(ChangeTableTest, AnEmptiedTableStaysAndADroppedOneIsGone) {
    const uint64_t then = database().newest()->version;
    truncate_table(database(), {"db", "t"}, 0);
    EXPECT_EQ(rows_.read("t"), "");
    EXPECT_EQ(rows_.read("t", "v", ReadPoint::of_number(then)), "1=10 2=20");
    rows_.insert(table_, {{3, 30}});
    EXPECT_EQ(rows_.read("t"), "3=30");
    {
        const auto held = database().lock({table_}, latch::LatchMode::Writer, 0);
        EXPECT_EQ(code_of([&] { drop_table(database(), {"db", "t"}, 0); }), ErrorCode::Busy);
    }
    drop_table(database(), {"db", "t"}, 0);
    EXPECT_EQ(database().newest()->find("db", "t"), nullptr);
    EXPECT_EQ(code_of([&] { drop_table(database(), {"db", "t"}, 0); }), ErrorCode::NotFound);
}

TEST_F(ChangeTableTest, ChangesOfOneAlterAreMadeOneAfterTheOtherAndPublishedTogether) {
    const uint64_t before = database().newest()->version;
    alter({{Kind::Add, "w", "Int32", "new", "k"},
           {Kind::Rename, "v", "old", "", ""},
           {Kind::Rename, "w", "v", "", ""},
           {Kind::Widen, "old", "Nullable( Int64 )", "", ""},
           {Kind::Comment, "old", "as it was", "", ""}});
    EXPECT_EQ(database().newest()->version, before + 2);  // the latch's, and the change
    const auto state = database().newest()->find(table_);
    ASSERT_EQ(state->schema().columns.size(), 3u);
    EXPECT_EQ(state->schema().columns[1].name, "v");
    EXPECT_EQ(state->schema().columns[1].comment, "new");
    EXPECT_EQ(state->schema().columns[2].type, "Nullable(Int64)");
    EXPECT_EQ(state->schema().columns[2].comment, "as it was");
    EXPECT_EQ(rows_.read("t"), "1=0 2=0");
    EXPECT_EQ(rows_.read("t", "old"), "1=10 2=20");
    alter({{Kind::Drop, "old", "", "", ""}, {Kind::Add, "old", "Int32", "", ""}});
    EXPECT_EQ(rows_.read("t", "old"), "1=0 2=0");
}

TEST_F(ChangeTableTest, AnAlterThatCannotBeDoneChangesNothing) {
    const ColumnChange fine{Kind::Add, "w", "Int32", "", ""};
    EXPECT_EQ(code_of([&] {
                  alter({fine, {Kind::Drop, "k", "", "", ""}});
              }),
              ErrorCode::InvalidArgument);
    EXPECT_EQ(code_of([&] { alter({fine, {Kind::Drop, "x", "", "", ""}}); }), ErrorCode::NotFound);
    EXPECT_EQ(code_of([&] {
                  alter({fine, {Kind::Widen, "v", "Int16", "", ""}});
              }),
              ErrorCode::Unsupported);
    EXPECT_EQ(code_of([&] {
                  alter({fine, {Kind::Comment, "x", "", "", ""}});
              }),
              ErrorCode::NotFound);
    EXPECT_EQ(code_of([&] {
                  alter({fine, {Kind::Add, "x", "Strin", "", ""}});
              }),
              ErrorCode::Unsupported);
    EXPECT_EQ(code_of([&] { alter({fine, fine}); }), ErrorCode::InvalidArgument);
    EXPECT_EQ(database().newest()->find(table_)->schemas.size(), 1u);
    EXPECT_EQ(rows_.read("t"), "1=10 2=20");
}

}  // namespace
}  // namespace ch::storage
