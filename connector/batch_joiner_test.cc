// Blocks of all sizes go in; the rows that come out are the same, in the same order, in batches
// that are neither small nor too large.
#include "connector/batch_joiner.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>

#include "connector/limits.h"

namespace ch::connector {
namespace {

using column::Block;
using column::Column;
using column::TypeId;

class BatchJoinerTest : public testing::Test {
protected:
    Block block(size_t rows) {
        Column column = column::make_column(column::make_type(TypeId::Int64), rows, pool_);
        for (size_t i = 0; i < rows; ++i) column.data.as<int64_t>()[i] = next_++;
        return {rows, {"n"}, {std::make_shared<const Column>(std::move(column))}};
    }
    void drain(BatchJoiner& joiner) {
        while (auto batch = joiner.take()) {
            batches_.push_back(batch->rows);
            for (size_t i = 0; i < batch->rows; ++i)
                ASSERT_EQ(batch->columns[0]->data.as<int64_t>()[i], expected_++);
        }
    }

    std::shared_ptr<BufferPool> pool_ =
        std::make_shared<BufferPool>(std::make_shared<MemoryBudget>(64 << 20));
    int64_t next_ = 0;
    int64_t expected_ = 0;
    std::vector<size_t> batches_;
};

TEST_F(BatchJoinerTest, SmallBlocksBecomeOneBatch) {
    BatchJoiner joiner(1000, pool_);
    for (int i = 0; i < 40; ++i) {
        joiner.add(block(10), 0);
        drain(joiner);
    }
    EXPECT_TRUE(batches_.empty());
    joiner.finish();
    drain(joiner);
    EXPECT_EQ(batches_, std::vector<size_t>{400});
}

TEST_F(BatchJoinerTest, ALargeBlockGoesThroughUncopiedBehindWhatWaits) {
    BatchJoiner joiner(1000, pool_);
    joiner.add(block(10), 0);
    drain(joiner);
    Block large = block(900);
    const Column* column = large.columns[0].get();
    joiner.add(std::move(large), 0);
    auto first = joiner.take();
    auto second = joiner.take();
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->rows, 10U);
    EXPECT_EQ(second->columns[0].get(), column);
    EXPECT_FALSE(joiner.take());
}

TEST_F(BatchJoinerTest, ARowDoesNotWaitForALongScan) {
    BatchJoiner joiner(1000, pool_);
    joiner.add(block(1), 0);
    drain(joiner);
    joiner.add(block(1), kJoinedRowsReadMax);
    drain(joiner);
    EXPECT_EQ(batches_, std::vector<size_t>{2});
}

TEST_F(BatchJoinerTest, RowsKeepTheirOrderAndBatchesTheirLimit) {
    std::mt19937 random(7);
    for (int turn = 0; turn < 50; ++turn) {
        BatchJoiner joiner(256, pool_);
        for (int i = 0; i < 100; ++i) {
            joiner.add(block(1 + random() % (random() % 4 == 0 ? 256 : 30)), 0);
            drain(joiner);
        }
        joiner.finish();
        drain(joiner);
    }
    EXPECT_EQ(expected_, next_);
    for (size_t rows : batches_) EXPECT_LE(rows, 256U);
}

}  // namespace
}  // namespace ch::connector
