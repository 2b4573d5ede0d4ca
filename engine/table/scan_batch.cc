#include "engine/table/scan_batch.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace ch::table {

using column::ColumnPtr;

namespace {

exec::Selection existing_rows(const column::Column& row_exists) {
    exec::Selection alive;
    const uint8_t* flags = row_exists.data.data();
    for (size_t i = 0; i < row_exists.rows; ++i)
        if (flags[i] != 0) alive.rows.push_back(static_cast<uint32_t>(i));
    alive.all = alive.rows.size() == row_exists.rows;
    if (alive.all) alive.rows.clear();
    return alive;
}

}  // namespace

ScanBatch::ScanBatch(std::span<ColumnSource> sources, RowReader& reader, RowRange rows,
                     const format::Granules& granules, size_t granules_end,
                     std::shared_ptr<BufferPool> pool)
    : sources_(sources),
      reader_(reader),
      rows_(rows),
      granules_(granules),
      granules_end_(granules_end),
      pool_(std::move(pool)),
      loaded_(sources.size()) {
    selection_.all = true;
}

bool ScanBatch::filter(const FilterStep& step) {
    if (step.hidden != nullptr && selection_.all && !runs_) {
        keep_runs(*step.hidden);
    } else if (step.hidden != nullptr) {
        narrow(not_in(*step.hidden));
    } else if (step.newer != nullptr) {
        if (selected_rows() > 0) narrow(not_hidden(step));
    } else if (step.conjuncts.empty()) {
        narrow(existing_rows(*column(step.sources[0])));
    } else {
        column::Block block;
        block.rows = selected_rows();
        for (size_t source : step.sources) {
            block.names.push_back(sources_[source].name());
            block.columns.push_back(column(source));
        }
        narrow(exec::select(step.conjuncts, block, pool_));
    }
    return selected_rows() > 0;
}

exec::Selection ScanBatch::not_in(const format::RowSet& hidden) const {
    std::vector<uint8_t> flags(rows_.count, 1);
    hidden.clear(rows_.first, rows_.count, flags.data());
    exec::Selection left;
    const size_t count = selected_rows();
    for (size_t i = 0; i < count; ++i)
        if (flags[selection_.all ? i : selection_.rows[i]] != 0)
            left.rows.push_back(static_cast<uint32_t>(i));
    left.all = left.rows.size() == count;
    if (left.all) left.rows.clear();
    return left;
}

void ScanBatch::keep_runs(const format::RowSet& hidden) {
    std::vector<exec::RowRun> runs;
    uint64_t next = rows_.first;
    auto add_up_to = [&](uint64_t end) {
        if (end == next) return;
        runs.push_back(
            {static_cast<uint32_t>(next - rows_.first), static_cast<uint32_t>(end - next)});
        runs_rows_ += runs.back().count;
    };
    hidden.each_run(rows_.first, rows_.end(), [&](uint64_t from, uint64_t to) {
        add_up_to(from);
        next = to;
    });
    if (next == rows_.first) return;  // no row of the batch is hidden
    add_up_to(rows_.end());
    runs_ = std::move(runs);
    selection_.all = false;
}

/// Turns runs into row numbers, which other filters work with.
void ScanBatch::number_rows() {
    if (!runs_) return;
    selection_.rows = exec::rows_of(*runs_);
    runs_.reset();
}

exec::Selection ScanBatch::not_hidden(const FilterStep& step) {
    std::vector<ColumnPtr> columns;
    for (size_t source : step.sources) columns.push_back(column(source));
    const ColumnPtr is_deleted = step.has_deleted ? columns.back() : nullptr;
    if (is_deleted) columns.pop_back();
    const ColumnPtr version = columns.back();
    columns.pop_back();
    return step.newer->visible(columns, *version, is_deleted.get());
}

/// `passed` counts within the rows selected so far.
void ScanBatch::narrow(exec::Selection passed) {
    if (passed.all) return;
    number_rows();
    if (!selection_.all)
        for (uint32_t& row : passed.rows) row = selection_.rows[row];
    selection_ = std::move(passed);
    shifted_rows_ = {};
}

void ScanBatch::keep_first(size_t rows) {
    if (rows >= selected_rows()) return;
    number_rows();
    if (selection_.all) {
        selection_.all = false;
        selection_.rows.resize(rows);
        for (size_t i = 0; i < rows; ++i) selection_.rows[i] = static_cast<uint32_t>(i);
    } else {
        selection_.rows.resize(rows);
    }
    shifted_rows_ = {};
}

ColumnPtr ScanBatch::column(size_t source) {
    Loaded& loaded = loaded_[source];
    if (!loaded.column) {
        loaded.rows = hull();
        loaded.column = sources_[source].read(reader_, loaded.rows.first, loaded.rows.count,
                                              end_of(loaded.rows));
        if (sources_[source].is_stored()) bytes_ += loaded.column->bytes();
    }
    if (runs_ && loaded.rows == rows_) return exec::take_runs(loaded.column, *runs_, pool_);
    number_rows();
    const exec::Selection& selection = selection_within(loaded.rows);
    return selection.all ? loaded.column : exec::take(loaded.column, selection, pool_);
}

/// The batch's rows cut down to the granules from the first to the last surviving row.
RowRange ScanBatch::hull() const {
    if (selection_.all || selected_rows() == 0) return rows_;
    const std::vector<uint64_t>& starts = granules_.first_row;
    const uint64_t first = rows_.first + (runs_ ? runs_->front().from : selection_.rows.front());
    const uint64_t last = rows_.first + (runs_ ? runs_->back().from + runs_->back().count - 1
                                               : selection_.rows.back());
    uint64_t begin = *(std::upper_bound(starts.begin(), starts.end(), first) - 1);
    uint64_t end = *std::upper_bound(starts.begin(), starts.end(), last);
    begin = std::max(begin, rows_.first);
    end = std::min(end, rows_.end());
    return {begin, static_cast<size_t>(end - begin)};
}

/// How far a column is read on from these rows: all the way while nothing was filtered, else
/// perhaps no further.
size_t ScanBatch::end_of(RowRange rows) const {
    if (selection_.all) return granules_end_;
    const std::vector<uint64_t>& starts = granules_.first_row;
    return static_cast<size_t>(std::lower_bound(starts.begin(), starts.end(), rows.end()) -
                               starts.begin());
}

/// The surviving rows, counted from the start of `rows`, which has them all.
const exec::Selection& ScanBatch::selection_within(RowRange rows) {
    if (rows == rows_ || selection_.all) return selection_;
    if (rows == shifted_rows_) return shifted_;
    auto offset = static_cast<uint32_t>(rows.first - rows_.first);
    shifted_rows_ = rows;
    shifted_.all = selection_.rows.size() == rows.count;
    shifted_.rows.clear();
    if (shifted_.all) return shifted_;
    shifted_.rows.reserve(selection_.rows.size());
    for (uint32_t row : selection_.rows) shifted_.rows.push_back(row - offset);
    return shifted_;
}

uint64_t ScanBatch::granules_in(RowRange rows) const {
    const std::vector<uint64_t>& starts = granules_.first_row;
    auto from = std::lower_bound(starts.begin(), starts.end(), rows.first);
    auto to = std::lower_bound(starts.begin(), starts.end(), rows.end());
    return static_cast<uint64_t>(to - from);
}

uint64_t ScanBatch::granules_kept() const {
    return selected_rows() == 0 ? 0 : granules_in(hull());
}

}  // namespace ch::table
