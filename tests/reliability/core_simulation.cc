#include "tests/reliability/core_simulation.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "latch/core/publish_rule.h"

namespace ch::reliability {

namespace {

using latch::CommitId;
using latch::Envelope;

constexpr size_t kTables = 4;
constexpr size_t kWriters = 6;
constexpr size_t kReaders = 4;
constexpr size_t kCollectors = 2;
constexpr size_t kAll = kWriters + kReaders + kCollectors;
/// Versions that can be told apart at a time; far more than collection leaves.
constexpr uint64_t kWindow = 4096;
/// Behind so many versions writers get no turn.
constexpr uint64_t kBehindMax = kWindow - 64;
// Odds of one in so many turns.
constexpr uint64_t kKills = 500;
constexpr uint64_t kLostAnswers = 20;
constexpr uint64_t kTakeOvers = 40;
constexpr uint64_t kSleeps = 100;
constexpr uint64_t kSleepMax = 2000;  // turns

/// A number of the chain, as the disk has it and as it really came about.
struct Slot {
    uint64_t version = 0;  ///< whose slot it is
    bool is_there = false;
    Envelope on_disk;
    CommitId first{};                        ///< the commit that was put first: the true chain
    std::array<uint64_t, kTables> epochs{};  ///< in force behind it
};

struct Writer {
    enum class Step : uint8_t { Look, Put, Load, Floor } step = Step::Look;
    std::vector<latch::ResourceId> tables;
    std::array<uint64_t, kTables> held{};  ///< its epochs; 0 = it has to take the latch over
    bool is_taking_over = false;
    uint64_t intent = 0;  ///< what it wants to publish once
    uint64_t last_applied = 0;
    latch::Attempt attempt;
    CommitId base_id{};
    std::vector<Envelope> newer;
    uint64_t target = 0;
    CommitId parent{};
};

struct Reader {
    enum class Step : uint8_t { Head, Pin, Floor, Read } step = Step::Head;
    uint64_t version = 0;
    uint64_t reads_left = 0;
};

struct Collector {
    enum class Step : uint8_t { List, Raise, ListAgain, Delete } step = Step::List;
    uint64_t floor = 0;
    uint64_t limit = 0;
    uint64_t at = 0;
};

class World {
public:
    World(uint64_t seed, CorePlant plant) : random_(seed), plant_(plant) {
        Slot& first = slot(1);
        first.version = 1;
        first.is_there = true;
        first.epochs.fill(1);
        for (size_t i = 0; i < kWriters; ++i) {
            writers_[i].tables = {i % kTables};
            if (i >= kTables) writers_[i].tables = {i % kTables, i % kTables + 2};
        }
    }

    CoreReport run(uint64_t steps) {
        while (report_.steps < steps && report_.wrong.empty()) {
            ++turn_;
            size_t who = below(kAll);
            if (head_ - deleted_ > kBehindMax) who = kWriters + below(kReaders + kCollectors);
            if (asleep_until_[who] > turn_) continue;
            if (chance(kSleeps)) asleep_until_[who] = turn_ + below(kSleepMax);
            ++report_.steps;
            if (who < kWriters) {
                step(who);
            } else if (who < kWriters + kReaders) {
                step(readers_[who - kWriters], pins_[who - kWriters]);
            } else {
                step(collectors_[who - kWriters - kReaders]);
            }
        }
        report_.versions = head_;
        report_.trace = random_ ^ head_ * 31 ^ report_.acknowledged;
        return report_;
    }

private:
    // splitmix64: the same numbers with every library.
    uint64_t random() {
        uint64_t z = (random_ += 0x9e3779b97f4a7c15);
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27) * 0x94d049bb133111eb;
        return z ^ z >> 31;
    }
    uint64_t below(uint64_t bound) { return random() % bound; }
    bool chance(uint64_t odds) { return below(odds) == 0; }

    Slot& slot(uint64_t version) { return slots_[version % kWindow]; }
    bool is_there(uint64_t version) {
        const Slot& found = slot(version);
        return found.version == version && found.is_there;
    }
    void wrong(const std::string& what) {
        if (report_.wrong.empty())
            report_.wrong = what + ", at step " + std::to_string(report_.steps);
    }

