// Goal: what is committed is there for every other process, whatever came in between. Method:
// several Databases over one file system in memory, with parts of a few bytes.
#include "engine/store/database.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "base/io/mem_fs.h"
#include "base/io/posix_fs.h"
#include "base/io/scratch_folder.h"
#include "engine/store/create_text.h"
#include "engine/store/schema_change.h"
#include "engine/store/test_root.h"
#include "engine/table/create_query.h"

namespace ch::storage {
namespace {

using latch::LatchMode;

class DatabaseTest : public testing::Test {
protected:
    std::shared_ptr<const TableState> table(TestRoot& root, TableId id) {
        return root.database().newest()->find(id);
    }
    std::vector<std::string> parts(TestRoot& root, TableId id) {
        std::vector<std::string> names;
        for (const auto& part : table(root, id)->parts) names.push_back(part->record.name);
        return names;
    }
    static bool is_published(const CommitOutcome& outcome) {
        return std::holds_alternative<latch::Published>(outcome);
    }
    ErrorCode code_of(const std::function<void()>& call) {
        try {
            call();
        } catch (const Error& error) {
            return error.code();
        }
        return ErrorCode::Bug;
    }

    std::shared_ptr<io::MemFs> files_ = std::make_shared<io::MemFs>();
    TestRoot a_{files_, "/r", 1};
    TestRoot b_{files_, "/r", 1000};
};

TEST_F(DatabaseTest, ATableAndItsPartAreThereAfterOpening) {
    const TableId id = a_.create_table("db", "t");
    EXPECT_EQ(a_.insert(id, 10), 1u);
    std::shared_ptr<const State> state = TestRoot(files_, "/r", 77).database().newest();
    std::shared_ptr<const TableState> found = state->find("db", "t");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, id);
    EXPECT_EQ(found->rows, 10u);
    ASSERT_EQ(found->parts.size(), 1u);
    EXPECT_EQ(found->parts[0]->record.name, "all_1_1_0");
    EXPECT_EQ(a_.check(), "");
}

TEST_F(DatabaseTest, AStateFromACheckpointIsTheOneFromTheEdits) {
    TestRoot often(files_, "/r", 5, 3);
    const TableId id = often.create_table("db", "t");
    for (uint64_t rows = 1; rows <= 10; ++rows) EXPECT_EQ(often.insert(id, rows), 1u);
    EXPECT_TRUE(often.merge(id));
    EXPECT_GT(files_->list("/r/.ch/checkpoint").size(), 3u);
    TestRoot opened(files_, "/r", 9);
    std::shared_ptr<const State> now = opened.database().newest();
    EXPECT_EQ(now->version, often.database().newest()->version);
    EXPECT_EQ(now->retired, often.database().newest()->retired);
    EXPECT_EQ(parts(opened, id), std::vector<std::string>{"all_1_10_1"});
    EXPECT_EQ(table(opened, id)->rows, 55u);
    EXPECT_EQ(table(opened, id)->next_block, 11u);
    EXPECT_EQ(opened.check(), "");
}

TEST_F(DatabaseTest, OneCommitChangesSeveralTables) {
    const TableId first = a_.create_table("db", "t"), second = a_.create_table("other", "t");
    std::optional<WriteLatch> latch = a_.database().lock({first, second}, LatchMode::Writer, 0);
    ASSERT_TRUE(latch);
    const uint64_t before = b_.database().newest()->version;
    EXPECT_TRUE(is_published(a_.insert_into({first, second}, 5, *latch)));
    EXPECT_EQ(b_.database().newest()->version, before + 1);
    EXPECT_EQ(table(b_, first)->rows, 5u);
    EXPECT_EQ(table(b_, second)->rows, 5u);
}

TEST_F(DatabaseTest, ASecondWriterWaitsAndThenFencesTheFirst) {
    const TableId id = a_.create_table("db", "t");
    std::optional<WriteLatch> stopped = a_.database().lock({id}, LatchMode::Writer, 0);
    EXPECT_FALSE(b_.database().lock({id}, LatchMode::Writer, 20));
    b_.database().break_latch(id);
    EXPECT_EQ(b_.insert(id, 3), 1u);
    CommitOutcome stale = a_.insert_into({id}, 4, *stopped);
    ASSERT_TRUE(std::holds_alternative<latch::Fenced>(stale));
    EXPECT_EQ(table(a_, id)->rows, 3u);
    stopped.reset();
    a_.database().collect({});
    EXPECT_EQ(a_.check(), "");
    for (const io::DirectoryEntry& entry : files_->list("/r/db/t"))
        EXPECT_FALSE(entry.name.starts_with("tmp_")) << entry.name;
}

TEST_F(DatabaseTest, AMergeGoesBehindInsertsButNotBehindAnotherMergeOrTruncate) {
    const TableId id = a_.create_table("db", "t");
    a_.insert(id, 1);
    a_.insert(id, 2);
    auto merge_of = [&](TestRoot& root) {
        Transaction merge = root.database().begin();
        merge.set_merge(id);
        std::shared_ptr<latch::Pin> pin = root.database().pin_merge(id);
        NewPart part = root.write_part(*merge.base().find(id), 0, 3, pin.get());
        part.record.name = "all_1_2_1";
        merge.add_part(id, std::move(part));
        merge.retire_part(id, "all_1_1_0");
        merge.retire_part(id, "all_2_2_0");
        merge.hold(pin);
        return merge;
    };
    Transaction first = merge_of(a_), second = merge_of(b_);
    EXPECT_EQ(b_.insert(id, 10), 1u);
    EXPECT_TRUE(is_published(a_.database().commit(first)));
    EXPECT_EQ(parts(a_, id), (std::vector<std::string>{"all_1_2_1", "all_3_3_0"}));
    EXPECT_TRUE(std::holds_alternative<latch::Conflict>(b_.database().commit(second)));
    EXPECT_TRUE(a_.truncate(id));
    EXPECT_EQ(table(b_, id)->rows, 0u);
    EXPECT_EQ(a_.insert(id, 1), 1u);
    EXPECT_EQ(parts(a_, id), std::vector<std::string>{"all_4_4_0"});
}

TEST_F(DatabaseTest, AnInsertGoesBehindAMergeThatCameInBetween) {
    const TableId id = a_.create_table("db", "t");
    std::optional<WriteLatch> latch = a_.database().lock({id}, LatchMode::Writer, 0);
    a_.insert_into({id}, 1, *latch);
    a_.insert_into({id}, 2, *latch);
    Transaction insert = a_.database().begin();
    insert.use(*latch);
    insert.add_part(id, a_.write_part(*insert.base().find(id), 1, 7));
    EXPECT_TRUE(b_.merge(id));
    EXPECT_TRUE(is_published(a_.database().commit(insert)));
    EXPECT_EQ(parts(b_, id), (std::vector<std::string>{"all_1_2_1", "all_3_3_0"}));
    EXPECT_EQ(b_.check(), "");
}

TEST_F(DatabaseTest, WhatDependsOnRowsThatChangedIsAConflict) {
    const TableId read = a_.create_table("db", "r"), written = a_.create_table("db", "w");
    a_.insert(read, 1);
    a_.insert(read, 2);
    std::optional<WriteLatch> latch = a_.database().lock({written}, LatchMode::Writer, 0);
    auto depending = [&] {
        Transaction copy = a_.database().begin();
        copy.use(*latch);
        copy.depend_on(read);
        copy.add_part(written, a_.write_part(*copy.base().find(written), 1, 2));
        return copy;
    };
    Transaction after_merge = depending();
    EXPECT_TRUE(b_.merge(read));
    EXPECT_TRUE(is_published(a_.database().commit(after_merge)));
    Transaction after_insert = depending();
    EXPECT_EQ(b_.insert(read, 5), 1u);
    EXPECT_TRUE(std::holds_alternative<latch::Conflict>(a_.database().commit(after_insert)));
}

TEST_F(DatabaseTest, ACommitIdIsPublishedOnceAlsoAfterARestart) {
    const TableId id = a_.create_table("db", "t");
    std::optional<WriteLatch> latch = a_.database().lock({id}, LatchMode::Writer, 0);
    CommitId commit_id{42};
    auto make = [&](TestRoot& root) {
        Transaction insert = root.database().begin(commit_id);
        insert.use(*latch);
        insert.add_part(id, root.write_part(*insert.base().find(id), 1, 7));
        return insert;
    };
    Transaction first = make(a_);
    CommitOutcome outcome = a_.database().commit(first);
    ASSERT_TRUE(is_published(outcome));
    const uint64_t version = std::get<latch::Published>(outcome).version;
    EXPECT_EQ(b_.database().find_commit(commit_id), version);
    EXPECT_FALSE(b_.database().find_commit(CommitId{43}));
    Transaction again = make(b_);
    CommitOutcome repeated = b_.database().commit(again);
    ASSERT_TRUE(is_published(repeated));
    EXPECT_TRUE(std::get<latch::Published>(repeated).was_there);
    EXPECT_EQ(std::get<latch::Published>(repeated).version, version);
    EXPECT_EQ(table(b_, id)->rows, 7u);
}

TEST_F(DatabaseTest, ConcurrentCommitsOfOneProcessShareVersions) {
    const TableId id = a_.create_table("db", "t");
    std::optional<WriteLatch> latch = a_.database().lock({id}, LatchMode::Writer, 0);
    constexpr int kThreads = 8, kEach = 10;
    std::vector<std::jthread> threads;
    std::atomic<int> published{0};
    for (int thread = 0; thread < kThreads; ++thread)
        threads.emplace_back([&] {
            for (int i = 0; i < kEach; ++i)
                published += is_published(a_.insert_into({id}, 1, *latch)) ? 1 : 0;
        });
    threads.clear();
    EXPECT_EQ(published, kThreads * kEach);
    EXPECT_EQ(table(b_, id)->rows, static_cast<uint64_t>(kThreads * kEach));
    EXPECT_EQ(b_.check(), "");
}

TEST_F(DatabaseTest, NamesMoveAndFoldersStay) {
    const TableId id = a_.create_table("db", "t");
    std::optional<WriteLatch> latch = a_.database().lock({id}, LatchMode::Schema, 0);
    Transaction rename = a_.database().begin();
    rename.use(*latch);
    rename.rename_table(id, {"db", "u"});
    EXPECT_TRUE(is_published(a_.database().commit(rename)));
    const TableId next = b_.create_table("db", "t");
    EXPECT_EQ(table(b_, id)->folder, "db/t");
    EXPECT_EQ(table(b_, next)->folder, "db/t.2");
    latch.reset();
    EXPECT_TRUE(b_.drop(id));
    a_.now_ms += 100;
    a_.database().collect({0, 0});
    EXPECT_FALSE(files_->kind("/r/db/t"));
    EXPECT_EQ(table(b_, b_.create_table("db", "u"))->folder, "db/u");
    EXPECT_TRUE(b_.drop(next));
    EXPECT_EQ(table(a_, a_.create_table("db", "t"))->folder, "db/t.3");
}

TEST_F(DatabaseTest, TwoCreationsOfOneNameLeaveOneTable) {
    a_.create_table("db", "other");
    Transaction late = b_.database().begin();
    late.create_table(7, {"db", "t"}, b_.database().make_table_folder({"db", "t"}, 7), {});
    EXPECT_NE(a_.create_table("db", "t"), 0u);
    EXPECT_TRUE(std::holds_alternative<latch::Conflict>(b_.database().commit(late)));
    EXPECT_TRUE(files_->kind("/r/db/t"));
    a_.database().collect({});
    EXPECT_FALSE(files_->kind("/r/db/t"));
    EXPECT_TRUE(files_->kind("/r/db/t.2"));
}

TEST_F(DatabaseTest, ATimeGivesTheNewestVersionUpToItAndNoLaterOne) {
    const TableId id = a_.create_table("db", "t");
    std::optional<WriteLatch> latch = a_.database().lock({id}, LatchMode::Writer, 0);
    for (uint64_t i = 1; i <= 3; ++i) {
        a_.now_ms += 1000;
        a_.insert_into({id}, 1, *latch);
    }
    auto rows_at = [&](uint64_t ms) {
        return b_.database().snapshot_as_of(ms << 18).state->find(id)->rows;
    };
    EXPECT_EQ(rows_at(a_.now_ms), 3u);
    EXPECT_EQ(rows_at(a_.now_ms - 1), 2u);
    EXPECT_EQ(rows_at(a_.now_ms - 1000), 2u);
    EXPECT_EQ(rows_at(a_.now_ms + 5000), 3u);
    EXPECT_EQ(code_of([&] { rows_at(10); }), ErrorCode::SnapshotExpired);
}

TEST_F(DatabaseTest, DefinitionsChangeByIdAndPartsKeepTheirs) {
    const TableId id = a_.create_table("db", "t");
    a_.insert(id, 1);
    std::optional<WriteLatch> latch = a_.database().lock({id}, LatchMode::Schema, 0);
    auto alter = [&](auto change) {
        Transaction next = a_.database().begin();
        next.use(*latch);
        next.change_schema(id, change(*next.base().find(id)));
        return is_published(a_.database().commit(next));
    };
    EXPECT_TRUE(alter([](const TableState& t) { return drop_column(t, "v"); }));
    EXPECT_TRUE(alter([](const TableState& t) {
        return add_column(t, {0, "v", "Int8", "", "", "", ""}, "");
    }));
    EXPECT_TRUE(alter([](const TableState& t) { return widen_column(t, "v", "Int32"); }));
    EXPECT_TRUE(alter([](const TableState& t) { return rename_column(t, "v", "w"); }));
    std::shared_ptr<const TableState> now = table(b_, id);
    ASSERT_NE(now->schema().find("w"), nullptr);
    EXPECT_EQ(now->schema().find("w")->id, 3u);
    EXPECT_EQ(now->schema().find("w")->type, "Int32");
    ASSERT_NE(now->find_schema(1), nullptr);
    EXPECT_EQ(now->find_schema(1)->find("v")->id, 2u);
    EXPECT_EQ(now->schemas.size(), 2u);
    EXPECT_THROW(drop_column(*now, "k"), Error);
    EXPECT_THROW(rename_column(*now, "w", "k"), Error);
    EXPECT_THROW(widen_column(*now, "w", "Int16"), Error);
    latch.reset();
    (void)b_.database().lock({id}, LatchMode::Writer, 0);
    table::CreateQuery copy =
        table::parse_create_query(io::read_small_file(*files_, "/r/db/t/table.sql", 10'000));
    EXPECT_EQ(copy.schema.columns.size(), 2u);
    EXPECT_EQ(copy.schema.columns[1].name, "w");
    EXPECT_EQ(copy.schema.sorting_key, std::vector<std::string>{"k"});
}

TEST_F(DatabaseTest, OnlyTypesThatHoldEveryValueAreWider) {
    for (auto [from, to] :
         {std::pair("Int8", "Int64"), std::pair("UInt8", "Int16"), std::pair("Float32", "Float64"),
          std::pair("Int8", "Nullable(Int8)"), std::pair("Decimal(10, 2)", "Decimal(15, 4)")})
        EXPECT_TRUE(widens(from, to)) << from << " " << to;
    for (auto [from, to] :
         {std::pair("Int64", "Int8"), std::pair("UInt8", "Int8"),
          std::pair("Nullable(Int8)", "Int16"), std::pair("Int64", "Float64"),
          std::pair("Decimal(10, 2)", "Decimal(10, 4)"), std::pair("String", "Int8")})
        EXPECT_FALSE(widens(from, to)) << from << " " << to;
}

TEST_F(DatabaseTest, EveryDamagedByteOfAnEditIsAnErrorOrAnotherEdit) {
    const TableId id = a_.create_table("db", "t");
    a_.insert(id, 1);
    const std::string body = a_.database().latch().load(a_.database().latch().head())->body;
    EXPECT_EQ(encode_edit(decode_edit(body)), body);
    for (size_t i = 0; i < body.size(); ++i) {
        EXPECT_THROW(decode_edit(body.substr(0, i)), Error) << "cut at " << i;
        std::string damaged = body;
        damaged[i] = static_cast<char>(damaged[i] ^ 0xff);
        try {
            EXPECT_NE(encode_edit(decode_edit(damaged)), body);
        } catch (const Error& error) {
            EXPECT_NE(error.code(), ErrorCode::Bug);
        }
    }
    EXPECT_THROW(decode_edit(body + "x"), Error);
}

TEST(DatabaseOnRealFiles, TenThousandPartsAreOpenedFromCheckpointAndEdits) {
    const io::ScratchFolder scratch;
    const std::string root = scratch.path() + "/root";
    auto files = std::make_shared<io::PosixFs>();
    TestRoot writer(files, root, 1);
    const TableId id = writer.create_table("db", "t");
    constexpr uint64_t kCommits = 100, kPartsEach = 100;
    {
        std::optional<WriteLatch> latch = writer.database().lock({id}, LatchMode::Writer, 0);
        for (uint64_t commit = 0; commit < kCommits; ++commit) {
            // Only the manifest's side of it: a part's folder is not needed to be listed there.
            Transaction next = writer.database().begin();
            next.use(*latch);
            next.truncate(id);
            next.edit().tables[0].retires_all = false;
            for (uint64_t i = 1; i <= kPartsEach; ++i) {
                PartRecord part;
                const std::string block = std::to_string(commit * kPartsEach + i);
                part.name = "all_" + block + "_" + block + "_0";
                part.rows = 1;
                part.schema_id = 1;
                part.key_min = part.key_max = "12345678";
                part.unlisted = {{"columns.txt", {}}, {"count.txt", {}}};
                next.edit().tables[0].added.push_back(std::move(part));
            }
            const CommitOutcome outcome = writer.database().commit(next);
            ASSERT_TRUE(std::holds_alternative<latch::Published>(outcome));
        }
    }
    const auto start = std::chrono::steady_clock::now();
    TestRoot reader(files, root, 2, 64, false);
    const auto took = std::chrono::steady_clock::now() - start;
    EXPECT_EQ(reader.database().newest()->find(id)->parts.size(), kCommits * kPartsEach);
    RecordProperty(
        "open_us",
        static_cast<int>(std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
}

}  // namespace
}  // namespace ch::storage
