// Goal: a root that a daemon owns: who may open it, and what clients see of a daemon that is
// killed, stopped and started again at any time. Method: a real latchd as a child, real files.
#include "latch/daemon_store.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "base/io/posix_fs.h"
#include "base/io/scratch_folder.h"
#include "latch/open_latch.h"
#include "latch/test_daemon.h"

namespace ch::latch {
namespace {

/// Short, so that a restarted daemon's grace is.
constexpr uint64_t kTtlMs = 600;

class DaemonRoot : public testing::Test {
protected:
    void SetUp() override {
        daemon_.emplace(root_, std::vector<std::string>{"--ttl-max", std::to_string(kTtlMs)});
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!FileLatchStore::is_root(*files_, root_)) {
            ASSERT_LT(std::chrono::steady_clock::now(), end) << "latchd makes no root";
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }
    std::unique_ptr<LatchStore> client(const std::string& latch = "") {
        return open_latch(files_, root_, latch, false, [this] { return ++random_; });
    }
    std::string refusal(const std::string& latch) {
        try {
            client(latch);
        } catch (const Error& error) {
            EXPECT_NE(error.code(), ErrorCode::Bug) << error.what();
            return error.what();
        }
        return "";
    }
    static Publication publication(uint64_t commit, uint64_t base, CommitId base_id) {
        Publication made;
        store(made.attempt.commit_id.data(), commit);
        made.attempt.base_version = base;
        made.base_id = base_id;
        made.attempt.changed = {commit};
        return made;
    }
    /// The version at which it stands then.
    static uint64_t put(LatchStore& store, uint64_t commit) {
        for (;;) {
            const uint64_t base = store.head();
            const CommitId base_id = base > 0 ? store.load(base)->envelope.commit_id : CommitId{};
            PublishOutcome outcome = store.publish(publication(commit, base, base_id), "body");
            if (const auto* published = std::get_if<Published>(&outcome)) return published->version;
        }
    }

