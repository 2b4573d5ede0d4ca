// The C ABI as a client uses it, over golden parts: 1,000 scans that run to their end, are
// cancelled, or are dropped half-way leave nothing behind (the address sanitizer's build finds
// leaks), and no wrong call does harm.
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/io/scratch_folder.h"
#include "ch/ch.h"

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class CAbi : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_EQ(ch_session_open(R"({"memory_bytes":67108864})", &session_, &error_), CH_OK);
    }
    void TearDown() override { ch_session_close(session_); }

    /// A golden part as a table of its own.
    std::string table(const std::string& part) {
        fs::path path = folder_ / part;
        fs::create_directories(path);
        if (!fs::exists(path / "all_1_1_0"))
            fs::create_directory_symlink(fs::path(CH_GOLDEN_PARTS) / "4.4.0" / part,
                                         path / "all_1_1_0");
        return path.string();
    }
    json describe(const std::string& path) {
        char* text = nullptr;
        EXPECT_EQ(ch_describe(session_, path.c_str(), &text, &error_), CH_OK) << error_.message;
        json value = text == nullptr ? json() : json::parse(text);
        ch_string_free(text);
        return value;
    }
    /// A plan over all columns that the result's types can carry.
    std::string plan_of_all(const std::string& path, const std::string& types) {
        json columns = json::array();
        json described = describe(path);
        for (const json& column : described["columns"])
            if (column.contains(types)) columns.push_back(column["name"]);
        EXPECT_FALSE(columns.empty()) << path;
        return json{{"node", "scan"},
                    {"table", path},
                    {"columns", columns},
                    {"options", {{"types", types}, {"batch_rows", 100}}}}
            .dump();
    }

    ch::io::ScratchFolder scratch_;
    fs::path folder_ = fs::path(scratch_.path()) / "root";
    ch_session* session_ = nullptr;
    ch_error error_{};
};

enum class End { AtTheEnd, Cancelled, Dropped };

/// Runs a plan and returns how many batches came.
size_t run(ch_session* session, const std::string& plan, End end) {
    ch_error error;
    ch_query* query = nullptr;
    EXPECT_EQ(ch_execute(session, plan.c_str(), nullptr, &query, &error), CH_OK) << error.message;
    if (query == nullptr) return 0;
    ArrowArrayStream stream;
    EXPECT_EQ(ch_query_stream(query, &stream, &error), CH_OK);
    ArrowSchema schema;
    EXPECT_EQ(stream.get_schema(&stream, &schema), 0);
    schema.release(&schema);
    size_t batches = 0;
    for (ArrowArray batch;; ++batches) {
        int code = stream.get_next(&stream, &batch);
        if (end == End::Cancelled && batches > 0) {
            EXPECT_EQ(code, ECANCELED);
            EXPECT_EQ(stream.get_next(&stream, &batch), ECANCELED) << "it stays cancelled";
            break;
        }
        EXPECT_EQ(code, 0) << stream.get_last_error(&stream);
        if (code != 0 || batch.release == nullptr) break;
        batch.release(&batch);
        if (end == End::Cancelled) ch_query_cancel(query);
        if (end == End::Dropped) break;
    }
    ch_query_close(query);
    stream.release(&stream);
    return batches;
}

TEST_F(CAbi, AThousandScansEndedCancelledAndDroppedStayWithinTheBudget) {
    const char* const parts[] = {"scalars_wide", "scalars_compact", "nested_wide",
                                 "dictionary_wide", "sparse_wide"};
    std::vector<std::string> plans;
    for (const char* part : parts)
        for (const char* types : {"arrow", "spark"})
            plans.push_back(plan_of_all(table(part), types));
    constexpr size_t kScans = 1'000;
    for (size_t i = 0; i < kScans; ++i) {
        size_t batches = run(session_, plans[i % plans.size()], static_cast<End>(i % 3));
        ASSERT_GT(batches + (i % 3 == 2 ? 1 : 0), 0u) << plans[i % plans.size()];
    }
}

