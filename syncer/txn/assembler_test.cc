// Goal: transactions come out whole, once, in the order of their commits, and as soon as that is
// certain, whatever order and however often their messages come. Method: a model of TiDB that hands
// out timestamps as TiDB does and delivers messages late, twice or never; seeded.
#include "syncer/txn/assembler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <vector>

namespace ch::syncer {
namespace {

constexpr size_t kRemembered = 1000;

/// Clients that run transactions at once: begin, Prewrite, its answer, commit_ts, Commit.
class Model {
public:
    explicit Model(uint64_t seed) : random_(seed) {}

    struct Message {
        enum class Kind { Prewrite, Commit, Rollback } kind = Kind::Prewrite;
        uint64_t start_ts = 0;
        uint64_t commit_ts = 0;
    };

    /// What arrives next, if anything does in this step.
    std::optional<Message> step() {
        const uint64_t choice = random_() % 10;
        if (choice < 3 && running_.size() < 20) {
            running_.push_back({++clock_, false});
            return std::nullopt;
        }
        if (choice < 6 && !running_.empty()) return advance(random_() % running_.size());
        if (choice < 9 && !on_the_way_.empty()) return deliver();
        if (sent_.empty()) return std::nullopt;
        return sent_[random_() % sent_.size()];  // once more
    }
    /// Ends what is on the way.
    std::optional<Message> drain() {
        if (!running_.empty()) {
            if (std::optional<Message> message = advance(0)) return message;
            return drain();
        }
        if (on_the_way_.empty()) return std::nullopt;
        return deliver();
    }
    [[nodiscard]] std::vector<std::pair<uint64_t, uint64_t>> committed() const {
        auto sorted = committed_;
        std::sort(sorted.begin(), sorted.end());
        return sorted;
    }

private:
    struct Running {
        uint64_t start_ts;
        bool is_prewritten;
    };

    // A Prewrite arrives and is answered in one step; only then the commit_ts is asked for.
    std::optional<Message> advance(size_t index) {
        Running& one = running_[index];
        if (!one.is_prewritten) {
            one.is_prewritten = true;
            sent_.push_back({Message::Kind::Prewrite, one.start_ts, 0});
            return sent_.back();
        }
        Message message{Message::Kind::Rollback, one.start_ts, 0};
        if (random_() % 8 != 0) {
            message = {Message::Kind::Commit, one.start_ts, ++clock_};
            committed_.emplace_back(message.commit_ts, message.start_ts);
        }
        on_the_way_.push_back(message);
        running_.erase(running_.begin() + static_cast<ptrdiff_t>(index));
        return std::nullopt;
    }
    std::optional<Message> deliver() {
        const size_t index = random_() % on_the_way_.size();
        const Message message = on_the_way_[index];
        on_the_way_.erase(on_the_way_.begin() + static_cast<ptrdiff_t>(index));
        sent_.push_back(message);
        return message;
    }

    std::mt19937_64 random_;
    uint64_t clock_ = 100;
    std::vector<Running> running_;
    std::vector<Message> on_the_way_;
    std::vector<Message> sent_;
    std::vector<std::pair<uint64_t, uint64_t>> committed_;  // commit_ts, start_ts
};

class Receiver {
public:
    explicit Receiver(uint64_t applied_ts) : assembler_(applied_ts, kRemembered) {}

    void receive(const Model::Message& message) {
        using Kind = Model::Message::Kind;
        if (message.kind == Kind::Prewrite) assembler_.prewrite(message.start_ts, message.start_ts);
        if (message.kind == Kind::Rollback) assembler_.rollback(message.start_ts);
        if (message.kind == Kind::Commit) {
            EXPECT_TRUE(assembler_.commit(message.start_ts, message.commit_ts));
        }
        while (auto ready = assembler_.take()) {
            EXPECT_EQ(ready->content, ready->start_ts);
            taken.emplace_back(ready->commit_ts, ready->start_ts);
        }
    }
    [[nodiscard]] bool is_empty() const {
        return assembler_.open_count() == 0 && assembler_.committed_count() == 0;
    }
    std::vector<std::pair<uint64_t, uint64_t>> taken;

private:
    Assembler<uint64_t> assembler_;
};

void run(uint64_t seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Model model(seed);
    Receiver receiver(0);
    std::vector<Model::Message> log;
    for (int i = 0; i < 2000; ++i)
        if (auto message = model.step()) {
            log.push_back(*message);
            receiver.receive(*message);
        }
    while (auto message = model.drain()) {
        log.push_back(*message);
        receiver.receive(*message);
    }
    const auto committed = model.committed();
    ASSERT_EQ(receiver.taken, committed);
    ASSERT_TRUE(receiver.is_empty());
    if (committed.empty()) return;
    // The same log read again by a process that had applied the first half.
    const size_t half = committed.size() / 2;
    Receiver again(committed[half].first);
    for (const Model::Message& message : log) again.receive(message);
    const std::vector<std::pair<uint64_t, uint64_t>> rest(
        committed.begin() + static_cast<ptrdiff_t>(half) + 1, committed.end());
    ASSERT_EQ(again.taken, rest);
    ASSERT_TRUE(again.is_empty());
}

TEST(AssemblerTest, GivesTransactionsOnceInTheOrderOfTheirCommits) {
    const char* given = std::getenv("CHSPARK_SEED");
    const uint64_t seed = given == nullptr ? 1 : std::strtoull(given, nullptr, 10);
    for (uint64_t i = 0; i < 300 && !testing::Test::HasFatalFailure(); ++i) run(seed * 1000 + i);
}

TEST(AssemblerTest, WaitsForAnOpenPrewriteThatMayComeBefore) {
    Assembler<int> assembler(0, kRemembered);
    assembler.prewrite(10, 1);
    assembler.prewrite(11, 2);
    ASSERT_TRUE(assembler.commit(11, 13));
    EXPECT_FALSE(assembler.take());
    EXPECT_EQ(assembler.oldest_open(), 10u);
    ASSERT_TRUE(assembler.commit(10, 12));
    EXPECT_EQ(assembler.take()->commit_ts, 12u);
    EXPECT_EQ(assembler.take()->commit_ts, 13u);
}

TEST(AssemblerTest, DoesNotWaitForOneThatBeganLater) {
    Assembler<int> assembler(0, kRemembered);
    assembler.prewrite(10, 1);
    ASSERT_TRUE(assembler.commit(10, 12));
    assembler.prewrite(13, 2);
    EXPECT_EQ(assembler.take()->commit_ts, 12u);
}

TEST(AssemblerTest, SaysThatAPrewriteIsMissing) {
    Assembler<int> assembler(20, kRemembered);
    EXPECT_TRUE(assembler.commit(10, 12));  // of the past
    EXPECT_FALSE(assembler.commit(21, 22));
}

TEST(AssemblerTest, NeverDropsAnOrphan) {
    Assembler<int> assembler(0, kRemembered);
    assembler.prewrite(10, 1);
    for (uint64_t ts = 11; ts < 2011; ts += 2) {
        assembler.prewrite(ts, 2);
        ASSERT_TRUE(assembler.commit(ts, ts + 1));
        EXPECT_FALSE(assembler.take());
    }
    EXPECT_EQ(assembler.oldest_open(), 10u);
}

}  // namespace
}  // namespace ch::syncer
