// The C ABI as one writes a store through it: definitions, jobs and their tasks; what is not
// committed is never seen, and a table is given to one writer at a time.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/io/scratch_folder.h"
#include "ch/ch.h"

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// A struct array with the one field k, 64-bit.
struct Numbers {
    explicit Numbers(std::vector<int64_t> given, const char* name = "k")
        : values(std::move(given)) {
        field.format = "l";
        field.name = name;
        root_schema.format = "+s";
        root_schema.n_children = 1;
        root_schema.children = schemas;
        const auto rows = static_cast<int64_t>(values.size());
        buffers[1] = values.data();
        column.length = root.length = rows;
        column.n_buffers = 2;
        column.buffers = buffers;
        root.n_children = 1;
        root.n_buffers = 1;
        root.buffers = none;
        root.children = columns;
    }
    std::vector<int64_t> values;
    ArrowSchema field{}, root_schema{};
    ArrowArray column{}, root{};
    const void* buffers[2] = {nullptr, nullptr};
    const void* none[1] = {nullptr};
    ArrowSchema* schemas[1] = {&field};
    ArrowArray* columns[1] = {&column};
};

class CAbiWrite : public testing::Test {
protected:
    void SetUp() override { ASSERT_EQ(ch_session_open(nullptr, &session_, &error_), CH_OK); }
    void TearDown() override { ch_session_close(session_); }
    int32_t command(json request) {
        request["root"] = folder_.string();
        char* text = nullptr;
        const int32_t code = ch_command(session_, request.dump().c_str(), &text, &error_);
        ch_string_free(text);
        return code;
    }
    void create() {
        ASSERT_EQ(command({{"command", "create_database"}, {"database", "d"}}), CH_OK);
        ASSERT_EQ(command({{"command", "create_table"},
                           {"sql", "CREATE TABLE d.t (k Int64) ENGINE = MergeTree ORDER BY k"}}),
                  CH_OK)
            << error_.message;
    }
    ch_job* begin(const char* mode, uint64_t wait_ms = 0) {
        ch_job* job = nullptr;
        char* task = nullptr;
        const json request = {{"root", folder_.string()},
                              {"database", "d"},
                              {"table", "t"},
                              {"mode", mode},
                              {"latch_wait_ms", wait_ms}};
        if (ch_job_begin(session_, request.dump().c_str(), &job, &task, &error_) != CH_OK)
            return nullptr;
        task_text_ = task;
        ch_string_free(task);
        return job;
    }
    std::string run_task(std::vector<int64_t> values) {
        ch_task* task = nullptr;
        EXPECT_EQ(ch_task_begin(session_, task_text_.c_str(), R"({"memory_bytes":10000000})", &task,
                                &error_),
                  CH_OK)
            << error_.message;
        Numbers numbers(std::move(values));
        EXPECT_EQ(ch_task_append(task, &numbers.root_schema, &numbers.root, &error_), CH_OK)
            << error_.message;
        char* message = nullptr;
        EXPECT_EQ(ch_task_finish(task, &message, &error_), CH_OK);
        std::string text = message == nullptr ? "" : message;
        ch_string_free(message);
        ch_task_close(task);
        return text;
    }
    int32_t commit(ch_job* job, const std::vector<std::string>& messages) {
        char* text = nullptr;
        const int32_t code =
            ch_job_commit(job, json{{"messages", messages}}.dump().c_str(), &text, &error_);
        ch_string_free(text);
        return code;
    }
    uint64_t rows() {
        char* text = nullptr;
        EXPECT_EQ(ch_describe(session_, (folder_ / "d" / "t").c_str(), &text, &error_), CH_OK)
            << error_.message;
        const json described = text == nullptr ? json() : json::parse(text);
        ch_string_free(text);
        EXPECT_EQ(described.value("store", false), true);
        return described.value("rows", uint64_t{0});
    }

    ch::io::ScratchFolder scratch_;
    fs::path folder_ = fs::path(scratch_.path()) / "root";
    ch_session* session_ = nullptr;
    ch_error error_{};
    std::string task_text_;
};

TEST_F(CAbiWrite, WhatTasksWroteIsSeenAfterTheCommitAndNotBefore) {
    create();
    ch_job* job = begin("append");
    ASSERT_NE(job, nullptr) << error_.message;
    const std::vector<std::string> messages = {run_task({3, 1}), run_task({2})};
    (void)run_task({9, 9, 9});  // nobody commits its message
    EXPECT_EQ(rows(), 0u);
    EXPECT_EQ(commit(job, messages), CH_OK) << error_.message;
    EXPECT_EQ(commit(job, messages), CH_OK) << "asked twice, published once";
    ch_job_close(job);
    EXPECT_EQ(rows(), 3u);
    job = begin("overwrite");
    EXPECT_EQ(commit(job, {run_task({7})}), CH_OK);
    ch_job_close(job);
    EXPECT_EQ(rows(), 1u);
    job = begin("append");
    (void)run_task({8});
    ch_job_close(job);
    EXPECT_EQ(rows(), 1u) << "closed without a commit";
}

