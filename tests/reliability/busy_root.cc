#include "tests/reliability/busy_root.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/io/posix_fs.h"
#include "engine/store/create_table.h"
#include "engine/store/examine.h"
#include "latch/file_store.h"
#include "tests/reliability/careless_latch.h"
#include "tests/reliability/rows_model.h"
#include "tests/reliability/writer_history.h"

namespace ch::reliability {

namespace {

using storage::TableId;
using storage::TestRow;
using storage::TestRows;

constexpr uint64_t kKeys = 40;
constexpr uint64_t kNumberKey = 1000;    // its value is the number of the last commit
constexpr uint64_t kTruncateEvery = 40;  // commits, so that tables stay small
constexpr uint64_t kLatchWaitMs = 20'000;
constexpr uint64_t kVersionsKept = 30;
constexpr uint64_t kOlderMax = 40;

std::string table_name(uint64_t writer, bool replaces) {
    return (replaces ? "t" : "p") + std::to_string(writer);
}

std::vector<TestRow> rows_of(uint64_t writer, uint64_t number, bool replaces) {
    std::mt19937_64 random(number * BusyRoot::kWriters + writer);
    std::vector<TestRow> rows;
    for (uint64_t i = 0; i < 1 + random() % 6; ++i)
        rows.push_back({random() % kKeys, static_cast<int32_t>(random() % 1'000'000),
                        replaces && random() % 4 == 0});
    rows.push_back({kNumberKey, static_cast<int32_t>(number)});
    return rows;
}

std::string expected(uint64_t writer, uint64_t commits, bool replaces) {
    RowsModel model(replaces);
    const uint64_t first = std::max<uint64_t>(1, commits / kTruncateEvery * kTruncateEvery);
    for (uint64_t number = first; number <= commits; ++number)
        model.insert(rows_of(writer, number, replaces));
    return model.text();
}

/// The commits that a table holds, by the value of its last key.
uint64_t commits_in(const std::string& text) {
    const size_t equals = text.rfind('=');
    return equals == std::string::npos ? 0 : std::stoull(text.substr(equals + 1));
}

[[noreturn]] void wrong(const std::string& what) {
    throw Error(ErrorCode::Bug, what);
}

storage::CommitId name_of(uint64_t writer, uint64_t number, uint64_t salt) {
    storage::CommitId id{};
    ch::store(id.data(), writer << 60 | number);
    ch::store(id.data() + sizeof(uint64_t), salt);
    return id;
}

}  // namespace

Counter::Counter(const std::string& path)
    : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    CH_ASSERT(file_ >= 0);
}

Counter::~Counter() {
    ::close(file_);
}

uint64_t Counter::get() const {
    uint64_t value = 0;
    return ::pread(file_, &value, sizeof(value), 0) == sizeof(value) ? value : 0;
}

void Counter::set(uint64_t value) {
    CH_ASSERT(::pwrite(file_, &value, sizeof(value), 0) == sizeof(value));
}

void BusyRoot::create(const std::string& folder) {
    TestRows rows(std::make_shared<io::PosixFs>(), folder + "/r", 1);
    for (uint64_t writer = 0; writer < kWriters; ++writer) {
        rows.create(table_name(writer, true), true, writer == 0 ? "" : "k % 2");
        rows.create(table_name(writer, false), false, "");
    }
}

BusyRoot::BusyRoot(const std::string& folder, uint64_t seed, BusyPlant plant)
    : folder_(folder), plant_(plant), random_(seed << 32) {
    auto files = std::make_shared<io::PosixFs>();
    auto latch = latch::FileLatchStore::open(files, folder + "/r", [this] { return random(); });
    const Neglect neglect = plant == BusyPlant::IgnoresPins ? Neglect::Pins : Neglect::None;
    rows_ = std::make_unique<TestRows>(files, folder + "/r", seed,
                                       std::make_unique<CarelessLatch>(std::move(latch), neglect));
}

