// Goal: the embedded store's own files: what is no root, another store's root, a network folder,
// and a head hint that is wrong in every way, give a clear error or the right answer.
#include "latch/file_store.h"

#include <gtest/gtest.h>

#include "base/io/mem_fs.h"
#include "latch/numbered_name.h"

namespace ch::latch {
namespace {

class FileStore : public testing::Test {
protected:
    std::unique_ptr<FileLatchStore> open() {
        return FileLatchStore::open(files_, "/r", [this] { return ++random_; });
    }
    void publish(uint64_t versions) {
        for (uint64_t version = 1; version <= versions; ++version) {
            Publication next;
            next.attempt.base_version = version - 1;
            store(next.attempt.commit_id.data(), version);
            ASSERT_TRUE(std::holds_alternative<Published>(open()->publish(next, "")));
        }
    }
    ErrorCode code_of_open() {
        try {
            open();
        } catch (const Error& error) {
            return error.code();
        }
        return ErrorCode::Bug;
    }

    std::shared_ptr<io::MemFs> files_ = std::make_shared<io::MemFs>();
    uint64_t random_ = 0;
};

TEST_F(FileStore, WhatIsNoRootIsNotFound) {
    EXPECT_EQ(code_of_open(), ErrorCode::NotFound);
    FileLatchStore::create(*files_, "/r");
    FileLatchStore::create(*files_, "/r");
    EXPECT_TRUE(FileLatchStore::is_root(*files_, "/r"));
    EXPECT_EQ(open()->head(), 0u);
}

TEST_F(FileStore, ARootOfAnotherStoreAndANetworkFolderAreRefused) {
    FileLatchStore::create(*files_, "/r");
    files_->set_network_kind("nfs");
    EXPECT_EQ(code_of_open(), ErrorCode::Unsupported);
    files_->set_network_kind("");
    files_->remove_file("/r/.ch/latch/store");
    io::write_small_file(*files_, "/r/.ch/latch/store", as_bytes("daemon host:7800"));
    EXPECT_EQ(code_of_open(), ErrorCode::Unsupported);
    EXPECT_THROW(FileLatchStore::create(*files_, "/r"), Error);
}

TEST_F(FileStore, AWrongHintCostsALookAndNothingElse) {
    FileLatchStore::create(*files_, "/r");
    publish(5);
    for (const std::string& hint :
         {std::string(), std::string("0000"), std::string("garbage garbage nope"), version_name(2),
          version_name(4), version_name(7), version_name(0)}) {
        files_->remove_file("/r/.ch/head");
        io::write_small_file(*files_, "/r/.ch/head", as_bytes(hint));
        EXPECT_EQ(open()->head(), 5u) << hint;
    }
    files_->remove_file("/r/.ch/head");
    EXPECT_EQ(open()->head(), 5u);
}

TEST_F(FileStore, AManifestUnderAnotherNumberIsCorrupt) {
    FileLatchStore::create(*files_, "/r");
    publish(2);
    files_->remove_file("/r/.ch/manifest/" + version_name(2));
    ASSERT_TRUE(
        files_->link("/r/.ch/manifest/" + version_name(1), "/r/.ch/manifest/" + version_name(2)));
    EXPECT_THROW(static_cast<void>(open()->load(2)), Error);
}

}  // namespace
}  // namespace ch::latch
