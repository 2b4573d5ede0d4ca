#include "engine/exec/row_runs.h"

#include <cstring>

#include "engine/exec/gather.h"

namespace ch::exec {

using column::Column;
using column::ColumnPtr;
using column::TypeId;

namespace {

/// A copy in whole chunks, which both buffers' padding allows: what it writes behind the end is
/// written again by the next run.
uint8_t* put_chunks(uint8_t* to, const uint8_t* from, size_t bytes) {
    constexpr size_t kChunk = 32;
    constexpr size_t kLong = 1024;
    static_assert(kChunk <= Buffer::kPaddingBytes);
    if (bytes >= kLong) {
        std::memcpy(to, from, bytes);
        return to + bytes;
    }
    size_t at = 0;
    do {
        std::memcpy(to + at, from + at, kChunk);
        at += kChunk;
    } while (at < bytes);
    return to + bytes;
}

size_t count_of(std::span<const RowRun> runs) {
    size_t rows = 0;
    for (const RowRun& run : runs) rows += run.count;
    return rows;
}

void take_fixed(const Buffer& from, size_t width, std::span<const RowRun> runs, Buffer& to) {
    uint8_t* at = to.data();
    for (const RowRun& run : runs)
        at = put_chunks(at, from.data() + run.from * width, run.count * width);
}

void take_text(const Column& column, std::span<const RowRun> runs, Column& to,
               const std::shared_ptr<BufferPool>& pool) {
    const int32_t* ends = column.offsets.as<int32_t>();
    auto* out = to.offsets.as<int32_t>();
    int32_t total = 0;
    *out++ = 0;
    for (const RowRun& run : runs) {
        const int32_t* begin = ends + run.from;
        const int32_t shift = total - begin[0];
        for (size_t row = 1; row <= run.count; ++row) *out++ = begin[row] + shift;
        total = begin[run.count] + shift;
    }
    to.data = pool->make(static_cast<size_t>(total));
    if (total == 0) return;
    uint8_t* at = to.data.data();
    for (const RowRun& run : runs) {
        const int32_t begin = ends[run.from];
        const auto bytes = static_cast<size_t>(ends[run.from + run.count] - begin);
        if (bytes > 0) at = put_chunks(at, column.data.data() + begin, bytes);
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
