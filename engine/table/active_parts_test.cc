#include "engine/table/active_parts.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace ch::table {
namespace {

std::vector<std::string> active(const std::vector<std::string>& names) {
    std::vector<format::PartName> parts;
    for (const std::string& name : names) parts.push_back(format::PartName::parse(name).value());
    std::vector<std::string> out;
    for (const format::PartName& part : active_parts(std::move(parts))) out.push_back(part.text());
    return out;
}

using Texts = std::vector<std::string>;

TEST(ActiveParts, DropsPartsThatAMergeOrAMutationReplaced) {
    EXPECT_EQ(active({"all_1_1_0", "all_1_3_1", "all_3_3_0", "all_2_2_0", "all_4_4_0"}),
              Texts({"all_1_3_1", "all_4_4_0"}));
    EXPECT_EQ(active({"all_1_1_0_2", "all_1_1_0", "all_1_1_0_5"}), Texts({"all_1_1_0_5"}));
    EXPECT_EQ(active({"all_1_3_1_4", "all_3_3_0_4"}), Texts({"all_1_3_1_4"}));
    EXPECT_EQ(active({"202401_1_1_0", "202402_1_1_0"}), Texts({"202401_1_1_0", "202402_1_1_0"}));
    EXPECT_EQ(active({}), Texts());
}

// mergetree.md 1.3: these stop ClickHouse from loading the table.
TEST(ActiveParts, RefusesPartsThatIntersect) {
    EXPECT_THROW(active({"all_1_3_1", "all_3_3_0_4"}), Error);
    EXPECT_THROW(active({"all_1_3_1", "all_2_4_1"}), Error);
    EXPECT_THROW(active({"all_0_5_2", "all_0_4_2"}), Error);
}

}  // namespace
}  // namespace ch::table