    void step(size_t who) {
        Writer& writer = writers_[who];
        if (chance(kKills)) {
            forget(writer);
            return;
        }
        switch (writer.step) {
            case Writer::Step::Look:
                return look(who);
            case Writer::Step::Put:
                return put(who);
            case Writer::Step::Load:
                return load(writer);
            case Writer::Step::Floor:
                return check_floor(writer);
        }
    }

    // Also after it was fenced: the next one comes with nothing but its name.
    static void forget(Writer& writer) {
        writer.held.fill(0);
        writer.step = Writer::Step::Look;
    }

    void name_attempt(size_t who) {
        latch::Attempt& attempt = writers_[who].attempt;
        store(attempt.commit_id.data(), ++names_);
        store(attempt.commit_id.data() + sizeof(uint64_t), uint64_t{who + 1});
    }

    void look(size_t who) {
        Writer& writer = writers_[who];
        const Slot& newest = slot(head_);
        writer.is_taking_over = chance(kTakeOvers);
        for (const latch::ResourceId table : writer.tables) {
            if (writer.held[table] == 0)
                writer.is_taking_over = true;
            else if (writer.held[table] != newest.epochs[table])
                return fence(writer);
        }
        latch::Attempt& attempt = writer.attempt;
        name_attempt(who);
        writer.intent = names_;
        attempt.base_version = head_;
        writer.base_id = newest.first;
        attempt.tokens.clear();
        attempt.changed.clear();
        attempt.read.clear();
        for (const latch::ResourceId table : writer.tables) {
            if (plant_ != CorePlant::EpochCheck || writer.is_taking_over)
                attempt.tokens.push_back({table, newest.epochs[table]});
            (writer.is_taking_over ? attempt.read : attempt.changed).push_back(table);
        }
        writer.newer.clear();
        writer.target = head_ + 1;
        writer.parent = newest.first;
        writer.step = Writer::Step::Put;
    }

    void put(size_t who) {
        Writer& writer = writers_[who];
        if (is_there(writer.target)) {
            writer.step = Writer::Step::Load;
            return;
        }
        if (writer.target > head_ + 1) return wrong("a version was put behind a gap");
        // Its number may be free because collection has removed the right manifest: then it is put
        // below the floor, where nobody looks, and is none of the chain.
        if (writer.target == head_ + 1) append(who);
        if (slot(writer.target).version == writer.target) write(writer, slot(writer.target));
        writer.step = Writer::Step::Floor;
        if (!chance(kLostAnswers)) return;
        ++report_.unknown;
        if (plant_ == CorePlant::CommitId) name_attempt(who);
        writer.step = Writer::Step::Load;
    }

    void append(size_t who) {
        Writer& writer = writers_[who];
        Slot& made = slot(++head_);
        made.version = head_;
        made.epochs = slot(head_ - 1).epochs;
        made.first = writer.attempt.commit_id;
        if (writer.is_taking_over)
            for (const latch::Token& token : writer.attempt.tokens)
                made.epochs[token.resource] = token.epoch + 1;
        if (writer.last_applied == writer.intent) wrong("one commit was published twice");
        writer.last_applied = writer.intent;
    }

    void write(const Writer& writer, Slot& to) const {
        to.is_there = true;
        Envelope& envelope = to.on_disk;
        envelope.version = writer.target;
        envelope.commit_id = writer.attempt.commit_id;
        envelope.parent_id = writer.parent;
        envelope.epochs.clear();
        if (writer.is_taking_over)
            for (const latch::Token& token : writer.attempt.tokens)
                envelope.epochs.push_back({token.resource, token.epoch + 1});
        envelope.changed = writer.attempt.changed;
    }

    // One manifest a step, as a process reads them.
    void load(Writer& writer) {
        const uint64_t next = writer.attempt.base_version + writer.newer.size() + 1;
        if (is_there(next)) {
            const Envelope& found = slot(next).on_disk;
            const CommitId& parent =
                writer.newer.empty() ? writer.base_id : writer.newer.back().commit_id;
            if (found.parent_id == parent) {
                writer.newer.push_back(found);
                return;
            }
            if (floor_ > writer.attempt.base_version) return fence(writer);
            return wrong("the chain is broken above the floor");
        }
        const latch::Decision decision =
            latch::decide(writer.attempt, writer.base_id, writer.newer);
        if (const auto* at = std::get_if<latch::PutAt>(&decision)) {
            writer.target = at->version;
            writer.parent = at->parent_id;
            writer.step = Writer::Step::Put;
            return;
        }
        if (const auto* there = std::get_if<latch::AlreadyPublished>(&decision)) {
            writer.target = there->version;
            writer.step = Writer::Step::Floor;
            return;
        }
        if (writer.last_applied == writer.intent)
            wrong("a commit that is in the chain was refused");
        if (std::holds_alternative<latch::Conflict>(decision)) {
            ++report_.conflicts;
            writer.step = Writer::Step::Look;
        } else {
            fence(writer);
        }
    }