uint64_t BusyRoot::random() {
    return std::mt19937_64(++random_)();
}

std::string BusyRoot::counter(const char* what, uint64_t number) const {
    return folder_ + "/" + what + std::to_string(number);
}

void BusyRoot::write(uint64_t writer, const Stop& stop) {
    storage::Database& database = *rows_->database();
    std::vector<TableId> tables;
    for (bool replaces : {true, false})
        tables.push_back(
            storage::require_table(database, {"db", table_name(writer, replaces)})->id);
    Counter acked(counter("acked", writer));
    while (!stop()) {
        std::optional<storage::WriteLatch> latch =
            database.lock(tables, latch::LatchMode::Writer, kLatchWaitMs);
        if (!latch) wrong("the latch is held by nobody and cannot be had");
        for (uint64_t i = 0; i < 1 + random() % 20 && !stop(); ++i) {
            const uint64_t number = acked.get() + 1;
            if (plant_ == BusyPlant::AckEarly) acked.set(number);
            const uint64_t base = database.latch().head();
            try {
                commit(writer, number, *latch);
            } catch (const Error& error) {
                // Collection here keeps so little that it may pass what a commit is made from.
                if (database.latch().floor() <= base) throw;
                if (error.code() != ErrorCode::Fenced) throw;
                break;
            }
            acked.set(number);
        }
    }
}

void BusyRoot::commit(uint64_t writer, uint64_t number, const storage::WriteLatch& latch) {
    storage::Database& database = *rows_->database();
    for (int half = 0; half < (plant_ == BusyPlant::Half ? 2 : 1); ++half) {
        const bool is_salted = plant_ == BusyPlant::Doubled || plant_ == BusyPlant::Half;
        storage::Transaction transaction =
            database.begin(name_of(writer, number, is_salted ? random() : 0));
        transaction.use(latch);
        // An attempt of a process that was killed may have made it; the commit itself finds out,
        // too.
        if (random() % 2 == 0 && database.find_commit(transaction.id())) return;
        for (bool replaces : {true, false}) {
            if (plant_ == BusyPlant::Half && replaces != (half == 0)) continue;
            const TableId table = transaction.base().find("db", table_name(writer, replaces))->id;
            if (number % kTruncateEvery == 0) transaction.truncate(table);
            storage::WriteOptions options;
            options.writes_bitmaps = random() % 4 > 0;
            storage::TableWriter table_writer(database, storage::write_target(transaction, table),
                                              rows_->pool(), options);
            table_writer.append(rows_->block(rows_of(writer, number, replaces)));
            table_writer.finish(transaction);
        }
        storage::require_published(database.commit(transaction), "insert");
    }
}

std::string BusyRoot::read_table(const storage::Snapshot& snapshot, uint64_t writer,
                                 bool replaces) {
    const auto table = storage::open_table(rows_->database(), snapshot, "db",
                                           table_name(writer, replaces), nullptr, rows_->pool());
    return rows_->scan(TestRows::plan(*table));
}

uint64_t BusyRoot::check_tables(const storage::Snapshot& snapshot, uint64_t writer) {
    const std::string first = read_table(snapshot, writer, true);
    const std::string second = read_table(
        plant_ == BusyPlant::MixedReads ? rows_->database()->snapshot() : snapshot, writer, false);
    const uint64_t commits = commits_in(first);
    for (bool replaces : {true, false})
        if (const std::string& found = replaces ? first : second;
            found != expected(writer, commits, replaces))
            wrong("version " + std::to_string(snapshot.state->version) + ", " +
                  table_name(writer, replaces) + ", commit " + std::to_string(commits) +
                  " found as " + found + ", expected " + expected(writer, commits, replaces));
    return commits;
}

