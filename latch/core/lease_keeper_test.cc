// Goal: the lease keeper's rules, each alone, and all of them over random histories against a model
// that knows only who holds what. Method: a clock that the test turns; the seed is printed.
#include "latch/core/lease_keeper.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "latch/core/limits.h"

namespace ch::latch {
namespace {

using Answer = LeaseKeeper::Answer;

constexpr uint64_t kTtl = 1000;

class Keeper : public testing::Test {
protected:
    void SetUp() override {
        for (SessionNumber session : {1, 2, 3}) ASSERT_TRUE(keeper_.open(session, kTtl, "", 0));
    }
    /// Whether it is granted at once.
    bool acquire(SessionNumber session, const std::string& id, LatchMode mode,
                 std::vector<ResourceId> resources, uint64_t wait_ms = 0) {
        const Answer answer =
            keeper_.acquire(session, {id, mode, std::move(resources)}, wait_ms, now_);
        if (answer != Answer::Waiting) return answer == Answer::Granted;
        return granted().count(id) > 0;
    }
    std::set<std::string> granted() {
        std::set<std::string> ids;
        for (const Decided& decided : keeper_.advance(now_))
            if (decided.is_granted) ids.insert(decided.id);
        return ids;
    }

    uint64_t now_ = 0;
    LeaseKeeper keeper_{0};
};

TEST_F(Keeper, AWaitingExclusiveRequestStopsLaterSharedOnesAndNobodyStarves) {
    EXPECT_TRUE(acquire(1, "a", LatchMode::Shared, {7}));
    EXPECT_FALSE(acquire(2, "b", LatchMode::Schema, {7}, 500));
    EXPECT_FALSE(acquire(3, "c", LatchMode::Shared, {7}, 500));
    keeper_.release(1, "a", now_);
    EXPECT_EQ(granted(), std::set<std::string>{"b"});
    keeper_.release(2, "b", now_);
    EXPECT_EQ(granted(), std::set<std::string>{"c"});
}

TEST_F(Keeper, SeveralResourcesAreHadTogetherOrNotAtAll) {
    EXPECT_TRUE(acquire(1, "a", LatchMode::Writer, {2}));
    EXPECT_FALSE(acquire(2, "b", LatchMode::Writer, {1, 2}, 500));
    // It would get resource 1, but stands behind one who waits for it.
    EXPECT_FALSE(acquire(3, "c", LatchMode::Writer, {1}, 500));
    keeper_.release(1, "a", now_);
    EXPECT_EQ(granted(), std::set<std::string>{"b"});
}

TEST_F(Keeper, AWaiterThatGivesUpLetsThoseBehindItIn) {
    EXPECT_TRUE(acquire(1, "a", LatchMode::Shared, {7}));
    EXPECT_FALSE(acquire(2, "b", LatchMode::Schema, {7}, 500));
    EXPECT_FALSE(acquire(3, "c", LatchMode::Shared, {7}, 5000));
    keeper_.give_up("b");
    EXPECT_EQ(granted(), std::set<std::string>{"c"});
}

TEST_F(Keeper, AWaitEndsAtItsTime) {
    EXPECT_TRUE(acquire(1, "a", LatchMode::Writer, {7}));
    EXPECT_FALSE(acquire(2, "b", LatchMode::Writer, {7}, 300));
    EXPECT_EQ(keeper_.next_ms(), 300u);
    now_ = 299;
    EXPECT_TRUE(keeper_.advance(now_).empty());
    now_ = 300;
    const std::vector<Decided> decided = keeper_.advance(now_);
    ASSERT_EQ(decided.size(), 1u);
    EXPECT_FALSE(decided[0].is_granted);
}

TEST_F(Keeper, WhatHangsOnASessionEndsWithItAndNotBefore) {
    EXPECT_TRUE(acquire(1, "a", LatchMode::Writer, {7}));
    EXPECT_TRUE(keeper_.pin(1, "p", 4, "", now_));
    now_ = kTtl - 1;
    EXPECT_TRUE(keeper_.renew(1, now_));
    EXPECT_TRUE(keeper_.renew(2, now_));
    EXPECT_FALSE(acquire(2, "b", LatchMode::Writer, {7}, kTtl * 10));
    now_ = 2 * kTtl - 2;
    EXPECT_TRUE(keeper_.renew(2, now_));
    EXPECT_TRUE(granted().empty());
    EXPECT_EQ(keeper_.pins().size(), 1u);
    now_ = 2 * kTtl - 1;
    EXPECT_EQ(granted(), std::set<std::string>{"b"});
    EXPECT_TRUE(keeper_.pins().empty());
    EXPECT_FALSE(keeper_.renew(1, now_));
}

TEST_F(Keeper, ASessionThatEndsWhileItWaitsIsGivenNothing) {
    EXPECT_TRUE(acquire(1, "a", LatchMode::Writer, {7}));
    EXPECT_FALSE(acquire(2, "b", LatchMode::Writer, {7}, kTtl * 10));
    now_ = kTtl - 1;
    EXPECT_TRUE(keeper_.renew(1, now_));
    now_ = kTtl + 1;
    keeper_.release(1, "a", now_);
    EXPECT_TRUE(granted().empty());
    EXPECT_TRUE(keeper_.holders().empty());
}

TEST_F(Keeper, AnIdThatIsAskedForAgainIsTheSameLease) {
    EXPECT_TRUE(acquire(1, "a", LatchMode::Writer, {7}));
    EXPECT_TRUE(acquire(1, "a", LatchMode::Writer, {7}));
    EXPECT_FALSE(acquire(2, "a", LatchMode::Writer, {7}));
    keeper_.release(2, "a", now_);
    EXPECT_EQ(keeper_.holders().size(), 1u);
}

TEST_F(Keeper, ABrokenLeaseIsToldToItsSessionOnce) {
    EXPECT_TRUE(acquire(1, "a", LatchMode::Writer, {6, 7}));
    EXPECT_TRUE(acquire(1, "b", LatchMode::Writer, {8}));
    keeper_.break_resource(7, now_);
    EXPECT_TRUE(acquire(2, "c", LatchMode::Writer, {6}));
    EXPECT_EQ(keeper_.take_broken(1), std::vector<std::string>{"a"});
    EXPECT_TRUE(keeper_.take_broken(1).empty());
}

TEST(KeeperAfterARestart, HoldersClaimAndOthersWaitForTheGrace) {
    LeaseKeeper keeper(100);
    ASSERT_TRUE(keeper.open(1, kTtl, "", 0));
    ASSERT_TRUE(keeper.open(2, kTtl, "", 0));
    EXPECT_EQ(keeper.acquire(2, {"new", LatchMode::Writer, {7}}, 500, 1), Answer::Waiting);
    EXPECT_EQ(keeper.acquire(2, {"other", LatchMode::Shared, {9}}, 500, 1), Answer::Waiting);
    EXPECT_TRUE(keeper.advance(1).empty());
    EXPECT_TRUE(keeper.claim(1, {"old", LatchMode::Writer, {7}}, 50));
    EXPECT_FALSE(keeper.claim(2, {"stale", LatchMode::Writer, {7}}, 60));
    EXPECT_EQ(keeper.next_ms(), 100u);
    const std::vector<Decided> decided = keeper.advance(100);
    ASSERT_EQ(decided.size(), 1u);
    EXPECT_EQ(decided[0].id, "other");
    keeper.release(1, "old", 101);
    EXPECT_EQ(keeper.advance(101).size(), 1u);
}

TEST(KeeperLimits, OneMoreIsRefused) {
    LeaseKeeper keeper(0);
    for (SessionNumber session = 1; session <= kSessionsMax; ++session)
        ASSERT_TRUE(keeper.open(session, kTtl, "", 0));
    EXPECT_FALSE(keeper.open(kSessionsMax + 1, kTtl, "", 0));
    for (uint64_t pin = 0; pin < kSessionPinsMax; ++pin)
        ASSERT_TRUE(keeper.pin(1, std::to_string(pin), 1, "", 0));
    EXPECT_FALSE(keeper.pin(1, "one more", 1, "", 0));
    for (uint64_t lease = 0; lease < kSessionLeasesMax; ++lease)
        ASSERT_TRUE(keeper.claim(1, {std::to_string(lease), LatchMode::Shared, {1}}, 0));
    EXPECT_FALSE(keeper.claim(1, {"one more", LatchMode::Shared, {1}}, 0));
    EXPECT_EQ(keeper.acquire(1, {"one more", LatchMode::Shared, {1}}, 0, 0), Answer::Refused);
}

bool excludes(LatchMode a, LatchMode b) {
    if (a == LatchMode::Shared) std::swap(a, b);
    return b != LatchMode::Shared || a == LatchMode::Schema;
}

/// Every pair of leases agrees, and who waits has a reason to.
void check_holders(const LeaseKeeper& keeper, uint64_t seed) {
    const std::vector<Holder> all = keeper.holders();
    for (size_t i = 0; i < all.size(); ++i) {
        bool has_reason = false;
        for (size_t j = 0; j < i; ++j) {
            const auto& mine = all[i].wish.resources;
            const bool do_meet = std::any_of(
                all[j].wish.resources.begin(), all[j].wish.resources.end(), [&](ResourceId other) {
                    return std::binary_search(mine.begin(), mine.end(), other);
                });
            has_reason = has_reason || (do_meet && excludes(all[i].wish.mode, all[j].wish.mode));
        }
        ASSERT_EQ(has_reason, all[i].is_waiting) << "seed " << seed;
    }
}

TEST(KeeperHistory, RandomOnesKeepEveryRule) {
    const char* given = std::getenv("CHSPARK_SEED");
    const uint64_t seed = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::mt19937_64 random(seed);
    LeaseKeeper keeper(0);
    uint64_t now = 0, next_session = 1, next_lease = 0;
    std::map<SessionNumber, uint64_t> ends;  // when each session ends
    std::vector<std::pair<SessionNumber, std::string>> asked;
    for (int step = 0; step < 20'000; ++step) {
        now += random() % 20;
        std::erase_if(ends, [&](const auto& session) { return session.second <= now; });
        static_cast<void>(keeper.advance(now));
        ASSERT_EQ(keeper.session_count(), ends.size()) << "seed " << seed << " step " << step;
        const SessionNumber session =
            ends.empty() ? 0 : std::next(ends.begin(), random() % ends.size())->first;
        const uint64_t what = random() % 8;
        if (what == 0 && ends.size() < 8) {
            ASSERT_TRUE(keeper.open(next_session, kTtl, "", now));
            ends[next_session++] = now + kTtl;
        } else if (what <= 2 && session) {
            ASSERT_TRUE(keeper.renew(session, now));
            ends[session] = now + kTtl;
        } else if (what <= 5 && session) {
            std::set<ResourceId> wanted;
            for (uint64_t n = 1 + random() % 3; n > 0; --n) wanted.insert(random() % 6);
            const std::string id = std::to_string(next_lease++);
            static_cast<void>(keeper.acquire(
                session, {id, static_cast<LatchMode>(random() % 3), {wanted.begin(), wanted.end()}},
                random() % 400, now));
            asked.push_back({session, id});
        } else if (what == 6 && !asked.empty()) {
            const auto& [holder, id] = asked[random() % asked.size()];
            keeper.release(holder, id, now);
        } else if (what == 7 && random() % 4 == 0) {
            keeper.break_resource(random() % 6, now);
        }
        static_cast<void>(keeper.advance(now));
        check_holders(keeper, seed);
        if (HasFatalFailure()) return;
    }
}

}  // namespace
}  // namespace ch::latch
