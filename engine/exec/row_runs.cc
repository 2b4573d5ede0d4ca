#include "engine/exec/row_runs.h"

#include <cstring>

#include "engine/exec/gather.h"

namespace ch::exec {

using column::Column;
using column::ColumnPtr;
using column::TypeId;

namespace {

// Both buffers' padding allows to copy whole chunks: what stands behind a run's end then is written
// again by the next run. Most runs are one chunk, so that hardly a branch is missed.
constexpr size_t kChunk = Buffer::kPaddingBytes;
constexpr size_t kChunkOffsets = kChunk / sizeof(int32_t) / 2;

uint8_t* put_run(uint8_t* to, const uint8_t* from, size_t bytes) {
    constexpr size_t kLong = 1024;
    std::memcpy(to, from, kChunk);
    if (bytes >= kLong) {
        std::memcpy(to + kChunk, from + kChunk, bytes - kChunk);
    } else {
        for (size_t at = kChunk; at < bytes; at += kChunk) std::memcpy(to + at, from + at, kChunk);
    }
    return to + bytes;
}

/// The ends of `count` texts, moved by `shift`, which may be below 0 and is added as bits.
uint32_t* put_ends(uint32_t* to, const uint32_t* ends, size_t count, uint32_t shift) {
    size_t row = 0;
    do {
        for (size_t i = 0; i < kChunkOffsets; ++i) to[row + i] = ends[row + i] + shift;
        row += kChunkOffsets;
    } while (row < count);
    return to + count;
}

size_t count_of(std::span<const RowRun> runs) {
    size_t rows = 0;
    for (const RowRun& run : runs) rows += run.count;
    return rows;
}

void take_fixed(const Buffer& from, size_t width, std::span<const RowRun> runs, Buffer& to) {
    uint8_t* at = to.data();
    for (const RowRun& run : runs)
        at = put_run(at, from.data() + run.from * width, run.count * width);
}

void take_text(const Column& column, std::span<const RowRun> runs, Column& to,
               const std::shared_ptr<BufferPool>& pool) {
    const auto* ends = column.offsets.as<uint32_t>();
    auto* out = to.offsets.as<uint32_t>();
    uint32_t total = 0;
    *out++ = 0;
    for (const RowRun& run : runs) {
        const uint32_t* begin = ends + run.from;
        const uint32_t shift = total - begin[0];
        out = put_ends(out, begin + 1, run.count, shift);
        total = begin[run.count] + shift;
    }
    to.data = pool->make(total);
    if (total == 0) return;
    uint8_t* at = to.data.data();
    for (const RowRun& run : runs) {
        const uint32_t begin = ends[run.from];
        const size_t bytes = ends[run.from + run.count] - begin;
        if (bytes > 0) at = put_run(at, column.data.data() + begin, bytes);
    }
}

}  // namespace

std::vector<uint32_t> rows_of(std::span<const RowRun> runs) {
    std::vector<uint32_t> rows(count_of(runs));
    uint32_t* out = rows.data();
    for (const RowRun& run : runs)
        for (uint32_t row = run.from; row < run.from + run.count; ++row) *out++ = row;
    return rows;
}

ColumnPtr take_runs(const ColumnPtr& column, std::span<const RowRun> runs,
                    const std::shared_ptr<BufferPool>& pool) {
    const bool is_code = column->type->id == TypeId::LowCardinality;
    const size_t width = is_code ? sizeof(int32_t) : column->type->width();
    const bool is_text = column->type->id == TypeId::String;
    if (width == 0 && !is_text)
        return std::make_shared<const Column>(gather(*column, rows_of(runs), pool));
    Column taken = column::make_column(column->type, count_of(runs), pool);
    if (column->has_nulls()) {
        taken.nulls = pool->make(taken.rows);
        take_fixed(column->nulls, 1, runs, taken.nulls);
    }
    if (is_text)
        take_text(*column, runs, taken, pool);
    else
        take_fixed(column->data, width, runs, taken.data);
    if (is_code) taken.children = column->children;
    return std::make_shared<const Column>(std::move(taken));
}

}  // namespace ch::exec
