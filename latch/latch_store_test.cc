// Goal: every LatchStore keeps the contract of latch_store.h. Method: the same cases over each
// store; two clients of one root stand for two processes.
#include "latch/latch_store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <optional>
#include <thread>

#include "base/io/mem_fs.h"
#include "base/io/posix_fs.h"
#include "base/io/scratch_folder.h"
#include "latch/file_store.h"
#include "latch/memory_store.h"
#include "latch/open_latch.h"
#include "latch/publish_loop.h"
#include "latch/test_daemon.h"

namespace ch::latch {
namespace {

CommitId id(uint64_t n) {
    CommitId commit_id{};
    store(commit_id.data(), n);
    return commit_id;
}

Publication publication(uint64_t commit, uint64_t base, ResourceId changed) {
    Publication made;
    made.attempt.commit_id = id(commit);
    made.attempt.base_version = base;
    made.attempt.changed = {changed};
    return made;
}

enum class Kind { Memory, FilesInMemory, Files, Daemon };

class LatchStoreContract : public testing::TestWithParam<Kind> {
protected:
    void SetUp() override {
        if (GetParam() == Kind::Memory) memory_ = MemoryLatchStore::make_memory();
        if (GetParam() == Kind::FilesInMemory) files_ = std::make_shared<io::MemFs>();
        if (GetParam() == Kind::Files) {
            folder_ = scratch_.emplace().path();
            files_ = std::make_shared<io::PosixFs>();
        }
        if (GetParam() == Kind::Daemon) {
            folder_ = scratch_.emplace().path();
            files_ = std::make_shared<io::PosixFs>();
            daemon_.emplace(folder_ + "/root");
            wait_for_root();
        } else if (files_) {
            FileLatchStore::create(*files_, folder_ + "/root");
        }
        a_ = client();
        b_ = client();
    }
    void TearDown() override {
        a_.reset();
        b_.reset();
    }
    std::unique_ptr<LatchStore> client() {
        if (memory_) return std::make_unique<MemoryLatchStore>(memory_);
        return open_latch(files_, folder_ + "/root", "", false, [this] { return ++random_; });
    }
    void wait_for_root() {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!FileLatchStore::is_root(*files_, folder_ + "/root")) {
            ASSERT_LT(std::chrono::steady_clock::now(), end) << "latchd makes no root";
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }
    uint64_t put(LatchStore& store, uint64_t commit, uint64_t base, ResourceId changed = 1) {
        Publication next = publication(commit, base, changed);
        if (base > 0) next.base_id = store.load(base)->envelope.commit_id;
        PublishOutcome outcome = store.publish(next, "body");
        return std::holds_alternative<Published>(outcome) ? std::get<Published>(outcome).version
                                                          : 0;
    }

