#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/exec/evaluate.h"
#include "engine/exec/row_runs.h"
#include "engine/format/marks.h"
#include "engine/table/column_source.h"
#include "engine/table/key_hiding.h"

namespace ch::table {

/// Rows [first, first + count) of a part.
struct RowRange {
    uint64_t first = 0;
    size_t count = 0;
    [[nodiscard]] uint64_t end() const { return first + count; }
    bool operator==(const RowRange&) const = default;
};

/// Conjuncts that are evaluated together because they read the same columns. Without any: rows that
/// a set holds or that newer ones hide, or else the one column is _row_exists: rows that hold 0 are
/// deleted.
struct FilterStep {
    std::vector<exec::ExpressionPtr> conjuncts;
    std::vector<size_t> sources;
    const format::RowSet* hidden = nullptr;
    KeyHiding* newer = nullptr;  ///< sources: the key, the version, perhaps the tombstone flag
    bool has_deleted = false;    ///< with `newer`: the flag is the last of the sources
};

/// One batch of rows on its way through a scan: columns are read when they are first asked for, and
/// then only the granules that still have a surviving row. Lives for one batch; refers to the
/// scan's sources and reader.
class ScanBatch {
public:
    /// Granules after the batch are read too, up to `granules_end`.
    ScanBatch(std::span<ColumnSource> sources, RowReader& reader, RowRange rows,
              const format::Granules& granules, size_t granules_end,
              std::shared_ptr<BufferPool> pool);

    /// Drops the rows that do not pass. False if none is left.
    bool filter(const FilterStep& step);
    /// Drops all surviving rows but the first `rows`.
    void keep_first(size_t rows);
    /// The surviving rows of a column.
    column::ColumnPtr column(size_t source);

    [[nodiscard]] RowRange rows() const { return rows_; }
    [[nodiscard]] size_t selected_rows() const {
        return runs_ ? runs_rows_ : selection_.count(rows_.count);
    }
    [[nodiscard]] bool is_loaded(size_t source) const { return loaded_[source].column != nullptr; }
    /// Bytes of the stored columns read so far, in memory.
    [[nodiscard]] size_t bytes() const { return bytes_; }
    /// Granules that begin in this batch, and those of them that have surviving rows between the
    /// first and the last one.
    [[nodiscard]] uint64_t granules() const { return granules_in(rows_); }
    [[nodiscard]] uint64_t granules_kept() const;

private:
    struct Loaded {
        column::ColumnPtr column;
        RowRange rows;
    };

    [[nodiscard]] RowRange hull() const;
    [[nodiscard]] size_t end_of(RowRange rows) const;
    [[nodiscard]] uint64_t granules_in(RowRange rows) const;
    void narrow(exec::Selection passed);
    [[nodiscard]] exec::Selection not_in(const format::RowSet& hidden) const;
    void keep_runs(const format::RowSet& hidden);
    void number_rows();
    [[nodiscard]] exec::Selection not_hidden(const FilterStep& step);
    const exec::Selection& selection_within(RowRange rows);

    std::span<ColumnSource> sources_;
    RowReader& reader_;
    RowRange rows_;
    const format::Granules& granules_;
    size_t granules_end_;
    std::shared_ptr<BufferPool> pool_;
    exec::Selection selection_;  // numbers count from rows_.first
    /// While nothing but a bitmap has dropped rows: those that are left, not yet in selection_.
    std::optional<std::vector<exec::RowRun>> runs_;
    size_t runs_rows_ = 0;
    std::vector<Loaded> loaded_;
    size_t bytes_ = 0;
    RowRange shifted_rows_;  // what shifted_ counts from; an empty range = nothing yet
    exec::Selection shifted_;
};

}  // namespace ch::table
