// Goal: MemFs leaves after a power loss exactly what was synced, plus any chosen part of what was
// not.
#include "base/io/mem_fs.h"

#include <gtest/gtest.h>

namespace ch::io {
namespace {

std::string content(const FileSystem& files, const std::string& path) {
    return read_small_file(files, path, 1 << 20);
}

TEST(MemFs, NothingUnsyncedSurvivesWhenAllIsLost) {
    MemFs files;
    files.make_folder("/d");
    files.sync_folder("/");
    write_small_file(files, "/d/f", as_bytes("abc"));
    std::unique_ptr<MemFs> after = files.crash({});
    EXPECT_TRUE(after->kind("/d"));
    EXPECT_FALSE(after->kind("/d/f"));
    files.sync_folder("/d");
    EXPECT_EQ(content(*files.crash({}), "/d/f"), "abc");
}

TEST(MemFs, ANameMayBecomeDurableBeforeTheContent) {
    MemFs files;
    std::unique_ptr<WritableFile> file = files.create("/f");
    file->append(as_bytes("abcdef"));
    files.sync_folder("/");
    EXPECT_EQ(content(*files.crash({}), "/f"), "");
    EXPECT_EQ(content(*files.crash({{true}, 0}), "/f"), "abcdef");
    EXPECT_EQ(content(*files.crash({{true}, 4}), "/f"), "abcd");
}

TEST(MemFs, ARenameIsOneEffect) {
    MemFs files;
    write_small_file(files, "/a", as_bytes("1"));
    files.sync_folder("/");
    ASSERT_TRUE(files.rename_new("/a", "/b"));
    std::unique_ptr<MemFs> lost = files.crash({{false}, 0});
    EXPECT_TRUE(lost->kind("/a"));
    EXPECT_FALSE(lost->kind("/b"));
    std::unique_ptr<MemFs> kept = files.crash({{true}, 0});
    EXPECT_FALSE(kept->kind("/a"));
    EXPECT_EQ(content(*kept, "/b"), "1");
}

TEST(MemFs, LinkAndRenameRefuseATakenName) {
    MemFs files;
    write_small_file(files, "/a", as_bytes("1"));
    write_small_file(files, "/b", as_bytes("2"));
    EXPECT_FALSE(files.link("/a", "/b"));
    EXPECT_FALSE(files.rename_new("/a", "/b"));
    EXPECT_EQ(content(files, "/b"), "2");
    EXPECT_TRUE(files.link("/a", "/c"));
    EXPECT_EQ(content(files, "/c"), "1");
    EXPECT_THROW(files.create("/a"), Error);
}

TEST(MemFs, ADroppedSyncLosesWhatItShouldHaveKept) {
    MemFs files;
    files.drop_sync(1);
    write_small_file(files, "/f", as_bytes("abc"));
    files.sync_folder("/");
    EXPECT_EQ(files.syncs(), 2u);
    EXPECT_EQ(content(*files.crash({}), "/f"), "");
}

TEST(MemFs, APutFileIsDurableWithItsFolder) {
    MemFs files;
    ASSERT_TRUE(files.put_file("/f", as_bytes("abc")));
    EXPECT_EQ(files.syncs(), 1u);
    EXPECT_FALSE(files.crash({})->kind("/f"));
    EXPECT_EQ(content(*files.crash({{true}, 0}), "/f"), "abc");
    MemFs lying;
    lying.drop_sync(1);
    ASSERT_TRUE(lying.put_file("/f", as_bytes("abc")));
    EXPECT_EQ(content(*lying.crash({{false, true}, 0}), "/f"), "");
}

TEST(MemFs, LocksExcludeAndEndWithTheirHolder) {
    MemFs files;
    std::unique_ptr<FileLock> shared = files.try_lock("/l", LockMode::Shared);
    EXPECT_TRUE(files.try_lock("/l", LockMode::Shared));
    EXPECT_FALSE(files.try_lock("/l", LockMode::Exclusive));
    shared.reset();
    std::unique_ptr<FileLock> exclusive = files.try_lock("/l", LockMode::Exclusive);
    EXPECT_TRUE(exclusive);
    EXPECT_FALSE(files.try_lock("/l", LockMode::Shared));
    EXPECT_TRUE(files.crash({})->try_lock("/l", LockMode::Shared));
}

}  // namespace
}  // namespace ch::io
