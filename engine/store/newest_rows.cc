#include "engine/store/newest_rows.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "engine/exec/concat.h"
#include "engine/exec/gather.h"
#include "engine/exec/sort.h"
#include "engine/exec/stored_order.h"

namespace ch::storage {

using column::Block;

NewestRows::NewestRows(const WriteLayout& layout, std::shared_ptr<BufferPool> pool)
    : layout_(layout), pool_(std::move(pool)) {}

Block NewestRows::chosen(const Block& from, const std::vector<uint32_t>& rows) const {
    Block block{rows.size(), from.names, {}};
    for (const column::ColumnPtr& column : from.columns)
        block.columns.push_back(
            std::make_shared<const column::Column>(exec::gather(*column, rows, pool_)));
    return block;
}

Block NewestRows::behind_last(const Block& rows) const {
    if (!last_) return rows;
    Block joined{rows.rows + 1, rows.names, {}};
    for (size_t i = 0; i < rows.names.size(); ++i) {
        const exec::ColumnPiece pieces[] = {{last_->columns[i], 0, 1},
                                            {rows.columns[i], 0, rows.rows}};
        joined.columns.push_back(exec::concat(pieces, pool_));
    }
    return joined;
}

Block NewestRows::add(const Block& rows) {
    const Block joined = behind_last(rows);
    const std::vector<column::ColumnPtr> key = exec::columns_of(joined, layout_.spec.sorting_key);
    const auto* versions = joined.find(layout_.replacing->version)->data.as<uint64_t>();
    std::vector<uint32_t> newest;
    for (uint32_t row = 0; row < joined.rows; ++row) {
        if (row == 0 || exec::compare_stored(key, row - 1, key, row) != 0) {
            newest.push_back(row);
            continue;
        }
        if (last_ && newest.back() == 0 && versions[row] == versions[0])
            throw Error(ErrorCode::Unsupported,
                        "a part has several rows of one key; run OPTIMIZE TABLE ... FINAL in "
                        "ClickHouse first");
        if (versions[row] >= versions[newest.back()]) newest.back() = row;
    }
    last_ = chosen(joined, {newest.back()});
    newest.pop_back();
    return counted(chosen(joined, newest));
}

Block NewestRows::finish() {
    return last_ ? counted(*std::exchange(last_, std::nullopt)) : Block{};
}

Block NewestRows::counted(const Block& newest) {
    if (newest.rows == 0) return newest;
    const auto* versions = newest.find(layout_.replacing->version)->data.as<uint64_t>();
    const auto* deleted = newest.find(layout_.replacing->is_deleted)->data.as<uint8_t>();
    std::vector<uint32_t> kept;
    for (uint32_t row = 0; row < newest.rows; ++row) {
        if (deleted[row] != 0) continue;
        kept.push_back(row);
        min_version_ = std::min(min_version_, versions[row]);
        max_version_ = std::max(max_version_, versions[row]);
    }
    return kept.size() == newest.rows ? newest : chosen(newest, kept);
}

}  // namespace ch::storage
