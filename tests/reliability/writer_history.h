#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>

#include "engine/store/test_rows.h"
#include "tests/reliability/rows_model.h"

namespace ch::reliability {

/// What goes wrong on purpose in a history of writes.
enum class Plant : uint8_t {
    None,
    LostRow,     ///< the model forgets a row: a store that keeps it looks wrong
    NoBitmap,    ///< a commit says that no row of a part is hidden
    LostFolder,  ///< a part's folder goes away behind a commit
    Unacked,     ///< a commit that failed is taken for done
};

/// A random run of upserts, deletes, merges, collections and definitions on two tables (db.t
/// replaces rows, db.p does not), and what it should hold. The same seed gives the same run.
class WriterHistory {
public:
    WriterHistory(std::shared_ptr<io::FileSystem> files, uint64_t seed, Plant plant = Plant::None);

    /// Runs to the end. Throws what the store throws.
    void run();

    /// What the tables may hold if the process ends now: as after the last step that was
    /// acknowledged, or as after the one that is under way.
    [[nodiscard]] const std::string& acked() const { return acked_; }
    [[nodiscard]] const std::string& pending() const { return pending_; }
    [[nodiscard]] uint64_t acked_version() const { return acked_version_; }
    /// A step that failed counts as done.
    void take_for_done() { acked_ = pending_; }

private:
    void step();
    void insert(storage::TableId table, bool replaces);
    void merge();
    void plant_bitmap();
    void plant_folder();
    void acknowledge();
    [[nodiscard]] std::string text() const;

    std::shared_ptr<io::FileSystem> files_;
    std::mt19937_64 random_;
    Plant plant_;
    std::unique_ptr<storage::TestRows> rows_;
    storage::TableId table_ = 0;
    storage::TableId plain_ = 0;
    RowsModel model_{true};
    RowsModel plain_model_{false};
    std::string acked_;
    std::string pending_;
    uint64_t acked_version_ = 0;
};

/// What another process finds, as WriterHistory has it; an Error's text if it cannot read.
std::string read_all(const std::shared_ptr<io::FileSystem>& files, uint64_t& version);

/// The path of what no version names and no collection is to come for; empty if there is none.
std::string leftovers(storage::Database& database);

/// Empty, or what is wrong: the tables are neither of the two, or a version is lost. With
/// `goes_on`, also: one collection leaves nothing over, and the next commits work.
std::string verify_writer(const std::shared_ptr<io::FileSystem>& files,
                          const WriterHistory& history, bool goes_on);

}  // namespace ch::reliability
