#include "tests/reliability/simulation.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <random>

#include "base/io/faulty_fs.h"
#include "base/io/mem_fs.h"
#include "engine/store/test_root.h"
#include "latch/file_store.h"
#include "tests/reliability/chain_watch.h"
#include "tests/reliability/writer_history.h"

namespace ch::reliability {

namespace {

using storage::CommitOutcome;
using storage::TableId;
using storage::TestRoot;

constexpr const char* kRoot = "/s";
constexpr uint64_t kTables = 2;
constexpr uint64_t kSnapshotsMax = 3;
constexpr uint64_t kCheckpointVersions = 4;
constexpr uint64_t kOlderMax = 8;
// Odds of one in so many steps.
constexpr uint64_t kPreempts[] = {10, 40, 160, 640};
constexpr uint64_t kKills = 3000;
constexpr uint64_t kFaults = 4000;

constexpr uint64_t kPreemptsThere = 4;

/// Where processes meet: the chain, the floor and the pins.
bool is_turning_point(const std::string& path) {
    return path.find("/.ch/floor") != std::string::npos ||
           path.find("/.ch/pins") != std::string::npos ||
           path.find("/.ch/manifest/") != std::string::npos;
}

enum class Role : uint8_t { Writer, Merger, Reader, Collector, Breaker };
constexpr Role kRoles[] = {Role::Writer,    Role::Writer,    Role::Writer,
                           Role::Merger,    Role::Reader,    Role::Reader,
                           Role::Collector, Role::Collector, Role::Breaker};

/// Ends a process before one of its operations. No exception that anybody else knows, so that
/// nobody else catches it.
struct Killed {};

class Simulation;

/// A process: what it does in one go is an action, which others may interrupt.
class Process {
public:
    Process(Simulation& simulation, Role role) : simulation_(simulation), role_(role) {}
    ~Process() { die(); }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    void act();
    /// Gives up all that a process has.
    void die();
    bool is_acting = false;
    bool has_failed = false;  ///< an operation of the action under way was made to fail

private:
    struct Held {
        storage::Snapshot snapshot;
        uint64_t version = 0;
    };
    void write();
    void commit(storage::Transaction& transaction);
    void merge();
    void read();
    void take_snapshot();
    void judge(const Error& error);
    [[nodiscard]] TableId some_table();

    Simulation& simulation_;
    const Role role_;
    std::unique_ptr<TestRoot> root_;
    std::optional<storage::WriteLatch> latch_;
    TableId latched_ = 0;
    std::vector<Held> held_;
    uint64_t newest_seen_ = 0;
};

class Simulation {
public:
    Simulation(uint64_t seed, uint64_t steps, Neglect neglect)
        : random_(seed),
          steps_max_(steps),
          neglect_(neglect),
          preempts_(kPreempts[random_() % std::size(kPreempts)]),
          watch_(memory_, kRoot) {}

    SimulationReport run() {
        TestRoot first(memory_, kRoot, 1);
        {
            storage::Transaction transaction = first.database().begin();
            transaction.create_database(first.database().new_id(), "d");
            static_cast<void>(first.database().commit(transaction));
        }
        for (uint64_t i = 0; i < kTables; ++i)
            tables.push_back(first.create_table("d", "t" + std::to_string(i)));
        watch_.look();
        files_->observe([this](uint64_t number, const std::string& operation,
                               const std::string& path) { step(number, operation, path); });
        for (Role role : kRoles) processes_.push_back(std::make_unique<Process>(*this, role));
        while (report.steps < steps_max_ && watch_.wrong().empty()) schedule();
        finish();
        report.wrong = watch_.wrong();
        return report;
    }

    std::unique_ptr<TestRoot> open() {
        auto latch = latch::FileLatchStore::open(files_, kRoot, [this] { return ++pin_names_; });
        auto root = std::make_unique<TestRoot>(
            files_, kRoot, ++begun_, std::make_unique<CarelessLatch>(std::move(latch), neglect_),
            kCheckpointVersions);
        root->now_ms = now_ms();
        return root;
    }

