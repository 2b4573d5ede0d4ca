// Goal: collection takes what nobody can need any more, and readers of what it took are told so.
// Method: several Databases over one file system in memory, with parts of a few bytes.
#include "engine/store/collect.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/io/faulty_fs.h"
#include "base/io/mem_fs.h"
#include "engine/store/database.h"
#include "engine/store/test_root.h"

namespace ch::storage {
namespace {

class CollectTest : public testing::Test {
protected:
    static ErrorCode code_of(const std::function<void()>& call) {
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

TEST_F(CollectTest, FoldersThatACreatorLeftGoAndThoseOfOthersStay) {
    a_.create_table("db", "t");
    for (const char* folder : {"/r/db/tmp_table_5", "/r/db/u", "/r/db/other", "/r/new", "/r/new/t",
                               "/r/new/other", "/r/else", "/r/else/t"})
        files_->make_folder(folder);
    for (const char* ours : {"/r/db/u/table_id", "/r/new/t/table_id"})
        io::write_small_file(*files_, ours, {});
    a_.database().collect({});
    for (const char* gone : {"/r/db/tmp_table_5", "/r/db/u", "/r/new/t"})
        EXPECT_FALSE(files_->kind(gone)) << gone;
    for (const char* left : {"/r/db/t", "/r/db/other", "/r/new/other", "/r/else/t"})
        EXPECT_TRUE(files_->kind(left)) << left;
}

TEST_F(CollectTest, WhereNothingCanBePinnedAVersionIsReadUntilItIsCollected) {
    const TableId id = a_.create_table("db", "t");
    a_.insert(id, 1);
    auto locked = std::make_shared<io::FaultyFs>(files_);
    locked->observe([](uint64_t, const std::string& operation, const std::string& path) {
        if (operation == "link" && path.find("/pins/") != std::string::npos)
            throw Error(ErrorCode::Io, "Read-only file system", path);
    });
    TestRoot reader(locked, "/r", 5, 64, false);
    const Snapshot snapshot = reader.database().snapshot();
    EXPECT_EQ(snapshot.pin, nullptr);
    EXPECT_EQ(reader.check(*snapshot.state), "");
    const uint64_t version = snapshot.state->version;
    const Error gone(ErrorCode::NotFound, "gone");
    EXPECT_EQ(reader.database().explain(gone, version).code(), ErrorCode::NotFound);
    EXPECT_TRUE(a_.truncate(id));
    a_.now_ms += 100;
    EXPECT_EQ(a_.database().collect({0, 0}).parts_removed, 1u);
    EXPECT_EQ(reader.database().explain(gone, version).code(), ErrorCode::SnapshotExpired);
    EXPECT_EQ(code_of([&] { (void)reader.database().snapshot(version); }),
              ErrorCode::SnapshotExpired);
    EXPECT_EQ(reader.database().snapshot().state->version, a_.database().newest()->version);
    EXPECT_EQ(code_of([&] { (void)reader.database().pin_merge(id); }), ErrorCode::Io)
        << "what writes needs its pin";
}

TEST_F(CollectTest, ASnapshotStaysReadableWhateverComes) {
    const TableId id = a_.create_table("db", "t");
    a_.insert(id, 1);
    a_.insert(id, 2);
    Snapshot pinned = b_.database().snapshot();
    EXPECT_TRUE(a_.merge(id));
    a_.now_ms += 100;
    CollectReport report = a_.database().collect({0, 0});
    EXPECT_EQ(report.floor, pinned.state->version);
    EXPECT_EQ(report.parts_removed, 0u);
    EXPECT_EQ(b_.check(*pinned.state), "");
    const uint64_t version = pinned.state->version;
    pinned = {};
    EXPECT_EQ(a_.database().collect({0, 0}).parts_removed, 2u);
    EXPECT_EQ(code_of([&] { (void)b_.database().snapshot(version); }), ErrorCode::SnapshotExpired);
    EXPECT_EQ(code_of([&] { (void)b_.database().snapshot(999); }), ErrorCode::NotFound);
    EXPECT_EQ(b_.database().explain(Error(ErrorCode::NotFound, "gone"), version).code(),
              ErrorCode::SnapshotExpired);
    EXPECT_EQ(a_.check(), "");
}

TEST_F(CollectTest, RetentionKeepsTheShorterOfTimeAndVersions) {
    const TableId id = a_.create_table("db", "t");
    for (uint64_t i = 1; i <= 5; ++i) {
        a_.now_ms += 1000;
        a_.insert(id, i);
    }
    const uint64_t newest = a_.database().newest()->version;
    EXPECT_EQ(a_.database().collect({1'000'000, 4}).floor, newest - 4);
    EXPECT_EQ(a_.database().collect({1000, 100}).floor, newest - 2);
    a_.now_ms += 10'000;
    EXPECT_EQ(a_.database().collect({1000, 100}).floor, newest);
}

}  // namespace
}  // namespace ch::storage