TEST_F(CAbiWrite, ATableIsGivenToOneWriter) {
    create();
    ch_job* job = begin("append");
    EXPECT_EQ(begin("append"), nullptr);
    EXPECT_EQ(error_.code, CH_BUSY) << error_.message;
    EXPECT_EQ(
        command(
            {{"command", "drop_table"}, {"database", "d"}, {"table", "t"}, {"latch_wait_ms", 0}}),
        CH_BUSY);
    ch_job_close(job);
    EXPECT_EQ(command({{"command", "drop_table"}, {"database", "d"}, {"table", "t"}}), CH_OK);
}

TEST_F(CAbiWrite, WhatHasNoPlaceIsRefusedByName) {
    create();
    ch_job* job = begin("append");
    ch_task* task = nullptr;
    ASSERT_EQ(ch_task_begin(session_, task_text_.c_str(), nullptr, &task, &error_), CH_OK);
    Numbers numbers({1}, "nothing");
    EXPECT_EQ(ch_task_append(task, &numbers.root_schema, &numbers.root, &error_),
              CH_INVALID_ARGUMENT);
    EXPECT_NE(std::string(error_.message).find("nothing"), std::string::npos);
    ch_task_close(task);
    EXPECT_EQ(ch_task_begin(session_, "0zz", nullptr, &task, &error_), CH_INVALID_ARGUMENT);
    EXPECT_EQ(commit(job, {"12"}), CH_UNSUPPORTED) << error_.message;
    ch_job_close(job);
    EXPECT_EQ(ch_job_begin(session_, "{}", &job, nullptr, &error_), CH_INVALID_ARGUMENT);
}

TEST_F(CAbiWrite, DefinitionsAreChanged) {
    create();
    const json table = {{"database", "d"}, {"table", "t"}};
    json request = table;
    request["command"] = "alter";
    request["changes"] = {{{"add", "a"}, {"type", "Nullable(Int32)"}, {"comment", "x"}},
                          {{"rename", "a"}, {"to", "b"}},
                          {{"widen", "b"}, {"type", "Nullable(Int64)"}},
                          {{"comment", "b"}, {"text", "y"}}};
    EXPECT_EQ(command(request), CH_OK) << error_.message;
    char* text = nullptr;
    ASSERT_EQ(ch_describe(session_, (folder_ / "d" / "t").c_str(), &text, &error_), CH_OK);
    const json column = json::parse(text)["columns"][1];
    ch_string_free(text);
    EXPECT_EQ(column["name"], "b");
    EXPECT_EQ(column["type"], "Nullable(Int64)");
    EXPECT_EQ(column["comment"], "y");
    request["changes"] = {{{"drop", "b"}}, {{"drop", "b"}}};
    EXPECT_EQ(command(request), CH_NOT_FOUND) << "all of it or nothing";
    EXPECT_EQ(command({{"command", "drop_database"}, {"database", "d"}}), CH_INVALID_ARGUMENT);
    EXPECT_EQ(command({{"command", "rename_table"},
                       {"database", "d"},
                       {"table", "t"},
                       {"to_database", "d"},
                       {"to", "u"}}),
              CH_OK);
    for (const char* name : {"merge", "truncate", "drop_table"})
        EXPECT_EQ(command({{"command", name}, {"database", "d"}, {"table", "u"}}), CH_OK)
            << name << error_.message;
    EXPECT_EQ(command({{"command", "gc"}}), CH_OK);
    EXPECT_EQ(command({{"command", "drop_database"}, {"database", "d"}}), CH_OK);
    EXPECT_EQ(command({{"command", "fly"}}), CH_INVALID_ARGUMENT);
}

TEST_F(CAbiWrite, APlainFolderIsOnlyRead) {
    fs::create_directories(folder_ / "d" / "t");
    EXPECT_EQ(command({{"command", "create_database"}, {"database", "x"}}), CH_UNSUPPORTED);
    EXPECT_NE(std::string(error_.message).find("only read"), std::string::npos) << error_.message;
    EXPECT_EQ(begin("append"), nullptr);
    EXPECT_EQ(error_.code, CH_UNSUPPORTED);
}

}  // namespace
