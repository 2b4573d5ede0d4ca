// Goal: what several tasks write for one job becomes visible at once, or not at all; overwriting
// takes away what it says, also when a merge comes between. Method: a store in memory, tasks that
// know only the job's encoded text.
#include "engine/store/write_job.h"

#include <gtest/gtest.h>

#include "base/io/mem_fs.h"
#include "engine/store/table_schema.h"
#include "engine/store/test_rows.h"

namespace ch::storage {
namespace {

class WriteJobTest : public testing::Test {
protected:
    std::unique_ptr<WriteJob> begin(WriteMode mode) {
        return WriteJob::begin(rows_.database(), {"db", "t"}, mode, 0);
    }
    /// What a task in another process does.
    std::string run_task(const std::string& task_text, const std::vector<TestRow>& rows) {
        WriteTask task = decode_write_task(task_text);
        WriteOptions options;
        options.is_apart = true;
        options.commit_ts = task.commit_ts;
        TableWriter writer(*other_.database(), task.target, other_.pool(), options);
        writer.append(other_.block(rows));
        return encode_new_parts(writer.finish_apart());
    }
    uint64_t commit(WriteJob& job, const std::vector<std::string>& messages) {
        std::vector<NewPart> parts;
        for (const std::string& message : messages)
            for (NewPart& part : decode_new_parts(message)) parts.push_back(std::move(part));
        return job.commit(std::move(parts), rows_.pool());
    }

