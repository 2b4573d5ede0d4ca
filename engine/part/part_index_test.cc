// Goal: an index never denies a value that is there, and does deny most that are not. Method: the
// indices of the golden part `indexed`, made by a real ClickHouse over 300 rows in granules of 64,
// two granules an entry: s = text of 31 * id, n = id or NULL each third row, d = day id, lc = id
// / 40.
#include <gtest/gtest.h>

#include "base/io/posix_fs.h"
#include "engine/part/part.h"

namespace ch::part {
namespace {

using column::Int128;
using column::make_type;
using column::Scalar;
using column::TypeId;
using column::TypePtr;

constexpr int64_t kRows = 300;
constexpr int64_t kEntryRows = 128;
constexpr size_t kEntries = 3;

class Indexed : public ::testing::TestWithParam<const char*> {
protected:
    std::shared_ptr<const Part> part_ =
        Part::open(std::make_shared<io::PosixFs>(),
                   std::string(CH_GOLDEN_PARTS) + "/" + GetParam() + "/indexed");

    format::SkipIndex index(const char* name, const char* type, const std::vector<TypePtr>& types) {
        std::optional<format::SkipIndex> found = part_->skip_index(name, type, types, 2);
        EXPECT_TRUE(found.has_value()) << name;
        EXPECT_EQ(found->count(), kEntries);
        return std::move(*found);
    }
    // Every value that is in an entry's rows is said to be; of those of other entries most are
    // denied.
    template <typename F>
    void expect_members(const format::SkipIndex& index, F value_of_row, int64_t denied_min) {
        int64_t denied = 0;
        for (int64_t row = 0; row < kRows; ++row) {
            std::optional<Scalar> value = value_of_row(row);
            if (!value) continue;
            for (size_t entry = 0; entry < kEntries; ++entry) {
                bool may = index.may_contain(entry, 0, *value);
                EXPECT_TRUE(may || static_cast<size_t>(row / kEntryRows) != entry) << row;
                if (!may) ++denied;
            }
        }
        EXPECT_GE(denied, denied_min);
    }

    TypePtr string_ = make_type(TypeId::String);
    TypePtr nullable_int_ = make_type(TypeId::Int32, true);
    TypePtr date_ = make_type(TypeId::Date);
};

Scalar text(int64_t number) {
    return std::to_string(number);
}

TEST_P(Indexed, minmax_knows_the_range_and_the_nulls) {
    format::SkipIndex numbers = index("mm", "minmax", {nullable_int_});
    for (size_t entry = 0; entry < kEntries; ++entry) {
        std::optional<format::SkipIndex::Range> range = numbers.range(entry, 0);
        ASSERT_TRUE(range.has_value());
        EXPECT_TRUE(column::is_null(range->max));
        int64_t least = static_cast<int64_t>(entry) * kEntryRows;
        EXPECT_EQ(range->min, Scalar(Int128{least % 3 == 0 ? least + 1 : least}));
    }
    format::SkipIndex pairs = index("ms", "minmax", {string_, date_});
    EXPECT_EQ(pairs.range(1, 1)->min, Scalar(Int128{128}));
    EXPECT_EQ(pairs.range(1, 1)->max, Scalar(Int128{255}));
    EXPECT_EQ(pairs.range(0, 0)->min, text(0));
}

TEST_P(Indexed, set_knows_its_values_or_says_that_it_does_not) {
    auto number = [](int64_t row) -> std::optional<Scalar> {
        Scalar value;
        if (row % 3 != 0) value = Int128{row};
        return value;
    };
    format::SkipIndex small = index("sn", "set(40)", {nullable_int_});
    EXPECT_TRUE(small.may_contain(0, 0, Int128{9999}));
    format::SkipIndex numbers = index("sn0", "set(100)", {nullable_int_});
    expect_members(numbers, number, 350);
    EXPECT_FALSE(numbers.may_contain(0, 0, Int128{9999}));
    EXPECT_TRUE(numbers.may_contain(0, 0, Scalar()));
    format::SkipIndex texts = index("ss", "set(100)", {string_});
    EXPECT_TRUE(texts.may_contain(0, 0, text(1)));
    EXPECT_FALSE(texts.may_contain(2, 0, text(1)));
}

TEST_P(Indexed, bloom_filter_never_denies_what_is_there) {
    expect_members(
        index("bs", "bloom_filter(0.01)", {string_}), [](int64_t row) { return text(row * 31); },
        560);
    expect_members(
        index("bn", "bloom_filter", {nullable_int_}),
        [](int64_t row) -> std::optional<Scalar> {
            if (row % 3 == 0) return std::nullopt;
            return Scalar(Int128{row});
        },
        370);
    expect_members(
        index("bd", "bloom_filter(0.001)", {date_}),
        [](int64_t row) { return Scalar(Int128{row}); }, 590);
    auto low_cardinality = std::make_shared<column::Type>();
    low_cardinality->id = TypeId::LowCardinality;
    low_cardinality->children = {string_};
    expect_members(
        index("bl", "bloom_filter(0.1)", {low_cardinality}),
        [](int64_t row) { return text(row / 40); }, 400);
}

TEST_P(Indexed, what_is_not_there_or_not_read_is_nothing) {
    EXPECT_FALSE(part_->skip_index("none", "minmax", {date_}, 1).has_value());
    EXPECT_FALSE(part_->skip_index("bs", "tokenbf_v1(256, 2, 0)", {string_}, 2).has_value());
}

TEST_P(Indexed, a_wrong_type_or_granularity_is_corrupt) {
    EXPECT_THROW((void)part_->skip_index("bs", "bloom_filter(0.3)", {string_}, 2), Error);
    EXPECT_THROW((void)part_->skip_index("bs", "bloom_filter(0.01)", {string_}, 1), Error);
}

INSTANTIATE_TEST_SUITE_P(Versions, Indexed, ::testing::Values("4.4.0", "1.4.1"));

TEST(Partition, values_and_ranges_are_read) {
    auto part = Part::open(std::make_shared<io::PosixFs>(),
                           std::string(CH_GOLDEN_PARTS) + "/4.4.0/partitioned");
    auto values = part->partition_values({make_type(TypeId::UInt32), make_type(TypeId::UInt8)});
    ASSERT_TRUE(values.has_value());
    EXPECT_EQ((*values)[0], Scalar(Int128{202401}));
    EXPECT_EQ((*values)[1], Scalar(Int128{0}));
    std::optional<MinMax> range = part->min_max("d", *make_type(TypeId::Date));
    ASSERT_TRUE(range.has_value());
    EXPECT_EQ(range->min, Scalar(Int128{19723}));
    EXPECT_EQ(range->max, Scalar(Int128{19742}));
    EXPECT_EQ(part->min_max("s", *make_type(TypeId::String))->min, Scalar(std::string()));
    EXPECT_FALSE(part->min_max("id", *make_type(TypeId::UInt64)).has_value());
    EXPECT_THROW((void)part->partition_values({make_type(TypeId::UInt32)}), Error);
}

}  // namespace
}  // namespace ch::part