    std::shared_ptr<MemoryLatchStore::Memory> memory_;
    std::shared_ptr<io::FileSystem> files_;
    std::optional<io::ScratchFolder> scratch_;
    std::string folder_;
    std::optional<TestDaemon> daemon_;
    std::atomic<uint64_t> random_{0};
    std::unique_ptr<LatchStore> a_, b_;
};

TEST_P(LatchStoreContract, WhatOnePublishesTheOtherLoads) {
    EXPECT_EQ(a_->head(), 0u);
    EXPECT_FALSE(a_->load(1));
    EXPECT_EQ(put(*a_, 7, 0), 1u);
    EXPECT_EQ(b_->head(), 1u);
    std::optional<Manifest> manifest = b_->load(1);
    ASSERT_TRUE(manifest);
    EXPECT_EQ(manifest->body, "body");
    EXPECT_EQ(manifest->envelope.commit_id, id(7));
    EXPECT_EQ(manifest->envelope.changed, std::vector<ResourceId>{1});
}

TEST_P(LatchStoreContract, AStaleBaseIsRebasedOrRefused) {
    EXPECT_EQ(put(*a_, 1, 0, 1), 1u);
    EXPECT_EQ(put(*a_, 2, 1, 1), 2u);
    EXPECT_EQ(put(*b_, 3, 1, 9), 3u);
    EXPECT_EQ(b_->load(3)->envelope.parent_id, id(2));
    Publication stale = publication(4, 1, 1);
    stale.base_id = id(1);
    PublishOutcome lost = b_->publish(stale, "body");
    ASSERT_TRUE(std::holds_alternative<Conflict>(lost));
    EXPECT_EQ(std::get<Conflict>(lost).version, 2u);
}

// Collection has removed version 2, which raised an epoch, and not yet 3; a stale writer has put
// its own 2 there. What stands above the base is no chain then, and tells nothing of epochs.
TEST(PublishLoop, AChainThatDoesNotFollowFromTheBaseFences) {
    std::map<uint64_t, Manifest> manifests;
    manifests[2].envelope.parent_id = id(1);
    manifests[3].envelope.parent_id = id(2);
    manifests[2].envelope.commit_id = id(7);
    for (auto& [version, manifest] : manifests) manifest.envelope.version = version;
    uint64_t floor = 3;
    ManifestPlace place;
    place.load = [&](uint64_t version) {
        auto found = manifests.find(version);
        return found == manifests.end() ? std::nullopt : std::optional(found->second);
    };
    place.floor = [&] { return floor; };
    place.put = [](uint64_t, const std::string&) { return true; };
    place.make_durable = [] {};
    Publication stale = publication(4, 1, 9);
    stale.base_id = id(1);
    EXPECT_EQ(std::get<Fenced>(publish_in_turns(place, stale, "body")).resource, 0u);
    floor = 1;
    EXPECT_THROW(static_cast<void>(publish_in_turns(place, stale, "body")), Error);
    manifests[2].envelope.commit_id = id(2);
    EXPECT_EQ(std::get<Published>(publish_in_turns(place, stale, "body")).version, 4u);
}

TEST_P(LatchStoreContract, ACommitIdIsPublishedOnce) {
    EXPECT_EQ(put(*a_, 1, 0), 1u);
    EXPECT_EQ(put(*a_, 2, 1, 5), 2u);
    PublishOutcome again = b_->publish(publication(1, 0, 1), "body");
    ASSERT_TRUE(std::holds_alternative<Published>(again));
    EXPECT_EQ(std::get<Published>(again).version, 1u);
    EXPECT_TRUE(std::get<Published>(again).was_there);
    EXPECT_EQ(a_->head(), 2u);
}

TEST_P(LatchStoreContract, ARaisedEpochFencesWhoHoldsAnother) {
    Publication take = publication(1, 0, 1);
    take.attempt.changed.clear();
    take.raised = {{1, 5}};
    ASSERT_TRUE(std::holds_alternative<Published>(a_->publish(take, "")));
    Publication stale = publication(2, 0, 1);
    stale.attempt.tokens = {{1, 4}};
    PublishOutcome outcome = b_->publish(stale, "");
    ASSERT_TRUE(std::holds_alternative<Fenced>(outcome));
    EXPECT_EQ(std::get<Fenced>(outcome).epoch, 5u);
}

TEST_P(LatchStoreContract, APutBehindTheFloorIsFenced) {
    for (uint64_t version = 1; version <= 4; ++version) put(*a_, version, version - 1, version);
    a_->raise_floor(4);
    a_->raise_floor(2);
    EXPECT_EQ(b_->floor(), 4u);
    a_->forget_below(4);
    EXPECT_FALSE(b_->load(2));
    PublishOutcome outcome = b_->publish(publication(9, 1, 1), "late");
    EXPECT_TRUE(std::holds_alternative<Fenced>(outcome));
    EXPECT_EQ(client()->head(), 4u);
}

TEST_P(LatchStoreContract, ConcurrentPublishersLeaveOneChainWithoutAGap) {
    constexpr uint64_t kEach = 25;
    auto run = [&](LatchStore& store, uint64_t first) {
        for (uint64_t i = 0; i < kEach; ++i) put(store, first + i, store.head(), first);
    };
    std::thread other([&] { run(*b_, 1000); });
    run(*a_, 1);
    other.join();
    EXPECT_EQ(a_->head(), 2 * kEach);
    CommitId parent{};
    for (uint64_t version = 1; version <= 2 * kEach; ++version) {
        Envelope envelope = a_->load(version)->envelope;
        EXPECT_EQ(envelope.parent_id, parent);
        parent = envelope.commit_id;
    }
}

TEST_P(LatchStoreContract, AWriterExcludesWritersAndALeaseEndsWithItsHolder) {
    const std::vector<ResourceId> both = {1, 2}, second = {2}, third = {3};
    std::unique_ptr<Lease> lease = a_->acquire(both, LatchMode::Writer, 0);
    ASSERT_TRUE(lease);
    EXPECT_FALSE(b_->acquire(second, LatchMode::Writer, 20));
    EXPECT_FALSE(b_->acquire(second, LatchMode::Schema, 0));
    EXPECT_TRUE(b_->acquire(second, LatchMode::Shared, 0));
    EXPECT_TRUE(b_->acquire(third, LatchMode::Writer, 0));
    lease.reset();
    EXPECT_TRUE(b_->acquire(both, LatchMode::Writer, 0));
}

TEST_P(LatchStoreContract, AnyOfSeveralThatIsTakenRefusesAll) {
    const std::vector<ResourceId> both = {1, 2}, first = {1}, second = {2};
    std::unique_ptr<Lease> lease = a_->acquire(second, LatchMode::Writer, 0);
    EXPECT_FALSE(b_->acquire(both, LatchMode::Writer, 0));
    EXPECT_TRUE(b_->acquire(first, LatchMode::Writer, 0));
}

TEST_P(LatchStoreContract, SharedHoldersBlockSchemaChangesOnly) {
    const std::vector<ResourceId> table = {1};
    std::unique_ptr<Lease> shared = a_->acquire(table, LatchMode::Shared, 0);
    ASSERT_TRUE(shared);
    EXPECT_TRUE(b_->acquire(table, LatchMode::Shared, 0));
    EXPECT_TRUE(b_->acquire(table, LatchMode::Writer, 0));
    EXPECT_FALSE(b_->acquire(table, LatchMode::Schema, 0));
    shared.reset();
    std::unique_ptr<Lease> schema = b_->acquire(table, LatchMode::Schema, 0);
    ASSERT_TRUE(schema);
    EXPECT_FALSE(a_->acquire(table, LatchMode::Shared, 0));
    EXPECT_FALSE(a_->acquire(table, LatchMode::Writer, 0));
}

TEST_P(LatchStoreContract, AWaitingSchemaChangeIsNotKeptOutByNewSharedHolders) {
    const std::vector<ResourceId> table = {1};
    std::unique_ptr<Lease> shared = a_->acquire(table, LatchMode::Shared, 0);
    std::atomic<bool> got{false};
    std::thread waiting([&] { got = b_->acquire(table, LatchMode::Schema, 10'000) != nullptr; });
    while (client()->acquire(table, LatchMode::Shared, 0)) std::this_thread::yield();
    shared.reset();
    waiting.join();
    EXPECT_TRUE(got);
}

TEST_P(LatchStoreContract, ABrokenLeaseLetsOthersInThoughItsHolderLives) {
    const std::vector<ResourceId> table = {1};
    std::unique_ptr<Lease> stopped = a_->acquire(table, LatchMode::Writer, 0);
    b_->break_lease(1);
    std::unique_ptr<Lease> next = b_->acquire(table, LatchMode::Writer, 0);
    ASSERT_TRUE(next);
    stopped.reset();
    EXPECT_FALSE(a_->acquire(table, LatchMode::Writer, 0));
}

TEST_P(LatchStoreContract, PinsAreSeenByOthersUntilTheyEnd) {
    put(*a_, 1, 0);
    put(*a_, 2, 1);
    auto newest = a_->pin(std::nullopt, "a query");
    auto& pin = std::get<std::unique_ptr<Pin>>(newest);
    EXPECT_EQ(pin->version(), 2u);
    auto older = b_->pin(1, "");
    std::vector<PinEntry> pins = b_->pins();
    ASSERT_EQ(pins.size(), 2u);
    EXPECT_EQ(pins[0].version, 1u);
    EXPECT_EQ(pins[1].note, "a query");
    EXPECT_EQ(pins[1].name, pin->name());
    pin.reset();
    EXPECT_EQ(b_->pins().size(), 1u);
}

TEST_P(LatchStoreContract, APinBelowTheFloorIsExpired) {
    for (uint64_t version = 1; version <= 3; ++version) put(*a_, version, version - 1);
    a_->raise_floor(3);
    auto outcome = b_->pin(2, "");
    ASSERT_TRUE(std::holds_alternative<Expired>(outcome));
    EXPECT_EQ(std::get<Expired>(outcome).floor, 3u);
    EXPECT_TRUE(b_->keep(2, "old", ""));
    EXPECT_TRUE(b_->pins().empty());
    EXPECT_TRUE(std::holds_alternative<std::unique_ptr<Pin>>(b_->pin(3, "")));
}

TEST_P(LatchStoreContract, AWaitingReaderSeesACommit) {
    put(*a_, 1, 0);
    EXPECT_EQ(b_->wait_above(0, 10'000), 1u);
    EXPECT_EQ(b_->wait_above(1, 10), 1u);
    std::atomic<int64_t> seen_ns{0};
    std::thread waiting([&] {
        EXPECT_EQ(b_->wait_above(1, 20'000), 2u);
        seen_ns = std::chrono::steady_clock::now().time_since_epoch().count();
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    put(*a_, 2, 1);
    const int64_t published_ns = std::chrono::steady_clock::now().time_since_epoch().count();
    waiting.join();
    // 50 ms are promised on a machine that is not busy; a test may share its machine.
    EXPECT_LT(seen_ns - published_ns, int64_t{1'000'000'000});
}

TEST_P(LatchStoreContract, AKeptPinOutlivesItsMaker) {
    put(*a_, 1, 0);
    EXPECT_FALSE(a_->keep(1, "month-end", "the books"));
    EXPECT_THROW(b_->keep(1, "month-end", ""), Error);
    EXPECT_THROW(b_->keep(1, "no/path", ""), Error);
    a_.reset();
    std::vector<PinEntry> pins = client()->pins();
    ASSERT_EQ(pins.size(), 1u);
    EXPECT_TRUE(pins[0].is_kept);
    EXPECT_EQ(pins[0].name, "month-end");
    EXPECT_TRUE(b_->unkeep("month-end"));
    EXPECT_FALSE(b_->unkeep("month-end"));
    EXPECT_TRUE(b_->pins().empty());
}

INSTANTIATE_TEST_SUITE_P(Stores, LatchStoreContract,
                         testing::Values(Kind::Memory, Kind::FilesInMemory, Kind::Files,
                                         Kind::Daemon),
                         [](const testing::TestParamInfo<Kind>& kind) {
                             return kind.param == Kind::Memory          ? "Memory"
                                    : kind.param == Kind::FilesInMemory ? "FilesInMemory"
                                    : kind.param == Kind::Files         ? "Files"
                                                                        : "Daemon";
                         });

}  // namespace
}  // namespace ch::latch
