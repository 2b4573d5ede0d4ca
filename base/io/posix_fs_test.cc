// Goal: PosixFs keeps FileSystem's contract on a real folder, and MemFs keeps the same one.
#include "base/io/posix_fs.h"

#include <gtest/gtest.h>

#include <optional>

#include "base/io/mem_fs.h"
#include "base/io/scratch_folder.h"

namespace ch::io {
namespace {

class FileSystemContract : public testing::TestWithParam<bool> {
protected:
    void SetUp() override {
        if (GetParam()) {
            root_ = scratch_.emplace().path();
            files_ = std::make_unique<PosixFs>();
        } else {
            files_ = std::make_unique<MemFs>();
            root_ = "/root";
            files_->make_folder(root_);
        }
    }
    std::string path(const std::string& name) const { return root_ + "/" + name; }

    std::unique_ptr<FileSystem> files_;
    std::optional<ScratchFolder> scratch_;
    std::string root_;
};

TEST_P(FileSystemContract, WhatWasWrittenIsRead) {
    write_small_file(*files_, path("f"), as_bytes("hello"));
    EXPECT_EQ(read_small_file(*files_, path("f"), 5), "hello");
    EXPECT_EQ(files_->file_size(path("f")), 5u);
    char tail[8] = {};
    EXPECT_EQ(files_->open(path("f"))->read_at(3, tail, sizeof(tail)), 2u);
    EXPECT_EQ(std::string(tail), "lo");
    EXPECT_THROW(read_small_file(*files_, path("f"), 4), Error);
    EXPECT_THROW(read_exactly(*files_->open(path("f")), 3, tail, 3), Error);
}

TEST_P(FileSystemContract, MissingThingsAreValuesOrNotFound) {
    EXPECT_FALSE(files_->file_size(path("no")));
    EXPECT_FALSE(files_->kind(path("no/deeper")));
    EXPECT_FALSE(files_->remove_file(path("no")));
    EXPECT_FALSE(files_->remove_folder(path("no")));
    try {
        files_->open(path("no"));
        FAIL() << "opened a file that is not there";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::NotFound);
        EXPECT_EQ(error.path(), path("no"));
    }
}

TEST_P(FileSystemContract, NamesAreNeverReplacedUnlessAsked) {
    write_small_file(*files_, path("a"), as_bytes("1"));
    write_small_file(*files_, path("b"), as_bytes("2"));
    EXPECT_THROW(files_->create(path("a")), Error);
    EXPECT_FALSE(files_->link(path("a"), path("b")));
    EXPECT_FALSE(files_->rename_new(path("a"), path("b")));
    EXPECT_EQ(read_small_file(*files_, path("b"), 9), "2");
    files_->rename_over(path("a"), path("b"));
    EXPECT_EQ(read_small_file(*files_, path("b"), 9), "1");
    EXPECT_FALSE(files_->kind(path("a")));
}

TEST_P(FileSystemContract, FoldersAreListedInOrderOfName) {
    EXPECT_TRUE(files_->make_folder(path("z")));
    EXPECT_FALSE(files_->make_folder(path("z")));
    write_small_file(*files_, path("a"), {});
    files_->sync_folder(root_);
    std::vector<DirectoryEntry> entries = files_->list(root_);
    ASSERT_EQ(entries.size(), 2u);
    EXPECT_EQ(entries[0].name, "a");
    EXPECT_EQ(entries[1].kind, EntryKind::Folder);
    write_small_file(*files_, path("z/f"), {});
    EXPECT_THROW(files_->remove_folder(path("z")), Error);
    EXPECT_TRUE(files_->remove_file(path("z/f")));
    EXPECT_TRUE(files_->remove_folder(path("z")));
}

TEST_P(FileSystemContract, AnExclusiveLockExcludesAllOthersOfThisProcessToo) {
    std::unique_ptr<FileLock> held = files_->try_lock(path("l"), LockMode::Exclusive);
    ASSERT_TRUE(held);
    EXPECT_FALSE(files_->try_lock(path("l"), LockMode::Exclusive));
    EXPECT_FALSE(files_->try_lock(path("l"), LockMode::Shared));
    held.reset();
    EXPECT_TRUE(files_->try_lock(path("l"), LockMode::Shared));
}

TEST_P(FileSystemContract, APutFileIsWholeOrNotThere) {
    EXPECT_TRUE(files_->put_file(path("f"), as_bytes("first")));
    EXPECT_FALSE(files_->put_file(path("f"), as_bytes("second")));
    EXPECT_EQ(read_small_file(*files_, path("f"), 9), "first");
    EXPECT_EQ(files_->list(root_).size(), 1u);
    EXPECT_THROW(static_cast<void>(files_->put_file(path("no/f"), {})), Error);
}

TEST_P(FileSystemContract, AFileBornLockedIsRemovedOnlyAfterItsHolder) {
    std::unique_ptr<FileLock> held = files_->put_locked(path("p"), as_bytes("who"));
    ASSERT_TRUE(held);
    EXPECT_FALSE(files_->put_locked(path("p"), {}));
    EXPECT_FALSE(files_->remove_unlocked(path("p")));
    EXPECT_FALSE(files_->try_lock(path("p"), LockMode::Shared));
    EXPECT_EQ(read_small_file(*files_, path("p"), 9), "who");
    held.reset();
    EXPECT_TRUE(files_->remove_unlocked(path("p")));
    EXPECT_TRUE(files_->remove_unlocked(path("p")));
    EXPECT_FALSE(files_->kind(path("p")));
}

TEST_P(FileSystemContract, ALockOnARemovedFileDoesNotExcludeTheNext) {
    std::unique_ptr<FileLock> old_holder = files_->try_lock(path("l"), LockMode::Exclusive);
    ASSERT_TRUE(old_holder);
    EXPECT_TRUE(files_->remove_file(path("l")));
    EXPECT_TRUE(files_->try_lock(path("l"), LockMode::Exclusive));
}

TEST_P(FileSystemContract, ALocalFolderIsOnNoNetwork) {
    EXPECT_EQ(files_->network_kind(root_), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(PosixAndMem, FileSystemContract, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& kind) {
                             return kind.param ? "Posix" : "Mem";
                         });

}  // namespace
}  // namespace ch::io
