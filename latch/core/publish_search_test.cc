// Goal: the publish rule, the floor check and the GC order let no acknowledged commit be lost,
// doubled or fenced too late, in any interleaving of a stale writer, its successor, an innocent
// writer of another table, a reader and a collector. Method: every actor is a small state machine
// over one shared store; a depth-first search visits every reachable state once. Three planted bugs
// (no epoch check at a rebase, no floor check, pins not listed again) must each be found.
#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <unordered_set>

#include "latch/core/publish_rule.h"

namespace ch::latch {
namespace {

constexpr uint8_t kTable = 1;
constexpr uint8_t kOtherTable = 2;

struct Bugs {
    bool no_epoch_check = false;
    bool no_floor_check = false;
    bool pins_not_listed_again = false;
};

constexpr size_t kVersionsMax = 16;

// SIZE=rel: two commits a writer and two rounds of collection, some 10^7 states; otherwise one
// each, 3 * 10^5.
bool whole_search() {
    const char* size = std::getenv("SIZE");
    return size != nullptr && std::string_view(size) == "rel";
}

// A manifest, as small as the search needs it.
struct Entry {
    uint8_t author = 0;
    uint8_t serial = 0;
    uint8_t table = 0;
    uint8_t epoch = 0;  // not 0: raises the table's epoch; 0: changes the table
    bool operator==(const Entry&) const = default;
};

struct Writer {
    enum class Step : uint8_t { Load, Put, Floor, Done };
    uint8_t table = kTable;
    uint8_t epoch = 0;  // 0: its first commit takes the latch over
    uint8_t commits_left = 0;
    Step step = Step::Load;
    uint8_t serial = 0;
    uint8_t base = 0;
    uint8_t target = 0;
    bool taking_over = false;
};

struct Reader {
    enum class Step : uint8_t { Head, Pin, CheckFloor, Read, Done } step = Step::Head;
    uint8_t version = 0;
};

struct Collector {
    enum class Step : uint8_t { List, RaiseFloor, Delete } step = Step::List;
    uint8_t rounds_left = 1;
    uint8_t floor = 0;
    uint8_t pin = 0;  // as listed before the floor was raised; 0 = none
};

// Plain bytes only, so that a state is its own key.
struct World {
    uint16_t files = 0;  // bit v: manifest v is on disk
    uint8_t floor = 1;
    uint8_t pin = 0;  // 0 = none
    Writer writers[3];
    Reader reader;
    Collector collector;
    Entry on_disk[kVersionsMax];
    Entry history[kVersionsMax];  // ghost: what was put first at each number

    [[nodiscard]] uint8_t head() const { return static_cast<uint8_t>(std::bit_width(files) - 1); }
    [[nodiscard]] bool has(size_t version) const { return (files >> version & 1) != 0; }
    [[nodiscard]] std::string key() const {
        return {reinterpret_cast<const char*>(this), sizeof(*this)};
    }
};
static_assert(std::has_unique_object_representations_v<Entry>);

Envelope envelope_of(const Entry& entry, uint64_t version) {
    Envelope envelope;
    envelope.version = version;
    envelope.commit_id = {entry.author, entry.serial};
    if (entry.epoch > 0) {
        envelope.epochs = {{entry.table, entry.epoch}};
    } else {
        envelope.changed = {entry.table};
    }
    return envelope;
}

class Search {
public:
    explicit Search(Bugs bugs) : bugs_(bugs) {}

    void run() {
        World world;
        std::memset(static_cast<void*>(&world), 0, sizeof(world));
        world.files = 1 << 1;
        world.floor = 1;
        world.writers[0] = writer(kTable, 1);
        world.writers[1] = writer(kTable, 0);
        world.writers[2] = writer(kOtherTable, 1);
        world.reader = {};
        world.collector = {};
        if (whole_search()) world.collector.rounds_left = 2;
        visit(world);
    }

    [[nodiscard]] size_t states() const { return seen_.size(); }
    [[nodiscard]] const std::set<std::string>& violations() const { return violations_; }

private:
    static Writer writer(uint8_t table, uint8_t epoch) {
        Writer made;
        made.table = table;
        made.epoch = epoch;
        made.commits_left = whole_search() ? 2 : 1;
        return made;
    }

    void visit(const World& world) {
        if (!seen_.insert(world.key()).second) return;
        for (size_t i = 0; i < std::size(world.writers); ++i) {
            if (world.writers[i].step == Writer::Step::Done) continue;
            World next = world;
            step(next, i);
            visit(next);
        }
        if (world.reader.step != Reader::Step::Done) {
            World next = world;
            step_reader(next);
            visit(next);
        }
        if (world.collector.rounds_left > 0) {
            World next = world;
            step_collector(next);
            visit(next);
        }
    }

    // The ghost chain stands for the checkpoint's epochs, which a collector never loses. Version 1
    // began every epoch at 1.
    static uint8_t epoch_in_force(const World& world, uint8_t table, size_t below) {
        uint8_t epoch = 1;
        for (size_t v = 2; v < below; ++v)
            if (world.history[v].table == table && world.history[v].epoch > 0)
                epoch = world.history[v].epoch;
        return epoch;
    }

    static Entry entry_of(const World& world, size_t who) {
        const Writer& w = world.writers[who];
        return {static_cast<uint8_t>(who + 1), w.serial, w.table,
                w.taking_over ? w.epoch : uint8_t{0}};
    }

    void step(World& world, size_t who) {
        switch (world.writers[who].step) {
            case Writer::Step::Load:
                return load(world, who);
            case Writer::Step::Put:
                return put(world, who);
            case Writer::Step::Floor:
                return check_floor(world, who);
            case Writer::Step::Done:
                return;
        }
    }

