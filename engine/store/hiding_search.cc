#include "engine/store/hiding_search.h"

#include <algorithm>

#include "engine/exec/stored_order.h"
#include "engine/format/write_value.h"
#include "engine/table/row_reader.h"
#include "engine/table/scan.h"

namespace ch::storage {

using column::ColumnPtr;

namespace {

constexpr size_t kBlockRows = 4096;

/// A part whose key columns are read by number of the row.
class KeyColumns {
public:
    KeyColumns(std::shared_ptr<const part::Part> part, const table::RowHiding& hiding,
               const part::PartReader::Options& options)
        : part_(std::move(part)), reader_(part_, options) {
        for (const std::string& name : hiding.key)
            columns_.push_back(part_->find_column(name).value());
        columns_.push_back(part_->find_column(hiding.columns.version).value());
    }
    [[nodiscard]] const part::Part& part() const { return *part_; }
    /// The key's columns, then the version.
    std::vector<ColumnPtr> read(uint64_t first, size_t rows, size_t granules_end) {
        std::vector<ColumnPtr> columns;
        for (size_t column : columns_) columns.push_back(read(column, first, rows, granules_end));
        return columns;
    }
    /// As many of the key's columns as an index has.
    std::vector<ColumnPtr> read_prefix(size_t count, uint64_t first, size_t rows) {
        std::vector<ColumnPtr> columns;
        for (size_t i = 0; i < count; ++i)
            columns.push_back(read(columns_[i], first, rows, part_->granules().count()));
        return columns;
    }
    [[nodiscard]] std::vector<column::TypePtr> key_types() const {
        std::vector<column::TypePtr> types;
        for (size_t i = 0; i + 1 < columns_.size(); ++i)
            types.push_back(part_->columns()[columns_[i]].type);
        return types;
    }

private:
    ColumnPtr read(size_t column, uint64_t first, size_t rows, size_t granules_end) {
        return std::make_shared<const column::Column>(
            reader_.read(column, first, rows, granules_end));
    }

    std::shared_ptr<const part::Part> part_;
    table::RowReader reader_;
    std::vector<size_t> columns_;
};

/// The granules of a part in which keys of other parts may be.
class TouchedGranules {
public:
    TouchedGranules(const part::Part& part, const std::vector<column::TypePtr>& key_types)
        : index_(part.primary_index(key_types)),
          count_(part.granules().count()),
          is_touched_(count_) {}

    void add(KeyColumns& other) {
        const uint64_t rows = count_ == 0 ? 0 : other.part().rows();
        for (uint64_t first = 0; first < rows; first += kBlockRows) {
            const auto count = static_cast<size_t>(std::min<uint64_t>(kBlockRows, rows - first));
            add_keys(other.read_prefix(index_.size(), first, count), count);
        }
    }
    [[nodiscard]] std::vector<table::GranuleRange> ranges() const {
        std::vector<table::GranuleRange> ranges;
        for (uint64_t i = 0; i < count_; ++i) {
            if (!is_touched_[i]) continue;
            if (!ranges.empty() && ranges.back().to == i)
                ++ranges.back().to;
            else
                ranges.push_back({i, i + 1});
        }
        return ranges;
    }

private:
    /// Keys rise. One may be in the last granule that begins below it, and in those that begin with
    /// its first columns.
    void add_keys(const std::vector<ColumnPtr>& key, size_t rows) {
        uint64_t granule = 0;
        for (size_t row = 0; row < rows;) {
            granule = first_in(granule, count_, [&](uint64_t i) { return order(i, key, row) < 0; });
            for (uint64_t i = granule; i < count_ && order(i, key, row) == 0; ++i)
                is_touched_[i] = true;
            if (granule > 0) --granule;
            is_touched_[granule] = true;
            if (granule + 1 == count_) return;
            const auto next =
                first_in(row, rows, [&](uint64_t i) { return order(granule + 1, key, i) > 0; });
            row = std::max<size_t>(next, row + 1);
        }
    }
    /// The first number in [from, end) for which `is_before` is false, or `end`; found soonest near
    /// `from`.
    template <typename IsBefore>
    static uint64_t first_in(uint64_t from, uint64_t end, IsBefore is_before) {
        uint64_t step = 1;
        uint64_t high = from;
        while (high < end && is_before(high)) {
            from = high + 1;
            high += step;
            step *= 2;
        }
        for (high = std::min(high, end); from < high;) {
            const uint64_t middle = from + (high - from) / 2;
            if (is_before(middle))
                from = middle + 1;
            else
                high = middle;
        }
        return from;
    }
    [[nodiscard]] int order(uint64_t granule, const std::vector<ColumnPtr>& key, size_t row) const {
        for (size_t i = 0; i < index_.size(); ++i) {
            const int found =
                *index_[i]->type == *key[i]->type
                    ? exec::compare_stored(*index_[i], granule, *key[i], row)
                    : exec::compare_stored(*index_[i]->type, format::scalar_at(*index_[i], granule),
                                           format::scalar_at(*key[i], row));
            if (found != 0) return found;
        }
        return 0;
    }

