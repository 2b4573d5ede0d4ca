// Goal: a backup holds one version, whole and verified, or is not there; a root restored of it
// reads the same, goes on being written, and fences whoever holds a token of the old one. Method:
// real parts in memory; every file operation fails once, and every moment is once the last one.
#include "engine/store/backup.h"

#include <gtest/gtest.h>

#include "base/io/faulty_fs.h"
#include "base/io/mem_fs.h"
#include "engine/store/examine.h"
#include "engine/store/folder_tree.h"
#include "engine/store/limits.h"
#include "engine/store/restore.h"
#include "engine/store/test_rows.h"

namespace ch::storage {
namespace {

using FilesPtr = std::shared_ptr<io::FileSystem>;

constexpr uint64_t kStride = 3;
constexpr const char* kPlainRows = "1=10 2=20 3=30";
constexpr const char* kReplacedRows = "1=11 3=30 4=40";

class BackupTest : public testing::Test {
protected:
    BackupTest() { fill(rows_); }

    static void fill(TestRows& rows) {
        const TableId plain = rows.create("plain", false, "k % 2");
        rows.insert(plain, {{1, 10}, {2, 20}});
        rows.insert(plain, {{3, 30}});
        const TableId replaced = rows.create("replaced", true, "");
        rows.insert(replaced, {{1, 10}, {2, 20}, {3, 30}});
        rows.insert(replaced, {{1, 11}, {2, 0, true}, {4, 40}});
    }
    static void back_up_root(Database& database, std::optional<uint64_t> version = std::nullopt,
                             const std::string& to = "/b") {
        back_up(database, database.snapshot(version), to, new_pool(), [](uint64_t) {});
    }
    static std::shared_ptr<BufferPool> new_pool() {
        return std::make_shared<BufferPool>(std::make_shared<MemoryBudget>(size_t{1} << 30));
    }
    static uint64_t restore_root(const FilesPtr& files, const std::string& to = "/n") {
        uint64_t random = 77;
        return restore(files, read_backup(*files, "/b"), to, {5, [&] { return ++random; }},
                       new_pool(), [](uint64_t) {})
            .version;
    }
    void back_up_root() { back_up_root(*rows_.database()); }
    /// All paths with their contents.
    static std::string content_of(const io::FileSystem& files, const std::string& path) {
        if (files.kind(path) != io::EntryKind::Folder)
            return path + " " +
                   to_hex(content_hash(
                       as_bytes(io::read_small_file(files, path, uint64_t{1} << 20)))) +
                   "\n";
        std::string text = path + "\n";
        for (const io::DirectoryEntry& entry : files.list(path))
            text += content_of(files, path + "/" + entry.name);
        return text;
    }
    void overwrite(const std::string& path, const std::string& content) {
        ASSERT_TRUE(files_->remove_file(path)) << path;
        io::write_small_file(*files_, path, as_bytes(content));
    }
    static std::string error_of(const std::function<void()>& work) {
        try {
            work();
        } catch (const Error& error) {
            return error.what();
        }
        return "no error";
    }
    static bool contains(const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    }