    uint64_t random() { return random_(); }
    uint64_t now_ms() const { return 1'000'000 + report.steps; }
    ChainWatch& watch() { return watch_; }

    std::vector<TableId> tables;
    SimulationReport report;

private:
    void step(uint64_t number, const std::string& operation, const std::string& path) {
        ++report.steps;
        for (char c : operation) report.trace = (report.trace ^ static_cast<uint8_t>(c)) * kPrime;
        for (char c : path) report.trace = (report.trace ^ static_cast<uint8_t>(c)) * kPrime;
        if (operation == "remove") watch_.remove(path);
        watch_.look();
        if (number == failing_ && current_ != nullptr) current_->has_failed = true;
        // Towards the end all that was interrupted goes on; and what ends dies as it is.
        if (report.steps >= steps_max_ || is_ending_ || std::uncaught_exceptions() > 0) return;
        const uint64_t dice = random_();
        if (dice % (is_turning_point(path) ? kPreemptsThere : preempts_) == 0) schedule();
        if (dice % kFaults == 1) {
            files_->fail(1,
                         dice / kFaults % 2 == 0 ? io::Fault::InputOutput : io::Fault::DoneAnyway);
            failing_ = files_->operations() + 1;
            ++report.faults;
        }
        // A pin is let go of in a destructor, through which nothing can be thrown.
        const bool may_throw = path.find("/pins/") == std::string::npos;
        if (dice % kKills == 2 && may_throw) {
            ++report.kills;
            throw Killed{};
        }
    }

    /// One action of one that is at rest.
    void schedule() {
        Process& process = *processes_[random_() % processes_.size()];
        if (process.is_acting) return;
        Process* const interrupted = current_;
        current_ = &process;
        process.is_acting = true;
        process.has_failed = false;
        try {
            process.act();
        } catch (const Killed&) {
            process.die();
        }
        process.is_acting = false;
        current_ = interrupted;
    }

    void finish() {
        is_ending_ = true;
        processes_.clear();
        files_->observe({});
        files_->fail(UINT64_MAX / 2, io::Fault::InputOutput);
        if (!watch_.wrong().empty()) return;
        TestRoot last(memory_, kRoot, ++begun_);
        last.now_ms = now_ms() + 1'000'000;
        const storage::CollectReport collected = last.database().collect({1000, 0});
        if (collected.is_busy || collected.pins > 0) watch_.set_wrong("a lease or a pin is left");
        if (last.database().newest()->version < watch_.head())
            watch_.set_wrong("versions are lost");
        watch_.set_wrong(last.check());
        watch_.set_wrong(leftovers(last.database()));
    }

    static constexpr uint64_t kPrime = 0x100000001b3;