    std::shared_ptr<io::MemFs> files_ = std::make_shared<io::MemFs>();
    TestRows rows_{files_, "/r", 1};
    TestRows other_{files_, "/r", 1'000'000, false};
};

TEST_F(WriteJobTest, WhatTasksWroteIsVisibleAtTheCommit) {
    rows_.create("t", false, "");
    auto job = begin(WriteMode::Append);
    const std::string task = encode_write_task(job->task());
    std::vector<std::string> messages = {run_task(task, {{1, 10}}), run_task(task, {{2, 20}})};
    (void)run_task(task, {{3, 30}});  // a speculative one, whose message nobody takes
    EXPECT_EQ(rows_.read("t"), "");
    const uint64_t version = commit(*job, messages);
    EXPECT_EQ(rows_.read("t"), "1=10 2=20");
    EXPECT_EQ(commit(*job, messages), version) << "asked twice, it is published once";
    EXPECT_EQ(rows_.read("t"), "1=10 2=20");
}

TEST_F(WriteJobTest, AJobHoldsTheTableAgainstOthersUntilItIsGone) {
    rows_.create("t", false, "");
    auto job = begin(WriteMode::Append);
    EXPECT_THROW((void)WriteJob::begin(other_.database(), {"db", "t"}, WriteMode::Append, 0),
                 Error);
    job.reset();
    EXPECT_NO_THROW((void)WriteJob::begin(other_.database(), {"db", "t"}, WriteMode::Append, 0));
    EXPECT_THROW((void)WriteJob::begin(other_.database(), {"db", "no"}, WriteMode::Append, 0),
                 Error);
}

TEST_F(WriteJobTest, OverwritingTakesAllOrThePartitionsThatGetRows) {
    const TableId table = rows_.create("t", false, "k % 3");
    rows_.insert(table, {{1, 1}, {2, 2}, {3, 3}, {4, 4}});
    auto job = begin(WriteMode::OverwritePartitions);
    commit(*job, {run_task(encode_write_task(job->task()), {{7, 70}})});
    EXPECT_EQ(rows_.read("t"), "2=2 3=3 7=70");
    job.reset();
    job = begin(WriteMode::Overwrite);
    commit(*job, {run_task(encode_write_task(job->task()), {{9, 90}})});
    EXPECT_EQ(rows_.read("t"), "9=90");
}

TEST_F(WriteJobTest, PartitionsAreOverwrittenThoughAMergeCameBetween) {
    const TableId table = rows_.create("t", false, "k % 2");
    rows_.insert(table, {{1, 1}, {2, 2}});
    rows_.insert(table, {{3, 3}, {4, 4}});
    auto job = begin(WriteMode::OverwritePartitions);
    const std::string message = run_task(encode_write_task(job->task()), {{5, 5}});
    MergeRule all;
    all.is_final = true;
    ASSERT_TRUE(other_.merge(table, all).is_published);
    commit(*job, {message});
    EXPECT_EQ(rows_.read("t"), "2=2 4=4 5=5");
}

TEST_F(WriteJobTest, PartsThatAreWrittenAnewMustStillBeThere) {
    const TableId table = rows_.create("t", false, "");
    rows_.insert(table, {{1, 1}});
    rows_.insert(table, {{2, 2}});
    auto job = begin(WriteMode::Append);
    job->rewrite({"all_1_1_0"});
    commit(*job, {run_task(encode_write_task(job->task()), {{1, 100}})});
    EXPECT_EQ(rows_.read("t"), "1=100 2=2");
    job.reset();
    job = begin(WriteMode::Append);
    job->rewrite({"all_2_2_0"});
    const std::string message = run_task(encode_write_task(job->task()), {{2, 200}});
    MergeRule all;
    all.is_final = true;
    ASSERT_TRUE(other_.merge(table, all).is_published);
    EXPECT_THROW(commit(*job, {message}), Error);
    EXPECT_EQ(rows_.read("t"), "1=100 2=2");
}

TEST_F(WriteJobTest, RowsMadeOfOnesThatHaveChangedSinceAreRefused) {
    const TableId table = rows_.create("t", true, "");
    rows_.insert(table, {{1, 1}});
    rows_.insert(table, {{2, 2}});
    const uint64_t read = rows_.database()->newest()->version;
    auto begin_after = [&](uint64_t version) {
        return WriteJob::begin(rows_.database(), {"db", "t"}, WriteMode::Append, 0, version);
    };
    MergeRule all;
    all.is_final = true;
    ASSERT_TRUE(other_.merge(table, all).is_published);
    EXPECT_NO_THROW((void)begin_after(read)) << "a merge changes no row, a latch taken neither";
    rows_.insert(table, {{1, 10}});
    try {
        (void)begin_after(read);
        FAIL() << "the row that was read is not the newest any more";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::Conflict) << error.what();
    }
    EXPECT_NO_THROW((void)begin_after(rows_.database()->newest()->version));
    EXPECT_EQ(rows_.read("t"), "1=10 2=2");
}

TEST_F(WriteJobTest, ATableIsCreatedOrReplacedWithItsRows) {
    const TableId old = rows_.create("t", false, "");
    rows_.insert(old, {{1, 1}});
    const SchemaVersion schema = rows_.database()->newest()->find(old)->schema();
    EXPECT_THROW((void)WriteJob::create(rows_.database(), {"db", "t"}, schema, false, 0), Error);
    auto job = WriteJob::create(rows_.database(), {"db", "t"}, schema, true, 0);
    const std::string message = run_task(encode_write_task(job->task()), {{2, 2}});
    EXPECT_EQ(rows_.read("t"), "1=1") << "until the commit the old one is there";
    commit(*job, {message});
    EXPECT_EQ(rows_.read("t"), "2=2");
    auto created = WriteJob::create(rows_.database(), {"db", "new"}, schema, false, 0);
    commit(*created, {});
    EXPECT_EQ(rows_.read("new"), "");
}

TEST_F(WriteJobTest, UpsertsOfSeveralTasksReplaceOlderRows) {
    const TableId table = rows_.create("t", true, "");
    rows_.insert(table, {{1, 1}, {2, 2}, {3, 3}});
    rows_.now_ms += 1000;
    auto job = begin(WriteMode::Append);
    const std::string task = encode_write_task(job->task());
    commit(*job, {run_task(task, {{1, 10}}), run_task(task, {{2, 0, true}, {4, 40}})});
    EXPECT_EQ(rows_.read("t"), "1=10 3=3 4=40");
}

TEST_F(WriteJobTest, TextsOfTasksAreChecked) {
    rows_.create("t", true, "");
    auto job = begin(WriteMode::Append);
    const std::string text = encode_write_task(job->task());
    for (size_t size = 0; size < text.size(); ++size)
        EXPECT_THROW((void)decode_write_task(text.substr(0, size)), Error) << size;
    const std::string parts = run_task(text, {{1, 1}});
    for (size_t size = 0; size < parts.size(); ++size)
        EXPECT_THROW((void)decode_new_parts(parts.substr(0, size)), Error) << size;
}

}  // namespace
}  // namespace ch::storage
