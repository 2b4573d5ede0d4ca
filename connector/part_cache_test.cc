// What opened parts hold is counted where Spark can see it, and goes first when memory is short.
#include "connector/part_cache.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "base/io/posix_fs.h"

namespace ch::connector {
namespace {

constexpr size_t kBudgetBytes = 1 << 20;

class PartCacheTest : public testing::Test {
protected:
    PartCache make_cache(size_t parts_max, size_t bytes_max) {
        return {std::make_shared<io::PosixFs>(), pool_, parts_max, bytes_max};
    }
    static std::string golden(const std::string& name) {
        return std::string(CH_GOLDEN_PARTS) + "/4.4.0/" + name;
    }

    std::shared_ptr<MemoryBudget> budget_ = std::make_shared<MemoryBudget>(kBudgetBytes);
    std::shared_ptr<BufferPool> pool_ = std::make_shared<BufferPool>(budget_);
};

TEST_F(PartCacheTest, WhatAPartHoldsCountsFromWhenItIsReadUntilItIsGone) {
    PartCache cache = make_cache(10, kBudgetBytes);
    auto part = cache.open(golden("scalars_wide"));
    size_t opened = budget_->used_bytes();
    EXPECT_GT(opened, 0u);
    (void)part->stream_marks(part->column_streams(0).at(0));
    EXPECT_GT(budget_->used_bytes(), opened);
    cache.clear();
    EXPECT_GT(budget_->used_bytes(), opened) << "the part is still in use";
    part.reset();
    EXPECT_EQ(budget_->used_bytes(), 0u);
}

TEST_F(PartCacheTest, MarksBeyondTheBudgetAreRefused) {
    PartCache cache = make_cache(10, kBudgetBytes);
    auto part = cache.open(golden("scalars_wide"));
    std::string stream = part->column_streams(0).at(0);
    size_t free = kBudgetBytes - budget_->used_bytes();
    MemoryCharge hog(pool_, free);
    EXPECT_THROW((void)part->stream_marks(stream), Error);
    hog = MemoryCharge();
    EXPECT_FALSE(part->stream_marks(stream)->empty());
}

TEST_F(PartCacheTest, PartsGoWhenOthersNeedTheMemory) {
    PartCache cache = make_cache(10, kBudgetBytes);
    pool_->set_reclaim([&] { cache.clear(); });
    (void)cache.open(golden("scalars_wide"));
    EXPECT_EQ(cache.size(), 1u);
    MemoryCharge all(pool_, kBudgetBytes);
    EXPECT_EQ(cache.size(), 0u);
}

TEST_F(PartCacheTest, OnlyTheNewestStaysWhereThereIsNoRoom) {
    PartCache cache = make_cache(10, 1);
    (void)cache.open(golden("scalars_wide"));
    (void)cache.open(golden("scalars_compact"));
    EXPECT_EQ(cache.size(), 1u);
}

}  // namespace
}  // namespace ch::connector
