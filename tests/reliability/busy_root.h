#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/store/test_rows.h"

namespace ch::reliability {

/// What the workers of a busy root do wrong on purpose.
enum class BusyPlant : uint8_t {
    None,
    AckEarly,     ///< a writer acknowledges before it commits
    Half,         ///< a writer's two tables are committed one after the other
    Doubled,      ///< a writer that comes back repeats its last commit under another name
    MixedReads,   ///< a reader takes a snapshot for each table
    StaleReads,   ///< a reader takes an old version for the newest
    IgnoresPins,  ///< collection does not look at pins
};

/// A number in a file of eight bytes: what is set stays, also when the process is killed.
class Counter {
public:
    explicit Counter(const std::string& path);
    ~Counter();
    Counter(const Counter&) = delete;
    Counter& operator=(const Counter&) = delete;
    [[nodiscard]] uint64_t get() const;
    void set(uint64_t value);

private:
    int file_ = -1;
};

/// A root with two tables for each writer, one that replaces rows and one that does not, which
/// every commit changes together; what the n-th commit of a writer does is known from n. Many
/// processes, and many threads of one, work on it at once, each through an own BusyRoot or a shared
/// one. Thread-safe.
class BusyRoot {
public:
    static constexpr uint64_t kWriters = 2;
    using Stop = std::function<bool()>;

    /// Makes the root in an empty folder.
    static void create(const std::string& folder);
    /// `seed`: differs among all that ever open the root.
    BusyRoot(const std::string& folder, uint64_t seed, BusyPlant plant = BusyPlant::None);

    // Each works until stop(), and throws Error{Bug} for what should not be.
    /// Goes on behind what it has acknowledged; its last commit may have been made or not.
    void write(uint64_t writer, const Stop& stop);
    /// Reads the newest version and, sometimes, an older one.
    void read(uint64_t reader, const Stop& stop);
    void merge(const Stop& stop);
    void collect(const Stop& stop);

    /// When nobody else works: all that was acknowledged is there, one collection leaves nothing.
    void check();
    /// Commits, and tables read, so far.
    [[nodiscard]] uint64_t commits() const;
    [[nodiscard]] uint64_t reads(uint64_t reader) const;

private:
    void commit(uint64_t writer, uint64_t number, const storage::WriteLatch& latch);
    /// The number of commits of the writer that the version has.
    uint64_t check_tables(const storage::Snapshot& snapshot, uint64_t writer);
    [[nodiscard]] std::string read_table(const storage::Snapshot& snapshot, uint64_t writer,
                                         bool replaces);
    [[nodiscard]] std::string counter(const char* what, uint64_t number) const;
    [[nodiscard]] uint64_t random();

    const std::string folder_;
    const BusyPlant plant_;
    std::unique_ptr<storage::TestRows> rows_;
    std::atomic<uint64_t> random_;
};

}  // namespace ch::reliability
