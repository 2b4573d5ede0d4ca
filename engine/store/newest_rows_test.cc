// Goal: of each key the newest row alone is left, wherever blocks are cut. Method: rows by hand,
// and random ones against a map, cut at random.
#include "engine/store/newest_rows.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "base/error.h"

namespace ch::storage {
namespace {

struct Row {
    uint64_t key = 0;
    uint64_t version = 0;
    uint8_t is_deleted = 0;
};

class NewestRowsTest : public testing::Test {
protected:
    NewestRowsTest() {
        SchemaVersion schema;
        schema.columns = {{1, "k", "UInt64", "", "", "", ""},
                          {2, "_version", "UInt64", "", "", "", ""},
                          {3, "_is_deleted", "UInt8", "", "", "", ""}};
        schema.sorting_key = {"k"};
        schema.engine = "ReplacingMergeTree(_version, _is_deleted)";
        layout_ = make_write_layout(schema);
    }
    template <typename T, typename Get>
    void add(column::Block& block, size_t number, const std::vector<Row>& rows, Get get) const {
        const table::TableColumn& of = layout_.columns[number];
        column::Column column = column::make_column(of.type, rows.size(), pool_);
        for (size_t i = 0; i < rows.size(); ++i) column.data.as<T>()[i] = get(rows[i]);
        block.names.push_back(of.name);
        block.columns.push_back(std::make_shared<const column::Column>(std::move(column)));
    }
    [[nodiscard]] column::Block block(const std::vector<Row>& rows) const {
        column::Block block{rows.size(), {}, {}};
        add<uint64_t>(block, 0, rows, [](const Row& row) { return row.key; });
        add<uint64_t>(block, 1, rows, [](const Row& row) { return row.version; });
        add<uint8_t>(block, 2, rows, [](const Row& row) { return row.is_deleted; });
        return block;
    }
    static std::string text(const column::Block& block) {
        std::string text;
        for (size_t row = 0; row < block.rows; ++row)
            text += std::to_string(block.columns[0]->data.as<uint64_t>()[row]) + "@" +
                    std::to_string(block.columns[1]->data.as<uint64_t>()[row]) + " ";
        return text;
    }
    [[nodiscard]] std::string newest(const std::vector<std::vector<Row>>& blocks) const {
        NewestRows rows(layout_, pool_);
        std::string left;
        for (const std::vector<Row>& one : blocks) left += text(rows.add(block(one)));
        return left + text(rows.finish());
    }

    std::shared_ptr<BufferPool> pool_ =
        std::make_shared<BufferPool>(std::make_shared<MemoryBudget>(size_t{1} << 26));
    WriteLayout layout_;
};

TEST_F(NewestRowsTest, TheGreatestVersionOfAKeyCountsAlsoAcrossBlocks) {
    EXPECT_EQ(newest({{{1, 5}, {1, 3}, {2, 1}}, {{2, 4}, {2, 2}, {3, 1}}}), "1@5 2@4 3@1 ");
    EXPECT_EQ(newest({{{1, 5}}, {{1, 6}}, {{1, 2}}}), "1@6 ");
    EXPECT_EQ(newest({}), "");
}

TEST_F(NewestRowsTest, ADeletedKeyHasNoRow) {
    EXPECT_EQ(newest({{{1, 5}, {1, 6, 1}, {2, 7, 1}, {2, 8}}}), "2@8 ");
    EXPECT_EQ(newest({{{1, 5}}, {{1, 6, 1}}}), "");
}

TEST_F(NewestRowsTest, RowsOfOneKeyAndVersionInTwoBlocksAreRefused) {
    EXPECT_EQ(newest({{{1, 5, 1}, {1, 5}}}), "1@5 ") << "the later one";
    EXPECT_THROW((void)newest({{{1, 5}}, {{1, 5}}}), Error);
}

TEST_F(NewestRowsTest, RandomRowsAreThoseOfAMap) {
    std::mt19937_64 random(7);
    for (int run = 0; run < 200; ++run) {
        std::map<uint64_t, Row> expected;
        std::vector<std::vector<Row>> blocks(1);
        uint64_t version = 0;
        for (uint64_t key = 0; key < 20; ++key)
            for (uint64_t n = random() % 4; n > 0; --n) {
                const Row row{key, random() % 2 == 0 ? ++version : version + 1000 + random() % 50,
                              static_cast<uint8_t>(random() % 3 == 0)};
                version += 100;
                if (random() % 3 == 0) blocks.emplace_back();
                blocks.back().push_back(row);
                Row& newest = expected[key];
                if (row.version >= newest.version) newest = row;
            }
        std::erase_if(blocks, [](const auto& rows) { return rows.empty(); });
        std::string wanted;
        for (const auto& [key, row] : expected)
            if (row.is_deleted == 0)
                wanted += std::to_string(key) + "@" + std::to_string(row.version) + " ";
        EXPECT_EQ(newest(blocks), wanted) << "run " << run;
    }
}

}  // namespace
}  // namespace ch::storage
