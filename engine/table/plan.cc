#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/error.h"
#include "engine/table/column_source.h"
#include "engine/table/parallel.h"
#include "engine/table/pruning.h"
#include "engine/table/scan.h"

namespace ch::table {

namespace {

/// Today's definitions of all columns that the request reads, made-up ones left out.
std::vector<TableColumn> columns_read(const Table& table, const ScanRequest& request) {
    std::vector<std::string> names = request.columns;
    for (const exec::ExpressionPtr& conjunct : request.predicate)
        for (std::string& name : exec::referenced_columns(*conjunct))
            names.push_back(std::move(name));
    for (const PartView& view : table.views()) {
        if (!view.hiding) continue;
        names.insert(names.end(), view.hiding->key.begin(), view.hiding->key.end());
        names.push_back(view.hiding->columns.version);
        names.push_back(view.hiding->columns.is_deleted);
        break;
    }
    std::vector<TableColumn> columns;
    for (const std::string& name : names) {
        auto is_it = [&](const TableColumn& column) { return column.name == name; };
        if (std::any_of(columns.begin(), columns.end(), is_it)) continue;
        const TableColumn* column = table.schema().find(name);
        if (column)
            columns.push_back(*column);
        else if (!virtual_column_type(name))
            throw Error(ErrorCode::NotFound, "the table has no column " + name, table.path());
    }
    return columns;
}

void refuse_broken(const Table& table) {
    if (table.broken_parts().empty()) return;
    const BrokenPart& first = table.broken_parts().front();
    std::string others = table.broken_parts().size() > 1
                             ? " and " + std::to_string(table.broken_parts().size() - 1) + " more"
                             : "";
    throw Error(ErrorCode::Corrupt,
                "the table has broken parts, whose rows would be missing: " + first.name + others +
                    "; restore them or move them to detached/. The first: " + first.error,
                table.path());
}

uint64_t rows_in(const format::Granules& granules, GranuleRange range) {
    return granules.first_row[range.to] - granules.first_row[range.from];
}

/// Cuts ranges into runs of about equally many rows, never within a granule.
class Splitter {
public:
    Splitter(const part::Part& part, const std::vector<TableColumn>& columns, uint64_t split_bytes)
        : part_(part), columns_(columns), split_bytes_(std::max<uint64_t>(1, split_bytes)) {
        for (const TableColumn& column : columns)
            if (std::optional<size_t> stored =
                    part.find_column(column.stored_name.value_or(column.name)))
                column_bytes_ += part.column_bytes(*stored);
    }

    uint64_t bytes_of(uint64_t rows) const {
        double share =
            static_cast<double>(rows) / static_cast<double>(std::max<uint64_t>(1, part_.rows()));
        return static_cast<uint64_t>(std::llround(static_cast<double>(column_bytes_) * share));
    }

    void cut(const std::vector<GranuleRange>& ranges, std::vector<Split>& splits) const {
        uint64_t rows = 0;
        for (GranuleRange range : ranges) rows += rows_in(part_.granules(), range);
        uint64_t splits_count =
            std::max<uint64_t>(1, (bytes_of(rows) + split_bytes_ / 2) / split_bytes_);
        uint64_t rows_aim = std::max<uint64_t>(1, (rows + splits_count - 1) / splits_count);
        Split split = empty_split();
        for (GranuleRange range : ranges) {
            while (range.from < range.to) {
                GranuleRange piece = first_piece(range, rows_aim - split.rows);
                split.ranges.push_back(piece);
                split.rows += rows_in(part_.granules(), piece);
                range.from = piece.to;
                if (split.rows < rows_aim) continue;
                finish(split, splits);
                split = empty_split();
            }
        }
        if (split.rows > 0) finish(split, splits);
    }

private:
    Split empty_split() const {
        Split split;
        split.part_path = part_.path();
        split.granule_rows = part_.default_granule_rows();
        split.columns = columns_;
        return split;
    }
    void finish(Split& split, std::vector<Split>& splits) const {
        split.bytes = bytes_of(split.rows);
        splits.push_back(std::move(split));
    }
    /// The first granules of a range that together have at least `rows` rows, or all of it.
    GranuleRange first_piece(GranuleRange range, uint64_t rows) const {
        const std::vector<uint64_t>& starts = part_.granules().first_row;
        auto last = starts.begin() + static_cast<ptrdiff_t>(range.to);
        auto first = starts.begin() + static_cast<ptrdiff_t>(range.from) + 1;
        auto end = std::lower_bound(first, last, starts[range.from] + rows);
        return {range.from, static_cast<uint64_t>(end - starts.begin())};
    }

