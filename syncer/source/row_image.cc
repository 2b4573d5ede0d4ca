#include "syncer/source/row_image.h"

#include <algorithm>
#include <unordered_set>

#include "base/error.h"
#include "syncer/limits.h"

namespace ch::syncer {

namespace {

RowImage::Cell read_cell(ByteReader& reader) {
    const auto at = static_cast<int64_t>(reader.offset());
    const Datum id = read_datum(reader);
    if (id.kind != Datum::Kind::Int)
        throw Error(ErrorCode::Corrupt,
                    std::string("a row has ") + datum_kind_name(id.kind) +
                        " where the id of a column is expected",
                    {}, at);
    return {id.int_value, read_datum(reader)};
}

void check_count(size_t cells, size_t limit) {
    if (cells > limit)
        throw Error(ErrorCode::Corrupt,
                    "a row of more than " + std::to_string(kRowColumnsMax) + " columns");
}

void check_distinct(const RowImage& row) {
    std::unordered_set<int64_t> ids;
    for (const RowImage::Cell& cell : row.cells)
        if (!ids.insert(cell.column_id).second)
            throw Error(ErrorCode::Corrupt,
                        "a row has column " + std::to_string(cell.column_id) + " more than once");
}

RowImage read_cells(ByteReader& reader, size_t limit) {
    RowImage row;
    while (!reader.at_end()) {
        row.cells.push_back(read_cell(reader));
        check_count(row.cells.size(), limit);
    }
    return row;
}

}  // namespace

const Datum* RowImage::find(int64_t column_id) const {
    auto found = std::find_if(cells.begin(), cells.end(),
                              [&](const Cell& cell) { return cell.column_id == column_id; });
    return found == cells.end() ? nullptr : &found->value;
}

InsertedRow decode_inserted_row(Bytes bytes, size_t handle_values) {
    ByteReader reader(bytes);
    InsertedRow inserted;
    for (size_t i = 0; i < handle_values; ++i) inserted.handle.push_back(read_datum(reader));
    // A row that has nothing but its handle ends with a NULL.
    if (reader.remaining() == 1 && bytes.back() == 0) return inserted;
    inserted.row = read_cells(reader, kRowColumnsMax);
    check_distinct(inserted.row);
    return inserted;
}

RowImage decode_deleted_row(Bytes bytes) {
    ByteReader reader(bytes);
    RowImage row = read_cells(reader, kRowColumnsMax);
    check_distinct(row);
    return row;
}

UpdatedRow decode_updated_row(Bytes bytes) {
    ByteReader reader(bytes);
    UpdatedRow updated;
    updated.before = read_cells(reader, 2 * kRowColumnsMax);
    std::vector<RowImage::Cell>& cells = updated.before.cells;
    const size_t half = cells.size() / 2;
    bool is_whole = cells.size() % 2 == 0;
    for (size_t i = 0; i < half && is_whole; ++i)
        is_whole = cells[i].column_id == cells[half + i].column_id;
    if (!is_whole)
        throw Error(ErrorCode::Corrupt,
                    "an updated row whose new values are not of the columns of its old ones");
    updated.after.cells.assign(cells.begin() + static_cast<ptrdiff_t>(half), cells.end());
    cells.resize(half);
    check_distinct(updated.before);
    return updated;
}

}  // namespace ch::syncer