    std::shared_ptr<io::MemFs> files_ = std::make_shared<io::MemFs>();
    TestRows rows_{files_, "/r", 1};
};

/// What is wrong with a root that should hold what fill() made.
std::string wrong_with(const FilesPtr& files, const std::string& root) {
    TestRows rows(files, root, 5, false);
    for (const auto& [table, expected] :
         {std::pair("plain", kPlainRows), std::pair("replaced", kReplacedRows)})
        if (const std::string found = rows.read(table); found != expected)
            return std::string(table) + " has " + found;
    for (const Finding& finding : examine_root(files, root).findings)
        if (finding.is_wrong) return finding.path + ": " + finding.what;
    return "";
}

TEST_F(BackupTest, ARestoredRootReadsTheBackedUpVersionAndIsWritten) {
    const uint64_t version = rows_.database()->newest()->version;
    rows_.insert(rows_.database()->newest()->find("db", "plain")->id, {{9, 90}});
    const std::string before = content_of(*files_, "/r");
    back_up_root(*rows_.database(), version);
    EXPECT_EQ(content_of(*files_, "/r"), before);
    const std::string backed_up = content_of(*files_, "/b");
    const uint64_t first = restore_root(files_);
    EXPECT_GT(first, kVersionsApart);
    EXPECT_EQ(content_of(*files_, "/r"), before);
    EXPECT_EQ(content_of(*files_, "/b"), backed_up);
    EXPECT_EQ(wrong_with(files_, "/n"), "");

    TestRows restored(files_, "/n", 6, false);
    EXPECT_EQ(restored.database()->newest()->version, first);
    const std::shared_ptr<const State> state = restored.database()->newest();
    restored.insert(state->find("db", "plain")->id, {{5, 50}});
    restored.insert(state->find("db", "replaced")->id, {{1, 0, true}});
    restored.merge(state->find("db", "replaced")->id, {.is_final = true});
    EXPECT_EQ(restored.read("plain"), "1=10 2=20 3=30 5=50");
    EXPECT_EQ(restored.read("replaced"), "3=30 4=40");
    EXPECT_EQ(restored.read("plain", "v", ReadPoint::of_number(first)), kPlainRows);
    restored.now_ms += 1'000'000'000;
    restored.database()->collect({0, 0});
    EXPECT_EQ(restored.read("plain"), "1=10 2=20 3=30 5=50");
    // Neither of both others noticed, though files are shared.
    EXPECT_EQ(content_of(*files_, "/r"), before);
    EXPECT_EQ(content_of(*files_, "/b"), backed_up);
}

TEST_F(BackupTest, WhatReadersOfOlderVersionsNeedIsLeftOut) {
    const TableId table = rows_.database()->newest()->find("db", "plain")->id;
    rows_.merge(table, {.is_final = true});
    EXPECT_FALSE(rows_.database()->newest()->retired.empty());
    back_up_root();
    const Backup backup = read_backup(*files_, "/b");
    EXPECT_TRUE(backup.state.retired.empty());
    size_t parts = 0;
    for (const io::DirectoryEntry& entry : files_->list("/b/content/db/plain"))
        parts += entry.kind == io::EntryKind::Folder ? 1 : 0;
    EXPECT_EQ(parts, backup.state.find(table)->parts.size());
    for (const char* left_out : {"latch", "pins", "manifest", "floor", "head"})
        EXPECT_FALSE(files_->kind(std::string("/b/content/.ch/") + left_out)) << left_out;
    restore_root(files_);
    EXPECT_EQ(wrong_with(files_, "/n"), "");
}

TEST_F(BackupTest, ATokenOfTheOldRootIsFencedInTheNewOne) {
    Database& old = *rows_.database();
    const TableId table = old.newest()->find("db", "plain")->id;
    std::optional<WriteLatch> held = old.lock({table}, latch::LatchMode::Schema, 0);
    ASSERT_TRUE(held);
    Transaction before = old.begin();
    back_up_root();
    restore_root(files_);
    auto truncate = [&](Database& database, Transaction transaction) {
        transaction.use(*held);
        transaction.truncate(table);
        return database.commit(transaction);
    };
    TestRows restored(files_, "/n", 6, false);
    Database& young = *restored.database();
    EXPECT_TRUE(std::holds_alternative<latch::Fenced>(truncate(young, young.begin())));
    EXPECT_TRUE(std::holds_alternative<latch::Fenced>(truncate(young, std::move(before))));
    EXPECT_EQ(restored.read("plain"), kPlainRows);
}

// The process knows versions that the new root does not have, and only by its path where it is.
TEST_F(BackupTest, AWriterThatGoesOnWhereTheNewRootTakesTheOldOnesPlaceIsFenced) {
    for (const bool has_gone_on : {false, true}) {
        auto files = std::make_shared<io::MemFs>();
        TestRows rows(files, "/r", 1);
        fill(rows);
        Database& old = *rows.database();
        const TableId table = old.newest()->find("db", "plain")->id;
        back_up_root(old);
        if (has_gone_on)
            for (int i = 0; i < 20; ++i) rows.insert(table, {{7, i}});
        std::optional<WriteLatch> held = old.lock({table}, latch::LatchMode::Schema, 0);
        ASSERT_TRUE(held);
        Transaction transaction = old.begin();
        transaction.use(*held);
        transaction.truncate(table);
        restore_root(files);
        ASSERT_TRUE(files->rename_new("/r", "/old"));
        ASSERT_TRUE(files->rename_new("/n", "/r"));
        const CommitOutcome outcome = old.commit(transaction);
        EXPECT_TRUE(std::holds_alternative<latch::Fenced>(outcome)) << outcome.index();
        EXPECT_EQ(wrong_with(files, "/r"), "");
    }
}

TEST_F(BackupTest, ARootCanBeRestoredOfARestoredOne) {
    back_up_root();
    const uint64_t first = restore_root(files_);
    TestRows restored(files_, "/n", 6, false);
    ASSERT_TRUE(files_->rename_new("/b", "/b1"));
    back_up_root(*restored.database());
    EXPECT_GT(restore_root(files_, "/n2"), first + kVersionsApart / 2);
    EXPECT_EQ(wrong_with(files_, "/n2"), "");
    const TableId table = restored.database()->newest()->find("db", "plain")->id;
    TestRows again(files_, "/n2", 7, false);
    EXPECT_GT(again.database()->newest()->epoch(table),
              restored.database()->newest()->epoch(table));
}

TEST_F(BackupTest, FoldersThatAreThereOrInsideAreRefused) {
    auto back_up_inside = [&] { back_up_root(*rows_.database(), std::nullopt, "/r/b"); };
    EXPECT_TRUE(contains(error_of(back_up_inside), "inside the root"));
    files_->make_folder("/b.partial");
    EXPECT_TRUE(contains(error_of([&] { back_up_root(); }), "/b.partial"));
    EXPECT_TRUE(files_->kind("/b.partial"));
    files_->remove_folder("/b.partial");
    EXPECT_TRUE(contains(error_of([&] { restore_root(files_); }), "no backup here"));
    back_up_root();
    EXPECT_TRUE(contains(error_of([&] { back_up_root(); }), "is there already"));
    EXPECT_TRUE(contains(error_of([&] { restore_root(files_, "/b/n"); }), "inside the backup"));
    EXPECT_TRUE(contains(error_of([&] { restore_root(files_, "/r"); }), "is there already"));
    files_->set_network_kind("nfs");
    EXPECT_TRUE(contains(error_of([&] { restore_root(files_); }), "network file system"));
    files_->set_network_kind("");
    restore_root(files_);
}

TEST_F(BackupTest, ABackupOfANewerFormatAsksForAnUpgrade) {
    back_up_root();
    const std::string text = io::read_small_file(*files_, "/b/backup", 4096);
    overwrite("/b/backup", "chspark backup 2\n" + text.substr(text.find('\n') + 1));
    EXPECT_TRUE(contains(error_of([&] { restore_root(files_); }), "upgrade"));
    overwrite("/b/backup", "something else\n");
    EXPECT_TRUE(contains(error_of([&] { restore_root(files_); }), "/b/backup"));
}

// Each file of a root that its newest version needs, and of a backup, damaged and missing.
TEST_F(BackupTest, ADamagedFileIsNamedAndNothingIsMade) {
    back_up_root();
    std::vector<std::string> paths;
    const std::string listed = content_of(*files_, "/b");
    for (size_t at = 0; at < listed.size(); at = listed.find('\n', at) + 1) {
        const std::string line = listed.substr(at, listed.find('\n', at) - at);
        if (contains(line, " ")) paths.push_back(line.substr(0, line.find(' ')));
    }
    EXPECT_GT(paths.size(), 40u);
    for (const std::string& path : paths) {
        const std::string content = io::read_small_file(*files_, path, uint64_t{1} << 20);
        std::string damaged = content;
        damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
        // The text's hash is of another file: which of both is damaged cannot be told.
        const bool is_seal = path == "/b/backup";
        overwrite(path, damaged);
        std::string error = error_of([&] { restore_root(files_); });
        EXPECT_TRUE(contains(error, is_seal ? "/b/" : path)) << path << ": " << error;
        ASSERT_TRUE(files_->remove_file(path));
        error = error_of([&] { restore_root(files_); });
        EXPECT_TRUE(contains(error, is_seal ? "/b" : path)) << path << ": " << error;
        io::write_small_file(*files_, path, as_bytes(content));
        EXPECT_FALSE(files_->kind("/n"));
        EXPECT_FALSE(files_->kind("/n.partial"));
    }
    restore_root(files_);
    const std::string source =
        "/r/db/plain/" +
        rows_.database()->newest()->find("db", "plain")->parts.front()->record.name + "/data.bin";
    overwrite(source, "damaged");
    ASSERT_TRUE(files_->rename_new("/b", "/b1"));
    EXPECT_TRUE(contains(error_of([&] { back_up_root(); }), source));
    EXPECT_FALSE(files_->kind("/b"));
    EXPECT_FALSE(files_->kind("/b.partial"));
}

TEST_F(BackupTest, WhateverOperationFailsNothingHalfIsThereAndASecondRunWorks) {
    for (const io::Fault fault :
         {io::Fault::InputOutput, io::Fault::NoSpace, io::Fault::ShortRead, io::Fault::DoneAnyway})
        for (const bool restores : {false, true})
            // Each operation fails in one way at least.
            for (uint64_t nth = 1 + static_cast<uint64_t>(fault) % kStride;; nth += kStride) {
                auto inner = std::make_shared<io::MemFs>();
                auto files = std::make_shared<io::FaultyFs>(inner);
                TestRows rows(files, "/r", 1);
                fill(rows);
                if (restores) back_up_root(*rows.database());
                const std::string before = content_of(*inner, restores ? "/b" : "/r");
                auto work = [&] {
                    if (restores)
                        restore_root(files);
                    else
                        back_up_root(*rows.database());
                };
                files->fail(nth, fault);
                const std::string error = error_of(work);
                const std::string what = files->failed() + ": " + error;
                if (files->failed().empty()) break;
                EXPECT_FALSE(contains(error, "Bug")) << what;
                if (!inner->kind(restores ? "/n" : "/b")) {
                    EXPECT_NE(error, "no error") << what;
                    // Cleaning up is one of the things that may have failed.
                    for (const char* partial : {"/b.partial", "/n.partial"})
                        if (inner->kind(partial)) {
                            EXPECT_TRUE(contains(error_of(work), partial)) << what;
                        }
                    remove_tree(*inner, "/b.partial");
                    remove_tree(*inner, "/n.partial");
                    work();
                }
                if (!restores) restore_root(inner);
                EXPECT_EQ(wrong_with(inner, "/n"), "") << what;
                if (restores) {
                    EXPECT_EQ(content_of(*inner, "/b"), before) << what;
                }
            }
}

TEST_F(BackupTest, APowerLossAtAnyMomentLeavesNothingHalf) {
    back_up_root();
    ASSERT_TRUE(files_->rename_new("/b", "/b1"));
    for (const bool restores : {false, true}) {
        uint64_t moments = 0, whole = 0;
        if (restores) {
            ASSERT_TRUE(files_->rename_new("/b1", "/b"));
        }
        files_->sync_folder("/");
        auto look = [&] {
            for (const bool keeps : {false, true}) {
                io::MemFs::Crash crash;
                if (keeps) crash.kept.assign(files_->unsynced_effects(), true);
                const FilesPtr after = files_->crash(crash);
                ++moments;
                if (!after->kind(restores ? "/n" : "/b")) continue;
                ++whole;
                if (!restores) restore_root(after);
                EXPECT_EQ(wrong_with(after, "/n"), "");
            }
        };
        files_->observe([&](const std::string&, const std::string&) { look(); });
        if (restores)
            restore_root(files_);
        else
            back_up_root();
        files_->observe({});
        look();
        EXPECT_GT(moments, 100u);
        EXPECT_GT(whole, 1u);
        if (!restores) remove_tree(*files_, "/b");
    }
}

}  // namespace
}  // namespace ch::storage