    void fence(Writer& writer) {
        ++report_.fenced;
        forget(writer);
    }

    void check_floor(Writer& writer) {
        if (plant_ != CorePlant::FloorCheck && !latch::survives_floor(writer.target, floor_))
            return fence(writer);
        ++report_.acknowledged;
        writer.step = Writer::Step::Look;
        const Slot& made = slot(writer.target);
        if (made.version != writer.target || made.first != writer.attempt.commit_id)
            return wrong("a commit was acknowledged that is not in the chain");
        const Slot& before = slot(writer.target - 1);
        if (before.version != writer.target - 1) return;
        for (const latch::ResourceId table : writer.tables) {
            const uint64_t held =
                writer.is_taking_over ? made.epochs[table] - 1 : writer.held[table];
            if (before.epochs[table] != held) wrong("a fenced writer's commit was acknowledged");
            if (writer.is_taking_over) writer.held[table] = made.epochs[table];
        }
    }

    void step(Reader& reader, uint64_t& pin) {
        if (chance(kKills)) {
            pin = 0;
            reader = {};
            return;
        }
        switch (reader.step) {
            case Reader::Step::Head:
                reader.version = head_;
                reader.step = Reader::Step::Pin;
                return;
            case Reader::Step::Pin:
                pin = reader.version;
                reader.step = Reader::Step::Floor;
                return;
            case Reader::Step::Floor:
                reader.step = Reader::Step::Read;
                reader.reads_left = below(64);
                ++report_.pins;
                if (floor_ <= reader.version) return;
                pin = 0;
                reader = {};
                return;
            case Reader::Step::Read:
                if (!is_there(reader.version)) wrong("a pinned version was deleted");
                if (reader.reads_left-- > 0) return;
                pin = 0;
                reader = {};
                return;
        }
    }

    [[nodiscard]] uint64_t oldest_pin(uint64_t otherwise) const {
        for (const uint64_t pin : pins_)
            if (pin > 0) otherwise = std::min(otherwise, pin);
        return otherwise;
    }

    void step(Collector& collector) {
        switch (collector.step) {
            case Collector::Step::List:
                collector.floor = oldest_pin(head_ - std::min(head_ - 1, below(4)));
                collector.step = Collector::Step::Raise;
                return;
            case Collector::Step::Raise:
                collector.limit = collector.floor;
                floor_ = std::max(floor_, collector.floor);
                collector.step = Collector::Step::ListAgain;
                return;
            case Collector::Step::ListAgain:
                if (plant_ != CorePlant::PinsAgain) collector.limit = oldest_pin(floor_);
                collector.at = deleted_ + 1;
                collector.step = Collector::Step::Delete;
                return;
            case Collector::Step::Delete:
                if (collector.at >= collector.limit) {
                    collector.step = Collector::Step::List;
                    return;
                }
                if (is_there(collector.at)) ++report_.deleted;
                if (slot(collector.at).version == collector.at) slot(collector.at).is_there = false;
                deleted_ = std::max(deleted_, collector.at++);
                return;
        }
    }

    uint64_t random_;
    const CorePlant plant_;
    std::vector<Slot> slots_ = std::vector<Slot>(kWindow);
    uint64_t head_ = 1;
    uint64_t floor_ = 1;
    uint64_t deleted_ = 0;  ///< all up to it were deleted once
    uint64_t names_ = 0;
    std::array<uint64_t, kReaders> pins_{};
    uint64_t turn_ = 0;
    std::array<uint64_t, kAll> asleep_until_{};
    std::array<Writer, kWriters> writers_;
    std::array<Reader, kReaders> readers_;
    std::array<Collector, kCollectors> collectors_;
    CoreReport report_;
};

}  // namespace

CoreReport simulate_core(uint64_t seed, uint64_t steps, CorePlant plant) {
    return World(seed, plant).run(steps);
}

}  // namespace ch::reliability
