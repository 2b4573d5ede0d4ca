#include "connector/batch_joiner.h"

#include <utility>

#include "connector/limits.h"
#include "engine/exec/concat.h"

namespace ch::connector {

using column::Block;

namespace {

size_t bytes_of(const Block& block) {
    size_t bytes = 0;
    for (const column::ColumnPtr& column : block.columns) bytes += column->bytes();
    return bytes;
}

Block join(const std::vector<Block>& blocks, const std::shared_ptr<BufferPool>& pool) {
    if (blocks.size() == 1) return blocks.front();
    Block joined{0, blocks.front().names, {}};
    for (const Block& block : blocks) joined.rows += block.rows;
    for (size_t i = 0; i < blocks.front().columns.size(); ++i) {
        std::vector<exec::ColumnPiece> pieces;
        for (const Block& block : blocks) pieces.push_back({block.columns[i], 0, block.rows});
        joined.columns.push_back(exec::concat(pieces, pool));
    }
    return joined;
}

}  // namespace

void BatchJoiner::add(Block block, uint64_t rows_read) {
    const size_t bytes = bytes_of(block);
    const bool is_large =
        block.rows >= rows_max_ / kJoinedRowsShare || bytes >= kJoinedBytesMax / kJoinedRowsShare;
    // Rows keep their order: what waits goes out before the block that cannot join it.
    if (is_large || !fits(block)) flush();
    if (is_large) {
        whole_ = std::move(block);
        return;
    }
    if (waiting_.empty()) rows_read_at_first_ = rows_read;
    rows_ += block.rows;
    bytes_ += bytes;
    waiting_.push_back(std::move(block));
    // A rare row does not wait for the scan of a whole table: LIMIT in a client may be satisfied by
    // it.
    const bool has_waited = rows_read - rows_read_at_first_ >= kJoinedRowsReadMax;
    if (ready_.empty() && (rows_ >= rows_max_ / 2 || bytes_ >= kJoinedBytesMax || has_waited))
        flush();
}

/// Whether the block can be joined to what waits.
bool BatchJoiner::fits(const Block& block) const {
    if (waiting_.empty()) return true;
    if (rows_ + block.rows > rows_max_) return false;
    for (size_t i = 0; i < block.columns.size(); ++i)
        if (!(*block.columns[i]->type == *waiting_.front().columns[i]->type)) return false;
    return true;
}

void BatchJoiner::flush() {
    ready_ = std::exchange(waiting_, {});
    rows_ = 0;
    bytes_ = 0;
}

void BatchJoiner::finish() {
    if (ready_.empty()) flush();
}

std::optional<Block> BatchJoiner::take() {
    if (!ready_.empty()) return join(std::exchange(ready_, {}), pool_);
    return std::exchange(whole_, std::nullopt);
}

}  // namespace ch::connector