    const part::Part& part_;
    const std::vector<TableColumn>& columns_;
    uint64_t split_bytes_;
    uint64_t column_bytes_ = 0;
};

/// Those whose columns the part has under today's names: its files tell nothing of others.
std::vector<exec::ExpressionPtr> told_by_names(const std::vector<exec::ExpressionPtr>& predicate,
                                               const PartView& view) {
    std::vector<exec::ExpressionPtr> told;
    for (const exec::ExpressionPtr& conjunct : predicate) {
        const std::vector<std::string> names = exec::referenced_columns(*conjunct);
        if (std::none_of(names.begin(), names.end(), [&](const std::string& name) {
                return view.stored_names.count(name) > 0;
            }))
            told.push_back(conjunct);
    }
    return told;
}

/// What one part adds to a plan.
ScanPlan plan_part(const part::Part& part, const PartView& view, const TableSchema& schema,
                   const ScanRequest& request, std::vector<TableColumn> columns,
                   uint64_t split_bytes) {
    ScanPlan plan;
    plan.parts = 1;
    const std::vector<exec::ExpressionPtr> predicate = told_by_names(request.predicate, view);
    if (part.rows() == 0 || !part_may_match(part, schema, predicate)) return plan;
    plan.granules = part.granules().count();
    std::vector<GranuleRange> ranges = prune_by_primary_key(part, schema, predicate);
    ranges = prune_by_skip_indices(part, schema, predicate, std::move(ranges));
    if (ranges.empty()) return plan;
    plan.parts_selected = 1;
    for (GranuleRange range : ranges) plan.granules_selected += range.to - range.from;
    for (TableColumn& column : columns)
        if (auto stored = view.stored_names.find(column.name); stored != view.stored_names.end())
            column.stored_name = stored->second;
    Splitter(part, columns, split_bytes).cut(ranges, plan.splits);
    for (Split& split : plan.splits) split.hiding = view.hiding;
    return plan;
}

}  // namespace

ScanPlan plan_scan(const Table& table, const ScanRequest& request, uint64_t split_bytes) {
    refuse_broken(table);
    std::vector<TableColumn> columns = columns_read(table, request);
    std::vector<ScanPlan> pieces(table.parts().size());
    const PartView as_it_is;
    for_each_index(pieces.size(), [&](size_t i) {
        const PartView& view = table.views().empty() ? as_it_is : table.views()[i];
        pieces[i] =
            plan_part(*table.parts()[i], view, table.schema(), request, columns, split_bytes);
    });
    ScanPlan plan;
    for (ScanPlan& piece : pieces) {
        plan.parts += piece.parts;
        plan.parts_selected += piece.parts_selected;
        plan.granules += piece.granules;
        plan.granules_selected += piece.granules_selected;
        std::move(piece.splits.begin(), piece.splits.end(), std::back_inserter(plan.splits));
    }
    for (const Split& split : plan.splits) {
        plan.rows += split.rows;
        plan.bytes += split.bytes;
    }
    return plan;
}

Split empty_split(const Table& table, const ScanRequest& request) {
    Split split;
    split.columns = columns_read(table, request);
    return split;
}

}  // namespace ch::table
