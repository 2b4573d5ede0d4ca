#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/column/column.h"
#include "engine/store/merge.h"
#include "engine/store/open_table.h"
#include "engine/store/table_writer.h"
#include "engine/table/scan.h"

namespace ch::storage {

/// A row of the tables of tests.
struct TestRow {
    uint64_t key = 0;
    int32_t value = 0;
    bool is_deleted = false;
};

/// A process on a root, for tests: deterministic ids and times, real parts of tables (k UInt64, v
/// Int32) ordered by k.
class TestRows {
public:
    TestRows(std::shared_ptr<io::FileSystem> files, const std::string& root, uint64_t seed,
             bool create = true);
    /// The same over another latch store, on a root that exists.
    TestRows(std::shared_ptr<io::FileSystem> files, const std::string& root, uint64_t seed,
             std::unique_ptr<latch::LatchStore> latch);

    [[nodiscard]] const std::shared_ptr<Database>& database() { return database_; }
    [[nodiscard]] const std::shared_ptr<BufferPool>& pool() const { return pool_; }
    uint64_t now_ms = 1'000'000;
    bool writes_bitmaps = true;

    /// In database db. `replaces`: ReplacingMergeTree(_version, _is_deleted).
    TableId create(const std::string& table, bool replaces, const std::string& partition);
    /// One commit; its version.
    uint64_t insert(TableId table, const std::vector<TestRow>& rows, WriteOptions options = {});
    /// The same under a latch that is held.
    CommitOutcome insert_under(const WriteLatch& latch, TableId table,
                               const std::vector<TestRow>& rows, WriteOptions options = {});
    /// The block of such rows; the flag only where one is set.
    [[nodiscard]] column::Block block(const std::vector<TestRow>& rows) const;
    MergeReport merge(TableId table, const MergeRule& rule);
    void change(TableId table, const std::function<SchemaVersion(const TableState&)>& to);
    /// What a scan of the two columns is made of; it needs the table no more.
    struct Plan {
        table::ScanRequest request;
        std::vector<table::Split> splits;
    };
    [[nodiscard]] static Plan plan(const table::Table& table, const std::string& value = "v");
    [[nodiscard]] std::string scan(const Plan& plan) const;
    /// "1=10 2=20", by key; an Error's text for a broken part.
    [[nodiscard]] std::string read(const std::string& table, const std::string& value = "v",
                                   const ReadPoint& point = {});
    [[nodiscard]] std::string rows_of(const table::Table& opened, const std::string& value) const;

private:
    [[nodiscard]] DatabaseOptions options(uint64_t seed);

    std::shared_ptr<io::FileSystem> files_;
    std::string root_;
    uint64_t random_ = 0;
    std::shared_ptr<BufferPool> pool_;
    std::shared_ptr<Database> database_;
};

}  // namespace ch::storage