    std::mt19937_64 random_;
    const uint64_t steps_max_;
    const Neglect neglect_;
    const uint64_t preempts_;
    std::shared_ptr<io::MemFs> memory_ = std::make_shared<io::MemFs>();
    std::shared_ptr<io::FaultyFs> files_ = std::make_shared<io::FaultyFs>(memory_);
    ChainWatch watch_;
    std::vector<std::unique_ptr<Process>> processes_;
    uint64_t begun_ = 1;
    uint64_t pin_names_ = 0;
    bool is_ending_ = false;
    Process* current_ = nullptr;
    uint64_t failing_ = 0;  // the number of the operation that fails
};

TableId Process::some_table() {
    return simulation_.tables[simulation_.random() % simulation_.tables.size()];
}

void Process::die() {
    for (const Held& held : held_) simulation_.watch().unpin(held.version);
    held_.clear();
    latch_.reset();
    root_.reset();
    newest_seen_ = 0;
}

void Process::act() {
    try {
        if (!root_) root_ = simulation_.open();
        root_->now_ms = simulation_.now_ms();
        switch (role_) {
            case Role::Writer:
                return write();
            case Role::Merger:
                return merge();
            case Role::Reader:
                return read();
            case Role::Collector:
                simulation_.report.collected +=
                    root_->database().collect({1000, simulation_.random() % 4}).parts_removed;
                return;
            case Role::Breaker:
                return root_->database().break_latch(some_table());
        }
    } catch (const Error& error) {
        judge(error);
        die();
    }
}

/// Only what was made to fail, or lost its latch, may fail.
void Process::judge(const Error& error) {
    if (has_failed && error.code() != ErrorCode::Bug) return;
    const Error why = latch_ ? root_->database().explain(error, latch_->tokens[0]) : error;
    if (why.code() != ErrorCode::Fenced || role_ != Role::Writer)
        simulation_.watch().set_wrong("role " + std::to_string(static_cast<int>(role_)) + ": " +
                                      why.what());
}

void Process::write() {
    storage::Database& database = root_->database();
    if (!latch_) {
        latched_ = some_table();
        latch_ = database.lock({latched_}, latch::LatchMode::Writer, 0);
        if (!latch_) return;
    }
    storage::Transaction transaction = database.begin();
    transaction.use(*latch_);
    if (simulation_.random() % 16 == 0) transaction.truncate(latched_);
    const auto table = transaction.base().find(latched_);
    transaction.add_part(latched_, root_->write_part(*table, latch_->tokens[0].epoch,
                                                     1 + simulation_.random() % 50));
    commit(transaction);
    if (simulation_.random() % 4 == 0) latch_.reset();
}

void Process::commit(storage::Transaction& transaction) {
    std::optional<CommitOutcome> outcome;
    try {
        outcome = root_->database().commit(transaction);
    } catch (const Error& error) {
        // Unknown: the same commit again finds out what became of it.
        if (error.code() == ErrorCode::Bug) throw;
        outcome = root_->database().commit(transaction);
    }
    if (const auto* published = std::get_if<latch::Published>(&*outcome)) {
        simulation_.watch().acknowledge(transaction.id(), published->version, transaction.tokens());
        ++simulation_.report.commits;
    } else {
        simulation_.report.fenced += std::holds_alternative<latch::Fenced>(*outcome) ? 1 : 0;
        latch_.reset();
    }
}

void Process::merge() {
    const TableId table = some_table();
    if (root_->database().newest()->find(table)->parts.size() > 1)
        static_cast<void>(root_->merge(table));
}

void Process::read() {
    if (held_.size() < kSnapshotsMax && simulation_.random() % 2 == 0) take_snapshot();
    for (const Held& held : held_) {
        const std::string wrong = root_->check(*held.snapshot.state);
        if (!wrong.empty() && !has_failed)
            simulation_.watch().set_wrong("version " + std::to_string(held.version) + ": " + wrong);
        ++simulation_.report.reads;
    }
    if (!held_.empty() && simulation_.random() % 2 == 0) {
        simulation_.watch().unpin(held_.front().version);
        held_.erase(held_.begin());
    }
}

/// The newest version, or one a little older.
void Process::take_snapshot() {
    storage::Database& database = root_->database();
    std::optional<uint64_t> wanted;
    if (simulation_.random() % 2 == 0) {
        const uint64_t newest = database.newest()->version;
        wanted = newest - std::min(newest - 1, simulation_.random() % kOlderMax);
    }
    try {
        storage::Snapshot snapshot = database.snapshot(wanted);
        const uint64_t version = snapshot.state->version;
        simulation_.watch().pin(version);
        held_.push_back({std::move(snapshot), version});
        if (wanted) return;
        if (version < newest_seen_) simulation_.watch().set_wrong("the newest version fell");
        newest_seen_ = version;
    } catch (const Error& error) {
        if (!wanted || error.code() != ErrorCode::SnapshotExpired) throw;
    }
}

}  // namespace

SimulationReport simulate(uint64_t seed, uint64_t steps, Neglect neglect) {
    return Simulation(seed, steps, neglect).run();
}

}  // namespace ch::reliability
