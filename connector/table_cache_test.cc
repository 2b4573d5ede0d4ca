// Tables that are opened again: what did not change is not read again, what changed is never
// served as it was, whatever the name or the time of its files says.
#include "connector/table_cache.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/io/posix_fs.h"
#include "base/io/scratch_folder.h"

namespace ch::connector {
namespace {

namespace fs = std::filesystem;

/// The real files, which seem to have been changed an hour earlier, so that a test need not wait
/// until a change is old enough to be told from the next one.
class AgedFs final : public io::PosixFs {
public:
    [[nodiscard]] std::optional<io::FileStamp> stamp(const std::string& path) const override {
        std::optional<io::FileStamp> found = io::PosixFs::stamp(path);
        if (found && !is_fresh) found->changed_ns -= 3'600'000'000'000;
        return found;
    }
    bool is_fresh = false;
};

class TableCacheTest : public testing::Test {
protected:
    void SetUp() override {
        files_ = std::make_shared<AgedFs>();
        budget_ = std::make_shared<MemoryBudget>(64 << 20);
        pool_ = std::make_shared<BufferPool>(budget_);
        cache_ = std::make_unique<TableCache>(files_, pool_, 4, 32 << 20);
    }

    std::string add_part(const std::string& table, const std::string& name,
                         const std::string& golden = "scalars_compact") {
        fs::create_directories(folder_ / table);
        fs::copy(fs::path(CH_GOLDEN_PARTS) / "4.4.0" / golden, folder_ / table / name,
                 fs::copy_options::recursive);
        return (folder_ / table).string();
    }

    io::ScratchFolder scratch_;
    fs::path folder_ = scratch_.path();
    std::shared_ptr<AgedFs> files_;
    std::shared_ptr<MemoryBudget> budget_;
    std::shared_ptr<BufferPool> pool_;
    std::unique_ptr<TableCache> cache_;
};

TEST_F(TableCacheTest, PartsThatDidNotChangeAreTakenOver) {
    std::string path = add_part("t", "all_1_1_0");
    auto first = cache_->open(path);
    auto second = cache_->open(path);
    EXPECT_EQ(first->parts()[0], second->parts()[0]);
    add_part("t", "all_2_2_0");
    auto third = cache_->open(path);
    ASSERT_EQ(third->parts().size(), 2U);
    EXPECT_EQ(third->parts()[0], first->parts()[0]);
}

TEST_F(TableCacheTest, APartMadeAnewUnderTheSameNameIsReadAnew) {
    std::string path = add_part("t", "all_1_1_0");
    auto first = cache_->open(path);
    fs::remove_all(folder_ / "t" / "all_1_1_0");
    add_part("t", "all_1_1_0");
    EXPECT_NE(cache_->open(path)->parts()[0], first->parts()[0]);
}

TEST_F(TableCacheTest, APartRemovedIsGone) {
    std::string path = add_part("t", "all_1_1_0");
    add_part("t", "all_2_2_0");
    EXPECT_EQ(cache_->open(path)->parts().size(), 2U);
    fs::remove_all(folder_ / "t" / "all_1_1_0");
    EXPECT_EQ(cache_->open(path)->parts().size(), 1U);
    fs::remove_all(folder_ / "t");
    EXPECT_THROW((void)cache_->open(path), Error);
}

TEST_F(TableCacheTest, ABrokenPartIsOpenedOnceItIsRestored) {
    std::string path = add_part("t", "all_1_1_0");
    add_part("t", "all_2_2_0");
    fs::rename(folder_ / "t/all_1_1_0/count.txt", folder_ / "count.txt");
    EXPECT_EQ(cache_->open(path)->broken_parts().size(), 1U);
    fs::rename(folder_ / "count.txt", folder_ / "t/all_1_1_0/count.txt");
    EXPECT_EQ(cache_->open(path)->broken_parts().size(), 0U);
}

TEST_F(TableCacheTest, AFileTakenFromAPartIsMissed) {
    std::string path = add_part("t", "all_1_1_0");
    EXPECT_EQ(cache_->open(path)->broken_parts().size(), 0U);
    fs::remove(folder_ / "t/all_1_1_0/count.txt");
    EXPECT_THROW((void)cache_->open(path), Error);
}

TEST_F(TableCacheTest, APartTooYoungToTellIsReadAgain) {
    std::string path = add_part("t", "all_1_1_0");
    files_->is_fresh = true;
    auto first = cache_->open(path);
    EXPECT_NE(cache_->open(path)->parts()[0], first->parts()[0]);
}

TEST_F(TableCacheTest, MemoryCountsAndIsGivenBack) {
    std::vector<std::string> paths;
    for (int i = 0; i < 9; ++i) paths.push_back(add_part("t" + std::to_string(i), "all_1_1_0"));
    for (const std::string& path : paths) (void)cache_->open(path);
    EXPECT_EQ(cache_->size(), 4U);
    EXPECT_GT(budget_->used_bytes(), 0U);
    cache_.reset();
    EXPECT_EQ(budget_->used_bytes(), 0U);
}

TEST_F(TableCacheTest, WithoutRoomInTheBudgetTablesOpenAndAreNotKept) {
    std::string path = add_part("t", "all_1_1_0");
    size_t parts_bytes = 0;
    {
        auto table = table::Table::open(files_, path, nullptr, pool_);
        parts_bytes = budget_->used_bytes();
    }
    MemoryCharge others(pool_, (64U << 20) - parts_bytes - 1);
    EXPECT_EQ(cache_->open(path)->parts().size(), 1U);
    EXPECT_EQ(cache_->size(), 0U);
    MemoryCharge more(pool_, 2);
    EXPECT_THROW((void)cache_->open(path), Error) << "what a part holds has no room either";
}

TEST_F(TableCacheTest, ManyThreadsMayOpenWhilePartsComeAndGo) {
    std::string path = add_part("t", "all_1_1_0");
    std::atomic<bool> failed{false};
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i)
        readers.emplace_back([&] {
            for (int turn = 0; turn < 50; ++turn)
                if (cache_->open(path)->parts().empty()) failed = true;
        });
    for (int turn = 2; turn < 12; ++turn) {
        std::string name = "all_" + std::to_string(turn) + "_" + std::to_string(turn) + "_0";
        add_part("spare", name);
        fs::rename(folder_ / "spare" / name, folder_ / "t" / name);
    }
    for (std::thread& reader : readers) reader.join();
    EXPECT_FALSE(failed);
    EXPECT_EQ(cache_->open(path)->parts().size(), 11U);
}

}  // namespace
}  // namespace ch::connector