    static void load(World& world, size_t who) {
        Writer& w = world.writers[who];
        w.base = world.head();
        w.target = static_cast<uint8_t>(w.base + 1);
        uint8_t epoch = epoch_in_force(world, w.table, w.target);
        w.taking_over = w.epoch == 0;
        if (w.taking_over) w.epoch = static_cast<uint8_t>(epoch + 1);
        w.step = w.taking_over || w.epoch == epoch ? Writer::Step::Put : Writer::Step::Done;
    }

    void put(World& world, size_t who) {
        Writer& w = world.writers[who];
        if (world.has(w.target)) return lost_race(world, who);
        ASSERT_LT(w.target, kVersionsMax);
        world.files = static_cast<uint16_t>(world.files | 1 << w.target);
        world.on_disk[w.target] = entry_of(world, who);
        if (world.history[w.target].author == 0) world.history[w.target] = entry_of(world, who);
        w.step = Writer::Step::Floor;
    }

    void lost_race(World& world, size_t who) const {
        Writer& w = world.writers[who];
        std::vector<Envelope> newer;
        for (size_t v = w.base + 1u; v <= world.head(); ++v) {
            if (!world.has(v)) {  // collected: the base is below the floor
                w.step = Writer::Step::Done;
                return;
            }
            newer.push_back(envelope_of(world.on_disk[v], v));
        }
        Attempt attempt;
        attempt.commit_id = {entry_of(world, who).author, w.serial};
        attempt.base_version = w.base;
        // Taking over depends on nobody else having taken over since.
        uint64_t held = w.taking_over ? w.epoch - 1u : w.epoch;
        if (!bugs_.no_epoch_check) attempt.tokens = {{w.table, held}};
        if (!w.taking_over) attempt.changed = {w.table};
        Decision decision = decide(attempt, {}, newer);
        if (const PutAt* at = std::get_if<PutAt>(&decision)) {
            w.target = static_cast<uint8_t>(at->version);
        } else {
            w.step = std::holds_alternative<Conflict>(decision) ? Writer::Step::Load
                                                                : Writer::Step::Done;
        }
    }

    void check_floor(World& world, size_t who) {
        Writer& w = world.writers[who];
        if (!bugs_.no_floor_check && !survives_floor(w.target, world.floor)) {
            w.step = Writer::Step::Done;
            return;
        }
        if (!(world.history[w.target] == entry_of(world, who)))
            violations_.insert("two commits acknowledged at one version");
        if (epoch_in_force(world, w.table, w.target) != (w.taking_over ? w.epoch - 1 : w.epoch))
            violations_.insert("a fenced writer's commit was acknowledged");
        ++w.serial;
        if (!w.taking_over) --w.commits_left;
        w.step = w.commits_left > 0 ? Writer::Step::Load : Writer::Step::Done;
    }

    void step_reader(World& world) {
        Reader& reader = world.reader;
        switch (reader.step) {
            case Reader::Step::Head:
                reader.version = world.head();
                reader.step = Reader::Step::Pin;
                return;
            case Reader::Step::Pin:
                world.pin = reader.version;
                reader.step = Reader::Step::CheckFloor;
                return;
            case Reader::Step::CheckFloor:
                reader.step =
                    world.floor > reader.version ? Reader::Step::Done : Reader::Step::Read;
                if (reader.step == Reader::Step::Done) world.pin = 0;
                return;
            case Reader::Step::Read:
                if (!world.has(reader.version)) violations_.insert("a pinned version was deleted");
                world.pin = 0;
                reader.step = Reader::Step::Done;
                return;
            case Reader::Step::Done:
                return;
        }
    }

    void step_collector(World& world) const {
        Collector& gc = world.collector;
        switch (gc.step) {
            case Collector::Step::List:
                gc.pin = world.pin;
                gc.floor = gc.pin > 0 ? std::min(world.head(), gc.pin) : world.head();
                gc.step = Collector::Step::RaiseFloor;
                return;
            case Collector::Step::RaiseFloor:
                world.floor = std::max(world.floor, gc.floor);
                gc.step = Collector::Step::Delete;
                return;
            case Collector::Step::Delete: {
                uint8_t pin = bugs_.pins_not_listed_again ? gc.pin : world.pin;
                for (size_t v = 1; v < world.floor; ++v)
                    if (v != pin) world.files = static_cast<uint16_t>(world.files & ~(1u << v));
                gc.pin = gc.floor = 0;
                gc.step = Collector::Step::List;
                --gc.rounds_left;
                return;
            }
        }
    }

    Bugs bugs_;
    std::unordered_set<std::string> seen_;
    std::set<std::string> violations_;
};

TEST(PublishSearch, NoInterleavingLosesDoublesOrFencesTooLate) {
    Search search({});
    search.run();
    EXPECT_GT(search.states(), 10'000u);
    EXPECT_TRUE(search.violations().empty()) << *search.violations().begin();
    RecordProperty("states", static_cast<int>(search.states()));
}

TEST(PublishSearch, ARebaseWithoutTheEpochCheckIsCaught) {
    Search search({.no_epoch_check = true});
    search.run();
    EXPECT_EQ(search.violations().count("a fenced writer's commit was acknowledged"), 1u);
}

TEST(PublishSearch, AMissingFloorCheckIsCaught) {
    Search search({.no_floor_check = true});
    search.run();
    EXPECT_EQ(search.violations().count("two commits acknowledged at one version"), 1u);
}

TEST(PublishSearch, PinsThatAreNotListedAgainAreCaught) {
    Search search({.pins_not_listed_again = true});
    search.run();
    EXPECT_EQ(search.violations().count("a pinned version was deleted"), 1u);
}

}  // namespace
}  // namespace ch::latch
