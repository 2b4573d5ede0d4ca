// Goal: each outcome of decide() for the smallest chain that must give it.
#include "latch/core/publish_rule.h"

#include <gtest/gtest.h>

namespace ch::latch {
namespace {

CommitId id(uint8_t n) {
    CommitId commit_id{};
    commit_id[0] = n;
    return commit_id;
}

Envelope version(uint64_t number, std::vector<Token> epochs, std::vector<ResourceId> changed) {
    Envelope envelope;
    envelope.version = number;
    envelope.commit_id = id(static_cast<uint8_t>(number));
    envelope.epochs = std::move(epochs);
    envelope.changed = std::move(changed);
    return envelope;
}

Attempt attempt() {
    Attempt made;
    made.commit_id = id(100);
    made.base_version = 5;
    made.tokens = {{1, 3}};
    made.changed = {1};
    made.read = {2};
    return made;
}

TEST(PublishRule, WithNothingNewerTheNextNumberIsFree) {
    Decision decision = decide(attempt(), id(5), {});
    ASSERT_TRUE(std::holds_alternative<PutAt>(decision));
    EXPECT_EQ(std::get<PutAt>(decision).version, 6u);
    EXPECT_EQ(std::get<PutAt>(decision).parent_id, id(5));
}

TEST(PublishRule, OtherTablesCommitsOnlyMoveTheNumber) {
    std::vector<Envelope> newer = {version(6, {}, {7}), version(7, {{7, 2}}, {7})};
    Decision decision = decide(attempt(), id(5), newer);
    ASSERT_TRUE(std::holds_alternative<PutAt>(decision));
    EXPECT_EQ(std::get<PutAt>(decision).version, 8u);
    EXPECT_EQ(std::get<PutAt>(decision).parent_id, id(7));
}

TEST(PublishRule, AnotherEpochOfAHeldTableFencesWhateverElseChanged) {
    std::vector<Envelope> newer = {version(6, {}, {1}), version(7, {{1, 4}}, {})};
    EXPECT_TRUE(std::holds_alternative<Fenced>(decide(attempt(), id(5), newer)));
    newer[1].epochs = {{1, 2}};  // a lower one, from a restored backup
    EXPECT_TRUE(std::holds_alternative<Fenced>(decide(attempt(), id(5), newer)));
}

TEST(PublishRule, AChangeOfWhatWasReadIsAConflict) {
    std::vector<Envelope> newer = {version(6, {}, {2})};
    Decision decision = decide(attempt(), id(5), newer);
    ASSERT_TRUE(std::holds_alternative<Conflict>(decision));
    EXPECT_EQ(std::get<Conflict>(decision).resource, 2u);
    EXPECT_EQ(std::get<Conflict>(decision).version, 6u);
}

TEST(PublishRule, OwnCommitIsFoundEvenBelowATakeOver) {
    std::vector<Envelope> newer = {version(6, {}, {1}), version(7, {{1, 4}}, {})};
    newer[0].commit_id = attempt().commit_id;
    Decision decision = decide(attempt(), id(5), newer);
    ASSERT_TRUE(std::holds_alternative<AlreadyPublished>(decision));
    EXPECT_EQ(std::get<AlreadyPublished>(decision).version, 6u);
}

TEST(PublishRule, AVersionBelowTheFloorIsFenced) {
    EXPECT_TRUE(survives_floor(6, 6));
    EXPECT_FALSE(survives_floor(6, 7));
}

}  // namespace
}  // namespace ch::latch
