// Goal: buffers keep their bytes, their padding and the budget, whoever frees them and in whatever
// order.
#include "base/buffer.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"

namespace ch {
namespace {

struct Pool {
    std::shared_ptr<MemoryBudget> budget;
    std::shared_ptr<BufferPool> pool;

    explicit Pool(size_t limit_bytes)
        : budget(std::make_shared<MemoryBudget>(limit_bytes)),
          pool(std::make_shared<BufferPool>(budget)) {}
};

TEST(Buffer, IsAlignedAndWritableThroughItsPadding) {
    Pool memory(64 << 20);
    for (size_t size : {0, 1, 63, 64, 191, 192, 193, 255, 256, 257, 1000, 4096, 65535, 1 << 20}) {
        Buffer buffer = memory.pool->make(size);
        EXPECT_EQ(buffer.size(), size);
        EXPECT_EQ(reinterpret_cast<uintptr_t>(buffer.data()) % Buffer::kAlignment, 0U);
        std::memset(buffer.data(), 7, size + Buffer::kPaddingBytes);
    }
}

TEST(Buffer, KeepsItsBytesWhenItGrowsAndShrinks) {
    Pool memory(64 << 20);
    Buffer buffer = memory.pool->make(3);
    std::memcpy(buffer.data(), "abc", 3);
    for (size_t size = 4; size < (1 << 20); size = size * 3 / 2) buffer.resize(size);
    EXPECT_EQ(std::memcmp(buffer.data(), "abc", 3), 0);
    buffer.resize(2);
    EXPECT_EQ(buffer.size(), 2U);
    EXPECT_EQ(std::memcmp(buffer.data(), "ab", 2), 0);
}

TEST(Buffer, MovesItsMemoryAndLeavesTheOtherEmpty) {
    Pool memory(1 << 20);
    Buffer first = memory.pool->make(10);
    const uint8_t* data = first.data();
    Buffer second(std::move(first));
    EXPECT_EQ(second.data(), data);
    EXPECT_TRUE(first.empty());  // NOLINT: the state after a move is part of the contract
    Buffer third = memory.pool->make(20);
    third = std::move(second);
    EXPECT_EQ(third.data(), data);
    EXPECT_EQ(third.size(), 10U);
}

TEST(BufferPool, HandsFreedBlocksOutAgain) {
    Pool memory(1 << 20);
    Buffer first = memory.pool->make(5000);
    const uint8_t* data = first.data();
    size_t used_bytes = memory.budget->used_bytes();
    first = Buffer();
    EXPECT_EQ(memory.budget->used_bytes(), used_bytes);
    EXPECT_EQ(memory.pool->make(5000).data(), data);
    EXPECT_EQ(memory.budget->used_bytes(), used_bytes);
    memory.pool->trim();
    EXPECT_EQ(memory.budget->used_bytes(), 0U);
}

TEST(BufferPool, DropsKeptBlocksBeforeItRefuses) {
    Pool memory(1 << 20);
    memory.pool->make(600 << 10);
    EXPECT_GT(memory.budget->used_bytes(), size_t{600} << 10);
    Buffer other = memory.pool->make(900 << 10);
    EXPECT_LE(memory.budget->used_bytes(), memory.budget->limit_bytes());
}

TEST(BufferPool, RefusesWhatTheBudgetDoesNotAllow) {
    Pool memory(1 << 20);
    Buffer held = memory.pool->make(700 << 10);
    size_t used_bytes = memory.budget->used_bytes();
    for (size_t size : {size_t{500} << 10, size_t{1} << 40, ~size_t{0} / 2, ~size_t{0}}) {
        try {
            memory.pool->make(size);
            ADD_FAILURE() << size;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::MemoryLimit);
        }
    }
    EXPECT_EQ(memory.budget->used_bytes(), used_bytes);
    EXPECT_THROW(held.resize(size_t{2} << 20), Error);
    EXPECT_EQ(held.size(), size_t{700} << 10);
}

TEST(BufferPool, LivesAsLongAsItsBuffers) {
    auto memory = std::make_unique<Pool>(1 << 20);
    std::shared_ptr<MemoryBudget> budget = memory->budget;
    Buffer buffer = memory->pool->make(100);
    memory.reset();
    std::memset(buffer.data(), 1, buffer.size());
    buffer = Buffer();
    EXPECT_EQ(budget->used_bytes(), 0U);
}

TEST(BufferPool, ServesManyThreadsWithinOneBudget) {
    Pool memory(8 << 20);
    std::vector<std::thread> threads;
    for (size_t number = 0; number < 4; ++number)
        threads.emplace_back([&memory, number] {
            for (size_t round = 0; round < 2000; ++round) {
                Buffer buffer = memory.pool->make(100 + (round * 37 + number * 101) % 50000);
                std::memset(buffer.data(), static_cast<int>(number), buffer.size());
            }
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_LE(memory.budget->peak_bytes(), memory.budget->limit_bytes());
    memory.pool->trim();
    EXPECT_EQ(memory.budget->used_bytes(), 0U);
}

TEST(BufferPool, CountsWhatAChildTookFromItsParentUntilItComesBack) {
    Pool memory(1 << 20);
    Buffer other = memory.pool->make(1000);
    auto child = std::make_shared<BufferPool>(memory.pool);
    Buffer first = child->make(5000);
    size_t one = child->in_use_bytes();
    EXPECT_GE(one, 5000U);
    Buffer second = child->make(5000);
    EXPECT_EQ(child->in_use_bytes(), 2 * one);
    first = Buffer();
    EXPECT_EQ(child->in_use_bytes(), one);
    EXPECT_EQ(child->in_use_peak_bytes(), 2 * one);
    EXPECT_GT(memory.pool->in_use_bytes(), one);
    second = Buffer();
    EXPECT_EQ(child->in_use_bytes(), 0U);
    other = Buffer();
    EXPECT_EQ(memory.pool->in_use_bytes(), 0U);
}

TEST(BufferPool, FreesWhatWasKeptOnceAChildNeedsTheRoom) {
    Pool memory(64 << 10);
    auto child = std::make_shared<BufferPool>(memory.pool);
    { Buffer kept = child->make(40 << 10); }
    EXPECT_GT(memory.budget->used_bytes(), size_t{40} << 10);
    Buffer larger = child->make(50 << 10);
    EXPECT_LE(memory.budget->used_bytes(), memory.budget->limit_bytes());
}

}  // namespace
}  // namespace ch
