#pragma once

#include <memory>
#include <vector>

#include "syncer/apply/synced_table.h"
#include "syncer/apply/value_column.h"
#include "syncer/source/binlog_message.h"
#include "syncer/source/row_image.h"

namespace ch::syncer {

/// Row changes of one table, in their order, as rows of the store: an insert or update is a row, a
/// delete a tombstone at the old key, an update that changes the key both. Used by one thread.
class RowBlock {
public:
    RowBlock(SyncedTable table, const storage::SchemaVersion& schema, ZeroDates zero_dates,
             const std::shared_ptr<BufferPool>& pool);

    /// Throws Error{Corrupt | InvalidArgument | Unsupported} naming the table.
    void append(const TableChanges::Change& change);
    [[nodiscard]] size_t rows() const { return rows_; }
    [[nodiscard]] size_t bytes() const;
    [[nodiscard]] column::Block take();

private:
    struct Place {
        int64_t tidb_id = 0;
        std::string name;       ///< in the store
        int handle_index = -1;  ///< which value of an inserted row's handle it is, too
        bool is_unsigned = false;
        ValueColumn values;
    };

    void append_row(const RowImage& row, const std::vector<Datum>& handle, bool is_deleted);
    void append_cell(Place& place, const RowImage& row, const std::vector<Datum>& handle);
    void append_update(const UpdatedRow& updated);
    [[nodiscard]] bool has_same_key(const UpdatedRow& updated) const;

    const SyncedTable table_;
    const std::shared_ptr<BufferPool> pool_;
    std::vector<Place> places_;
    std::vector<uint8_t> is_deleted_;
    size_t rows_ = 0;
};

}  // namespace ch::syncer