    io::ScratchFolder scratch_;
    std::string root_ = scratch_.path() + "/root";
    std::shared_ptr<io::FileSystem> files_ = std::make_shared<io::PosixFs>();
    std::atomic<uint64_t> random_{0};
    std::optional<TestDaemon> daemon_;
};

TEST_F(DaemonRoot, IsRefusedToTheEmbeddedLatchAndFoundByItsOwnWord) {
    EXPECT_NE(refusal("embedded").find("belongs to the latch daemon at"), std::string::npos);
    EXPECT_NE(refusal("nonsense").find("'embedded' or 'grpc://"), std::string::npos);
    EXPECT_THROW(FileLatchStore::open(files_, root_, [] { return uint64_t{1}; }), Error);
    EXPECT_THROW(FileLatchStore::create(*files_, root_), Error);
    EXPECT_EQ(client()->head(), 0u);
    EXPECT_EQ(client(daemon_->address())->head(), 0u);
}

TEST_F(DaemonRoot, AnEmbeddedRootIsRefusedToDaemonAndItsClients) {
    const std::string other = scratch_.path() + "/embedded";
    FileLatchStore::create(*files_, other);
    EXPECT_THROW(open_latch(files_, other, daemon_->address(), false, [] { return uint64_t{1}; }),
                 Error);
    TestDaemon refused(other);
    refused.wait();
    EXPECT_NE(refused.exit_status(), 0);
    EXPECT_TRUE(FileLatchStore::owner(*files_, other)->is_embedded());
}

TEST_F(DaemonRoot, AnEmbeddedRootIsTakenOverWithItsVersionsAndGivenBack) {
    const std::string other = scratch_.path() + "/embedded";
    FileLatchStore::create(*files_, other);
    auto embedded = open_latch(files_, other, "", false, [this] { return ++random_; });
    EXPECT_EQ(put(*embedded, 1), 1u);
    {
        TestDaemon daemon(other, {"--take-over"});
        while (FileLatchStore::owner(*files_, other)->is_embedded()) std::this_thread::yield();
        auto store = open_latch(files_, other, "", false, [this] { return ++random_; });
        EXPECT_EQ(put(*store, 2), 2u);
        TestDaemon early(other, {"--give-back"}, scratch_.path() + "/early.sock");
        early.wait();
        EXPECT_NE(early.exit_status(), 0);
        store.reset();
        daemon.signal(SIGTERM);
        EXPECT_EQ(daemon.exit_status(), 0);
    }
    TestDaemon back(other, {"--give-back"});
    back.wait();
    EXPECT_EQ(back.exit_status(), 0);
    EXPECT_EQ(put(*open_latch(files_, other, "embedded", false, [this] { return ++random_; }), 3),
              3u);
}

TEST_F(DaemonRoot, ASecondDaemonIsRefused) {
    TestDaemon second(root_, {}, scratch_.path() + "/second.sock");
    second.wait();
    EXPECT_NE(second.exit_status(), 0);
}

TEST_F(DaemonRoot, APinAndALeaseSurviveAKilledDaemon) {
    auto a = client(), b = client();
    put(*a, 1);
    auto pinned = a->pin(1, "a query");
    const std::vector<ResourceId> table = {7};
    std::unique_ptr<Lease> lease = a->acquire(table, LatchMode::Writer, 0);
    ASSERT_TRUE(lease);
    daemon_->restart_after_kill();
    // Nobody gets what a holder may still claim, and nothing may be collected meanwhile.
    EXPECT_FALSE(b->acquire(table, LatchMode::Writer, 0));
    EXPECT_THROW(b->raise_floor(1), Error);
    EXPECT_THROW(static_cast<void>(b->pins()), Error);
    std::this_thread::sleep_for(std::chrono::milliseconds(2 * kTtlMs));
    ASSERT_EQ(b->pins().size(), 1u);
    EXPECT_EQ(b->pins()[0].note, "a query");
    EXPECT_FALSE(b->acquire(table, LatchMode::Writer, 0));
    lease.reset();
    EXPECT_TRUE(b->acquire(table, LatchMode::Writer, 5000));
    std::get<std::unique_ptr<Pin>>(pinned).reset();
    EXPECT_TRUE(b->pins().empty());
}

TEST_F(DaemonRoot, ADaemonThatEndedIdleGrantsAtOnce) {
    {
        auto store = client();
        EXPECT_TRUE(store->acquire(std::vector<ResourceId>{7}, LatchMode::Writer, 0));
    }
    daemon_->signal(SIGTERM);
    EXPECT_EQ(daemon_->exit_status(), 0);
    daemon_->start();
    auto store = client();
    EXPECT_TRUE(store->acquire(std::vector<ResourceId>{7}, LatchMode::Writer, 0));
    EXPECT_TRUE(store->pins().empty());
}

TEST_F(DaemonRoot, ALeaseIsRenewedAlsoWhenItsStoreIsGone) {
    auto other = client();
    const std::vector<ResourceId> table = {7};
    std::unique_ptr<Lease> lease = client()->acquire(table, LatchMode::Writer, 0);
    ASSERT_TRUE(lease);
    EXPECT_FALSE(other->acquire(table, LatchMode::Writer, 2 * kTtlMs));
    lease.reset();
    EXPECT_TRUE(other->acquire(table, LatchMode::Writer, 0));
}

TEST_F(DaemonRoot, WritersAndReadersGoOnThroughKillsAndNothingIsLost) {
    std::atomic<bool> is_over{false};
    std::atomic<uint64_t> commits{0};
    auto write = [&](uint64_t first) {
        auto store = client();
        const std::vector<ResourceId> mine = {first};
        uint64_t last = 0;
        for (uint64_t n = 0; !is_over; ++n) {
            auto lease = store->acquire(mine, LatchMode::Writer, 20'000);
            ASSERT_TRUE(lease);
            const uint64_t version = put(*store, first + n);
            EXPECT_GT(version, last);
            last = version;
            ++commits;
        }
    };
    std::thread one([&] { write(1'000'000); });
    std::thread two([&] { write(2'000'000); });
    auto reader = client();
    put(*reader, 1);
    auto pinned = reader->pin(std::nullopt, "");
    const uint64_t version = std::get<std::unique_ptr<Pin>>(pinned)->version();
    for (int kills = 0; kills < 4; ++kills) {
        std::this_thread::sleep_for(std::chrono::milliseconds(300 + 100 * kills));
        daemon_->signal(SIGKILL);
        // A reader needs no daemon for what it has pinned.
        EXPECT_TRUE(reader->load(version));
        daemon_->start();
    }
    const uint64_t before = commits;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (commits < before + 4 && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_GE(commits, before + 4);
    is_over = true;
    one.join();
    two.join();
    // One chain without a gap, each commit once.
    EXPECT_EQ(reader->head(), commits + 1);
    CommitId parent{};
    std::set<CommitId> ids;
    for (uint64_t n = 1; n <= reader->head(); ++n) {
        const Envelope envelope = reader->load(n)->envelope;
        EXPECT_EQ(envelope.parent_id, parent);
        parent = envelope.commit_id;
        EXPECT_TRUE(ids.insert(parent).second);
    }
}

TEST_F(DaemonRoot, ADaemonThatStaysAwayIsAnErrorThatSaysSo) {
    ClientOptions options;
    options.answer_ms_max = 300;
    auto store = DaemonLatchStore::open(
        files_, root_, [] { return uint64_t{1}; }, options);
    daemon_->signal(SIGKILL);
    try {
        static_cast<void>(store->head());
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::Io);
        EXPECT_NE(std::string(error.what()).find("does not answer"), std::string::npos);
    }
}

TEST_F(DaemonRoot, AnotherRootsDaemonIsRefused) {
    TestDaemon other(scratch_.path() + "/other");
    EXPECT_NE(refusal(other.address()).find("serves the root"), std::string::npos);
}

}  // namespace
}  // namespace ch::latch
