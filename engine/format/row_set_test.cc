#include "engine/format/row_set.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace ch::format {
namespace {

std::string from_hex(std::string_view hex) {
    std::string bytes;
    for (size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    return bytes;
}

std::vector<uint64_t> rows_of(const RowSet& set, uint64_t rows) {
    std::vector<uint8_t> flags(rows, 1);
    set.clear(0, rows, flags.data());
    std::vector<uint64_t> found;
    for (uint64_t i = 0; i < rows; ++i)
        if (flags[i] == 0) found.push_back(i);
    return found;
}

// What CRoaring 4 (pyroaring.BitMap([1, 3, 70000]).serialize()) writes.
TEST(RowSetTest, ASetThatCRoaringWroteIsRead) {
    const std::string bytes = from_hex(
        "3a30000002000000000001000100000018000000"
        "1c000000"
        "01000300"
        "7011");
    const RowSet set = RowSet::parse(bytes);
    EXPECT_EQ(rows_of(set, 80000), (std::vector<uint64_t>{1, 3, 70000}));
    EXPECT_EQ(set.end(), 70001u);
    std::vector<uint64_t> words(70001 / 64 + 1);
    set.add_to(words);
    EXPECT_EQ(RowSet::encode(words), bytes);
}

TEST(RowSetTest, ARangesRunsAreThoseOfTheWhole) {
    for (uint64_t step : {1, 3, 70, 9000}) {
        std::vector<uint64_t> words(4000);
        for (uint64_t row = 5; row < words.size() * 64; row += row % 64 == 9 ? 1 : step)
            words[row / 64] |= uint64_t{1} << (row % 64);
        const RowSet set = RowSet::parse(RowSet::encode(words));
        const uint64_t size = words.size() * 64;
        for (uint64_t first = 0; first < size; first += 9973) {
            const uint64_t end = std::min(size, first + 20011);
            uint64_t next = first;
            set.each_run(first, end, [&](uint64_t from, uint64_t to) {
                ASSERT_LE(next, from);
                ASSERT_LT(from, to);
                ASSERT_LE(to, end);
                for (; next < from; ++next)
                    ASSERT_EQ(words[next / 64] >> (next % 64) & 1, 0u) << next;
                for (; next < to; ++next)
                    ASSERT_EQ(words[next / 64] >> (next % 64) & 1, 1u) << next;
            });
            for (; next < end; ++next) ASSERT_EQ(words[next / 64] >> (next % 64) & 1, 0u) << next;
        }
    }
}

// What it writes of BitMap(range(10, 20)) after run_optimize().
TEST(RowSetTest, RunsAreRead) {
    const RowSet set =
        RowSet::parse(from_hex("3b300000"
                               "01"
                               "00000900"
                               "0100"
                               "0a000900"));
    EXPECT_EQ(set.count(), 10u);
    EXPECT_EQ(rows_of(set, 30).front(), 10u);
    EXPECT_EQ(rows_of(set, 30).back(), 19u);
}

TEST(RowSetTest, DenseAndSparseSetsComeBack) {
    for (uint64_t step : {1, 2, 15, 17, 1000}) {
        std::vector<uint64_t> words(3000);
        uint64_t count = 0;
        for (uint64_t row = 7; row < words.size() * 64; row += step, ++count)
            words[row / 64] |= uint64_t{1} << (row % 64);
        const RowSet set = RowSet::parse(RowSet::encode(words));
        EXPECT_EQ(set.count(), count);
        std::vector<uint64_t> again(words.size());
        set.add_to(again);
        EXPECT_EQ(again, words);
        std::vector<uint8_t> flags(100, 1);
        set.clear(65500, flags.size(), flags.data());
        for (uint64_t i = 0; i < flags.size(); ++i)
            EXPECT_EQ(flags[i] == 0, (words[(65500 + i) / 64] >> ((65500 + i) % 64) & 1) != 0);
    }
}

TEST(RowSetTest, DamageIsSeen) {
    std::vector<uint64_t> words(100, 5);
    const std::string good = RowSet::encode(words);
    for (size_t length = 0; length < good.size(); ++length)
        EXPECT_THROW(RowSet::parse(good.substr(0, length)), Error);
    std::string more = good;
    more[10] = static_cast<char>(more[10] + 1);
    EXPECT_THROW(RowSet::parse(more), Error);
}

}  // namespace
}  // namespace ch::format