TEST_F(CAbi, AnAggregateWithoutKeysHasARowEvenForNoRow) {
    json nothing = {{"literal", "false"}, {"type", "Bool"}};
    json scan = {{"node", "scan"}, {"table", table("scalars_wide")}, {"columns", json::array()}};
    json filtered = {{"node", "filter"}, {"predicate", nothing}, {"input", scan}};
    json count = {{"name", "n"}, {"function", "COUNT"}};
    std::string plan = json{
        {"node", "aggregate"},
        {"keys", json::array()},
        {"aggregates", json::array({count})},
        {"input",
         filtered}}.dump();
    char* text = nullptr;
    ASSERT_EQ(ch_plan(session_, plan.c_str(), &text, &error_), CH_OK) << error_.message;
    json planned = json::parse(text);
    ch_string_free(text);
    ASSERT_EQ(planned["splits"].size(), 1u);
    std::string split = planned["splits"][0]["id"].dump();
    for (const char* part : {static_cast<const char*>(nullptr), split.c_str()}) {
        ch_query* query = nullptr;
        ASSERT_EQ(ch_execute(session_, plan.c_str(), part, &query, &error_), CH_OK);
        ArrowArrayStream stream;
        ASSERT_EQ(ch_query_stream(query, &stream, &error_), CH_OK);
        ArrowArray batch;
        ASSERT_EQ(stream.get_next(&stream, &batch), 0) << stream.get_last_error(&stream);
        ASSERT_EQ(batch.length, 1);
        EXPECT_EQ(static_cast<const int64_t*>(batch.children[0]->buffers[1])[0], 0);
        batch.release(&batch);
        ASSERT_EQ(stream.get_next(&stream, &batch), 0);
        EXPECT_EQ(batch.release, nullptr);
        stream.release(&stream);
        ch_query_close(query);
    }
}

TEST_F(CAbi, WrongCallsAreErrorsAndNothingElse) {
    ch_query* query = nullptr;
    char* text = nullptr;
    EXPECT_EQ(ch_describe(nullptr, "x", &text, &error_), CH_INVALID_ARGUMENT);
    EXPECT_EQ(ch_describe(session_, nullptr, &text, &error_), CH_INVALID_ARGUMENT);
    EXPECT_EQ(ch_describe(session_, "", &text, &error_), CH_INVALID_ARGUMENT);
    EXPECT_EQ(ch_describe(session_, "/no/such/table", &text, nullptr), CH_NOT_FOUND);
    EXPECT_EQ(ch_plan(session_, "{", &text, &error_), CH_INVALID_ARGUMENT);
    EXPECT_EQ(text, nullptr);
    EXPECT_EQ(ch_execute(session_, "{}", nullptr, &query, &error_), CH_INVALID_ARGUMENT);
    EXPECT_EQ(ch_execute(session_, "{}", nullptr, nullptr, &error_), CH_INVALID_ARGUMENT);
    EXPECT_EQ(query, nullptr);
    ch_query_close(nullptr);
    ch_query_cancel(nullptr);
    ch_string_free(nullptr);
    ch_session_close(nullptr);
}

TEST_F(CAbi, AStreamIsTakenOnce) {
    std::string plan = plan_of_all(table("scalars_wide"), "arrow");
    ch_query* query = nullptr;
    ASSERT_EQ(ch_execute(session_, plan.c_str(), nullptr, &query, &error_), CH_OK);
    ArrowArrayStream stream;
    ASSERT_EQ(ch_query_stream(query, &stream, &error_), CH_OK);
    ArrowArrayStream second;
    EXPECT_EQ(ch_query_stream(query, &second, &error_), CH_INVALID_ARGUMENT);
    stream.release(&stream);
    ch_query_close(query);
}

TEST_F(CAbi, AMessageThatIsTooLongIsCutBetweenCharacters) {
    std::string path = "/";
    for (int i = 0; i < 3000; ++i) path += "\xC3\xBC";
    char* text = nullptr;
    EXPECT_NE(ch_describe(session_, path.c_str(), &text, &error_), CH_OK);
    std::string message = error_.message;
    ASSERT_LT(message.size(), sizeof(error_.message));
    EXPECT_NE(message.back(), '\xC3');
}

TEST_F(CAbi, APartThatChangedUnderItsNameIsOpenedAnew) {
    std::string path = table("scalars_wide");
    std::string first = plan_of_all(path, "arrow");
    run(session_, first, End::AtTheEnd);
    fs::remove(fs::path(path) / "all_1_1_0");
    fs::create_directory_symlink(fs::path(CH_GOLDEN_PARTS) / "4.4.0" / "nested_wide",
                                 fs::path(path) / "all_1_1_0");
    std::string second = plan_of_all(path, "arrow");
    EXPECT_NE(first, second);
    EXPECT_GT(run(session_, second, End::AtTheEnd), 0u);
}

}  // namespace
