#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/store/database.h"

namespace ch::storage {

/// A process on a root, for tests: deterministic ids and times, parts of a few bytes.
class TestRoot {
public:
    /// Makes the root if it is not there, unless told otherwise.
    TestRoot(std::shared_ptr<io::FileSystem> files, const std::string& root, uint64_t seed,
             uint64_t checkpoint_versions = 64, bool create = true);

    /// The same over another latch store, on a root that exists.
    TestRoot(std::shared_ptr<io::FileSystem> files, const std::string& root, uint64_t seed,
             std::unique_ptr<latch::LatchStore> latch, uint64_t checkpoint_versions);

    [[nodiscard]] Database& database() { return *database_; }
    /// The wall clock of this process.
    uint64_t now_ms = 1'000'000;

    /// A table of two columns, in a database that is made if it is missing.
    TableId create_table(const std::string& database, const std::string& table);
    /// Locks the table, inserts a part of `rows` rows and returns how many parts were written; 0 if
    /// it was refused.
    uint64_t insert(TableId table, uint64_t rows);
    /// The same under a latch that is held, into several tables at once.
    CommitOutcome insert_into(const std::vector<TableId>& tables, uint64_t rows,
                              const WriteLatch& latch);
    /// Replaces all parts by one; false if it was refused.
    bool merge(TableId table);
    bool truncate(TableId table);
    bool drop(TableId table);

    /// A part whose files say what they are, ready for add_part().
    NewPart write_part(const TableState& table, uint64_t epoch, uint64_t rows,
                       const latch::Pin* pin = nullptr);
    /// Every part of the newest version is on disk, whole; empty, or what is wrong.
    std::string check();
    std::string check(const State& state);

private:
    [[nodiscard]] DatabaseOptions options(uint64_t seed, uint64_t checkpoint_versions);

    std::shared_ptr<uint64_t> random_;
    std::shared_ptr<Database> database_;
};

}  // namespace ch::storage