    const std::vector<ColumnPtr>& index_;
    uint64_t count_;
    std::vector<bool> is_touched_;
};

void add_hidden(KeyColumns& mine, table::KeyHiding& newer, uint64_t from, uint64_t to,
                size_t granules_end, HiddenRows& hidden) {
    for (uint64_t first = from; first < to; first += kBlockRows) {
        const auto rows = static_cast<size_t>(std::min<uint64_t>(kBlockRows, to - first));
        const std::vector<ColumnPtr> columns = mine.read(first, rows, granules_end);
        const std::span<const ColumnPtr> key(columns.data(), columns.size() - 1);
        const exec::Selection left = newer.visible(key, *columns.back(), nullptr);
        if (left.all) continue;
        size_t next = 0;
        for (size_t row = 0; row < rows; ++row) {
            const bool is_left = next < left.rows.size() && left.rows[next] == row;
            if (is_left)
                ++next;
            else
                hidden.add(first + row);
        }
    }
}

}  // namespace

HidingSearch::HidingSearch(std::shared_ptr<io::FileSystem> files, std::shared_ptr<BufferPool> pool)
    : files_(std::move(files)) {
    options_.pool = std::move(pool);
}

const std::shared_ptr<const part::Part>& HidingSearch::open(const std::string& path) {
    std::shared_ptr<const part::Part>& part = opened_[path];
    if (!part) part = part::Part::open(files_, path);
    return part;
}

std::optional<HiddenRows> HidingSearch::find(const std::string& path,
                                             const table::RowHiding& hiding, uint64_t& keys_left) {
    KeyColumns mine(open(path), hiding, options_);
    TouchedGranules touched(mine.part(), mine.key_types());
    for (const table::HidingPart& other : hiding.parts) {
        KeyColumns theirs(open(other.path), hiding, options_);
        if (theirs.part().rows() > keys_left) return std::nullopt;
        keys_left -= theirs.part().rows();
        touched.add(theirs);
    }
    const std::vector<uint64_t>& starts = mine.part().granules().first_row;
    const std::vector<table::GranuleRange> ranges = touched.ranges();
    uint64_t rows = 0;
    for (const table::GranuleRange& range : ranges) rows += starts[range.to] - starts[range.from];
    if (rows > keys_left) return std::nullopt;
    keys_left -= rows;
    HiddenRows hidden(mine.part().rows());
    if (auto known = table::read_bitmap(*files_, hiding, mine.part().rows()))
        known->add_to(hidden.words());
    table::KeyHiding newer(
        hiding, [this](const std::string& other) { return open(other); }, options_);
    for (const table::GranuleRange& range : ranges)
        add_hidden(mine, newer, starts[range.from], starts[range.to], range.to, hidden);
    if (hiding.has_deleted) add_tombstones(path, hiding, hidden);
    return hidden;
}

void HidingSearch::add_tombstones(const std::string& path, const table::RowHiding& hiding,
                                  HiddenRows& hidden) {
    const std::shared_ptr<const part::Part>& part = open(path);
    const size_t column = part->find_column(hiding.columns.is_deleted).value();
    table::RowReader reader(part, options_);
    for (uint64_t first = 0; first < part->rows(); first += kBlockRows) {
        const auto rows = static_cast<size_t>(std::min<uint64_t>(kBlockRows, part->rows() - first));
        hidden.add_flagged(first, reader.read(column, first, rows, part->granules().count()));
    }
}

}  // namespace ch::storage
