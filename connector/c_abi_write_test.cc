// The C ABI as one writes a store through it: definitions, jobs and their tasks; what is not
// committed is never seen, and a table is given to one writer at a time.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
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
    void append(std::vector<int64_t> values) {
        ch_job* job = begin("append");
        ASSERT_NE(job, nullptr) << error_.message;
        EXPECT_EQ(commit(job, {run_task(std::move(values))}), CH_OK) << error_.message;
        ch_job_close(job);
    }
    uint64_t rows(std::optional<uint64_t> version = std::nullopt) {
        char* text = nullptr;
        const std::string path = folder_ / "d" / "t";
        EXPECT_EQ(version ? ch_describe_version(session_, path.c_str(), *version, &text, &error_)
                          : ch_describe(session_, path.c_str(), &text, &error_),
                  CH_OK)
            << error_.message;
        const json described = taken(text);
        EXPECT_EQ(described.value("store", false), true);
        return described.value("rows", uint64_t{0});
    }
    /// Parses the text and frees it; null if there is none.
    static json taken(char* text) {
        json value = text == nullptr ? json() : json::parse(text);
        ch_string_free(text);
        return value;
    }
    /// Null if it failed.
    json open_pin(const json& request, ch_pin** pin) {
        char* text = nullptr;
        static_cast<void>(ch_pin_open(session_, request.dump().c_str(), pin, &text, &error_));
        return taken(text);
    }
    json history(const json& request) {
        char* text = nullptr;
        static_cast<void>(ch_history(session_, request.dump().c_str(), &text, &error_));
        return taken(text);
    }
    size_t splits(std::optional<uint64_t> version) {
        json plan = {
            {"node", "scan"}, {"table", (folder_ / "d" / "t").string()}, {"columns", {"k"}}};
        if (version) plan["version"] = *version;
        char* text = nullptr;
        EXPECT_EQ(ch_plan(session_, plan.dump().c_str(), &text, &error_), CH_OK) << error_.message;
        return taken(text)["splits"].size();
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

TEST_F(CAbiWrite, APinKeepsAVersionThatPlansAndDescriptionsName) {
    create();
    append({1, 2});
    const std::string root = folder_.string();
    ch_pin* pin = nullptr;
    const uint64_t first = open_pin({{"root", root}}, &pin)["version"];
    append({3});
    const json collect = {{"command", "gc"}, {"keep_ms", 0}, {"keep_versions", 0}};
    EXPECT_EQ(command(collect), CH_OK) << error_.message;
    EXPECT_EQ(rows(first), 2u);
    EXPECT_EQ(rows(), 3u);
    EXPECT_EQ(splits(first), 1u);
    EXPECT_EQ(splits(std::nullopt), 2u);
    ch_pin* another = nullptr;
    const json known = open_pin({{"root", root}, {"version", first}}, &another);
    EXPECT_EQ(open_pin({{"root", root}, {"time_ms", known["time_ms"]}}, nullptr), json());
    EXPECT_EQ(error_.code, CH_INVALID_ARGUMENT) << "no place for the pin";
    ch_pin_close(pin);
    EXPECT_EQ(command(collect), CH_OK);
    EXPECT_EQ(rows(first), 2u) << "pinned twice";
    ch_pin_close(another);
    EXPECT_EQ(rows(), 3u) << "the session's own use of the old version ends";
    EXPECT_EQ(command(collect), CH_OK);
    EXPECT_EQ(open_pin({{"root", root}, {"version", first}}, &pin), json());
    EXPECT_EQ(error_.code, CH_SNAPSHOT_EXPIRED) << error_.message;
    EXPECT_EQ(open_pin({{"root", root}, {"time_ms", 1}}, &pin), json());
    EXPECT_EQ(error_.code, CH_SNAPSHOT_EXPIRED) << error_.message;
    EXPECT_EQ(open_pin({{"root", root}, {"version", 10'000}}, &pin), json());
    EXPECT_EQ(error_.code, CH_NOT_FOUND) << error_.message;
    ch_pin_close(nullptr);
}

TEST_F(CAbiWrite, HistoryTellsOfVersionsAndParts) {
    create();
    append({1, 2});
    json request = {{"root", folder_.string()}, {"database", "d"}, {"table", "t"}};
    request["of"] = "snapshots";
    const json versions = history(request);
    ASSERT_EQ(versions["rows"].size(), 2u);
    EXPECT_EQ(versions["rows"][0]["operation"], "create");
    EXPECT_EQ(versions["rows"][1]["operation"], "write");
    EXPECT_EQ(versions["rows"][1]["rows"], 2u);
    request["version"] = versions["rows"][1]["version"];
    request["of"] = "parts";
    append({3});
    EXPECT_EQ(history(request)["rows"].size(), 1u);
    EXPECT_EQ(history(request)["rows"][0]["part"], "all_1_1_0");
    request["of"] = "secrets";
    EXPECT_EQ(history(request), json());
    EXPECT_EQ(error_.code, CH_INVALID_ARGUMENT);
    EXPECT_EQ(command({{"command", "rollback"},
                       {"database", "d"},
                       {"table", "t"},
                       {"version", request["version"]}}),
              CH_OK)
        << error_.message;
    EXPECT_EQ(rows(), 2u);
}

TEST_F(CAbiWrite, APlainFolderIsOnlyRead) {
    fs::create_directories(folder_ / "d" / "t");
    EXPECT_EQ(command({{"command", "create_database"}, {"database", "x"}}), CH_UNSUPPORTED);
    EXPECT_NE(std::string(error_.message).find("only read"), std::string::npos) << error_.message;
    EXPECT_EQ(begin("append"), nullptr);
    EXPECT_EQ(error_.code, CH_UNSUPPORTED);
    ch_pin* pin = nullptr;
    EXPECT_EQ(open_pin({{"root", folder_.string()}}, &pin), json());
    EXPECT_NE(std::string(error_.message).find("no versions"), std::string::npos) << error_.message;
}

}  // namespace