void BusyRoot::read(uint64_t reader, const Stop& stop) {
    Counter reads(counter("reads", reader));
    std::vector<std::unique_ptr<Counter>> acked;
    for (uint64_t writer = 0; writer < kWriters; ++writer)
        acked.push_back(std::make_unique<Counter>(counter("acked", writer)));
    storage::Database& database = *rows_->database();
    uint64_t first = 0;  // version that has all tables
    for (const auto& [id, table] : database.newest()->tables)
        first = std::max(first, table->created_version);
    uint64_t last_version = 0;
    while (!stop()) {
        const uint64_t writer = random() % kWriters;
        const uint64_t promised = acked[writer]->get();
        storage::Snapshot snapshot = database.snapshot();
        if (plant_ == BusyPlant::StaleReads)
            snapshot = database.snapshot(
                std::max({first, database.latch().floor(), snapshot.state->version - 2}));
        const uint64_t version = snapshot.state->version;
        if (version < last_version) wrong("the newest version fell");
        last_version = version;
        if (const uint64_t found = check_tables(snapshot, writer); found < promised)
            wrong("commit " + std::to_string(promised) + " was acknowledged, version " +
                  std::to_string(version) + " has " + std::to_string(found));
        reads.set(reads.get() + 2);
        if (random() % 4 > 0) continue;
        try {
            const uint64_t older =
                std::max(first, version - std::min(version, random() % kOlderMax));
            static_cast<void>(check_tables(database.snapshot(older), writer));
            reads.set(reads.get() + 2);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::SnapshotExpired) throw;
        }
    }
}

void BusyRoot::merge(const Stop& stop) {
    storage::Database& database = *rows_->database();
    while (!stop()) {
        const std::string name = table_name(random() % kWriters, random() % 2 == 0);
        storage::MergeRule rule;
        rule.parts_min = 2 + random() % 4;
        rule.is_final = random() % 8 == 0;
        const auto table = database.newest()->find("db", name);
        static_cast<void>(storage::merge_table(rows_->database(), table->id, rule, rows_->pool(),
                                               {}, 1 + random() % 2));
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 4));
    }
}

void BusyRoot::collect(const Stop& stop) {
    while (!stop()) {
        // Of the clock nothing is asked here: versions are what is kept.
        static_cast<void>(rows_->database()->collect({1000, 1 + random() % kVersionsKept}));
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 20));
    }
}

void BusyRoot::check() {
    storage::Database& database = *rows_->database();
    for (uint64_t writer = 0; writer < kWriters; ++writer) {
        const uint64_t acked = Counter(counter("acked", writer)).get();
        const uint64_t found = check_tables(database.snapshot(), writer);
        if (found != acked && found != acked + 1)
            wrong("commit " + std::to_string(acked) + " was acknowledged, " +
                  std::to_string(found) + " are there");
    }
    rows_->now_ms += 100'000;
    if (database.collect({1000, 0}).is_busy) wrong("collection is busy");
    if (!database.latch().pins().empty()) wrong("a pin is left");
    if (std::string left = leftovers(database); !left.empty()) wrong(left);
    for (const storage::Retired& gone : database.newest()->retired)
        if (database.files().kind(database.root() + "/" + gone.path))
            wrong(gone.path + " is retired, pinned by nobody and left");
    for (const io::DirectoryEntry& entry : database.files().list(database.root() + "/.ch"))
        if (entry.name.starts_with("head.")) wrong(".ch/" + entry.name + " is left");
    for (const storage::Finding& finding :
         storage::examine_root(database.shared_files(), database.root()).findings)
        if (finding.is_wrong) wrong(finding.path + ": " + finding.what);
}

uint64_t BusyRoot::commits() const {
    uint64_t sum = 0;
    for (uint64_t writer = 0; writer < kWriters; ++writer)
        sum += Counter(counter("acked", writer)).get();
    return sum;
}

uint64_t BusyRoot::reads(uint64_t reader) const {
    return Counter(counter("reads", reader)).get();
}

}  // namespace ch::reliability
