#pragma once

#include <cstdint>
#include <vector>

#include "syncer/source/datum.h"

namespace ch::syncer {

/// The number that a row of a table without a key of its own goes by, as updates and deletes have
/// it among the columns.
constexpr int64_t kRowIdColumn = -1;

/// A row's columns by their ids, in the order of the message. Views lie in the row's bytes.
struct RowImage {
    struct Cell {
        int64_t column_id = 0;
        Datum value;
    };
    std::vector<Cell> cells;

    /// Null if the row does not have it.
    [[nodiscard]] const Datum* find(int64_t column_id) const;
};

///   inserted = handle{n} ((column_id value)+ | 00)    n: 1, or the columns of a clustered key
///   deleted  = (column_id value)*
///   updated  = (column_id value)* the same columns again, with their new values
///
/// All throw Error{Corrupt | Unsupported} with the offset.
struct InsertedRow {
    std::vector<Datum> handle;
    RowImage row;
};
InsertedRow decode_inserted_row(Bytes bytes, size_t handle_values);

RowImage decode_deleted_row(Bytes bytes);

struct UpdatedRow {
    RowImage before;
    RowImage after;
};
UpdatedRow decode_updated_row(Bytes bytes);

}  // namespace ch::syncer
