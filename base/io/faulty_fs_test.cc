// Goal: FaultyFs fails exactly the operation that it was told to, in the way it was told.
#include "base/io/faulty_fs.h"

#include <gtest/gtest.h>

#include "base/io/mem_fs.h"

namespace ch::io {
namespace {

TEST(FaultyFs, EachOperationOfAWriteCanBeFailedAndIsNamed) {
    std::vector<std::string> failed;
    for (uint64_t nth = 1;; ++nth) {
        FaultyFs files(std::make_shared<MemFs>());
        files.fail(nth, Fault::InputOutput);
        try {
            write_small_file(files, "/f", as_bytes("abc"));
            break;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::Io);
            EXPECT_EQ(error.path(), "/f");
        }
        failed.push_back(files.failed());
    }
    EXPECT_EQ(failed, (std::vector<std::string>{"create /f", "append /f", "sync /f", "close /f"}));
}

TEST(FaultyFs, AFullDiskKeepsTheFirstHalf) {
    auto inner = std::make_shared<MemFs>();
    FaultyFs files(inner);
    files.fail(2, Fault::NoSpace);
    EXPECT_THROW(write_small_file(files, "/f", as_bytes("abcd")), Error);
    EXPECT_EQ(read_small_file(*inner, "/f", 9), "ab");
}

TEST(FaultyFs, AFileIsNotUsedAgainAfterAFailedSync) {
    FaultyFs files(std::make_shared<MemFs>());
    std::unique_ptr<WritableFile> file = files.create("/f");
    files.fail(1, Fault::InputOutput);
    EXPECT_THROW(file->sync(), Error);
    try {
        file->sync();
        FAIL() << "synced again";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::Bug);
    }
}

TEST(FaultyFs, AShortReadGivesLessThanTheFileHolds) {
    FaultyFs files(std::make_shared<MemFs>());
    write_small_file(files, "/f", as_bytes("abcd"));
    std::unique_ptr<ReadableFile> file = files.open("/f");
    files.fail(1, Fault::ShortRead);
    char bytes[4];
    EXPECT_THROW(read_exactly(*file, 0, bytes, 4), Error);
    read_exactly(*file, 0, bytes, 4);
}

}  // namespace
}  // namespace ch::io
