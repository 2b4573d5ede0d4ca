#include "engine/table/key_hiding.h"

#include <algorithm>

#include "base/content_hash.h"
#include "base/error.h"
#include "engine/exec/stored_order.h"
#include "engine/format/single_value.h"
#include "engine/format/write_value.h"
#include "engine/table/limits.h"

namespace ch::table {

using column::ColumnPtr;

namespace {

constexpr size_t kBlockRows = 4096;

size_t column_index(const part::Part& part, const std::string& name) {
    const std::optional<size_t> index = part.find_column(name);
    if (!index)
        throw Error(ErrorCode::Corrupt, "the part lacks column " + name + " of the key",
                    part.path());
    return *index;
}

}  // namespace

/// The keys and versions of a part from front to back.
class KeyHiding::Stream {
public:
    Stream(std::shared_ptr<const part::Part> part, const RowHiding& hiding, bool wins_ties,
           const part::PartReader::Options& options)
        : part_(std::move(part)), reader_(part_, options), wins_ties_(wins_ties) {
        for (const std::string& name : hiding.key) columns_.push_back(column_index(*part_, name));
        columns_.push_back(column_index(*part_, hiding.columns.version));
        for (size_t i = 0; i + 1 < columns_.size(); ++i)
            key_types_.push_back(part_->columns()[columns_[i]].type);
    }

    /// Moves to the first key that is not below key[row]; false if there is none.
    bool seek(std::span<const ColumnPtr> key, size_t row) {
        while (true) {
            if (row_ < rows_ && exec::compare_stored(this->key(), rows_ - 1, key, row) >= 0) break;
            if (!read_block(key, row)) return false;
        }
        row_ = gallop(this->key(), row_, rows_, key, row);
        return true;
    }
    void next() { ++row_; }

    [[nodiscard]] std::span<const ColumnPtr> key() const {
        return std::span(block_).first(block_.size() - 1);
    }
    [[nodiscard]] size_t row() const { return row_; }
    [[nodiscard]] bool hides(uint64_t version) const {
        const uint64_t mine = block_.back()->data.as<uint64_t>()[row_];
        return mine > version || (mine == version && wins_ties_);
    }

    /// The first row at or behind `from` whose key is not below other[row].
    static size_t gallop(std::span<const ColumnPtr> key, size_t from, size_t end,
                         std::span<const ColumnPtr> other, size_t row) {
        size_t step = 1;
        size_t low = from;
        while (low < end && exec::compare_stored(key, low, other, row) < 0) {
            from = low + 1;
            low += step;
            step *= 2;
        }
        size_t high = std::min(low, end);
        while (from < high) {
            const size_t middle = from + (high - from) / 2;
            if (exec::compare_stored(key, middle, other, row) < 0)
                from = middle + 1;
            else
                high = middle;
        }
        return from;
    }

private:
    /// The block behind this one, or a later one where key[row] can only be further on.
    bool read_block(std::span<const ColumnPtr> key, size_t row) {
        const std::vector<uint64_t>& starts = part_->granules().first_row;
        const uint64_t granule = granule_before(key, row);
        if (starts[granule] > next_row_ || next_row_ == 0) {
            next_row_ = starts[granule];
            for (size_t column : columns_) reader_.seek(column, granule);
        }
        rows_ = static_cast<size_t>(std::min<uint64_t>(kBlockRows, part_->rows() - next_row_));
        row_ = 0;
        if (rows_ == 0) return false;
        block_.clear();
        for (size_t column : columns_)
            block_.push_back(std::make_shared<const column::Column>(reader_.read(column, rows_)));
        next_row_ += rows_;
        return true;
    }

    /// The last granule that begins below the key, by the primary index; the first where there is
    /// none.
    uint64_t granule_before(std::span<const ColumnPtr> key, size_t row) const {
        const std::vector<ColumnPtr>& index = part_->primary_index(key_types_);
        uint64_t low = 0;
        uint64_t high = part_->granules().count();
        if (index.empty()) return 0;
        std::vector<column::Scalar> wanted;
        for (size_t i = 0; i < index.size(); ++i) wanted.push_back(format::scalar_at(*key[i], row));
        while (high - low > 1) {
            const uint64_t middle = low + (high - low) / 2;
            (is_below(index, middle, wanted) ? low : high) = middle;
        }
        return low;
    }

    static bool is_below(const std::vector<ColumnPtr>& index, uint64_t granule,
                         const std::vector<column::Scalar>& wanted) {
        for (size_t i = 0; i < index.size(); ++i) {
            const int order = exec::compare_stored(
                *index[i]->type, format::scalar_at(*index[i], granule), wanted[i]);
            if (order != 0) return order < 0;
        }
        return false;
    }

    std::shared_ptr<const part::Part> part_;
    part::PartReader reader_;
    bool wins_ties_;
    std::vector<size_t> columns_;  // of the key, then the version
    std::vector<column::TypePtr> key_types_;
    std::vector<ColumnPtr> block_;
    size_t rows_ = 0;
    size_t row_ = 0;
    uint64_t next_row_ = 0;
};

KeyHiding::KeyHiding(RowHiding hiding, OpenPart open, part::PartReader::Options options)
    : hiding_(std::move(hiding)), open_(std::move(open)), options_(std::move(options)) {}

KeyHiding::~KeyHiding() = default;

void KeyHiding::open() {
    if (is_open_) return;
    is_open_ = true;
    for (const HidingPart& part : hiding_.parts) {
        std::shared_ptr<const part::Part> opened = open_(part.path);
        if (opened->rows() > 0)
            streams_.push_back(
                std::make_unique<Stream>(std::move(opened), hiding_, part.wins_ties, options_));
    }
}

exec::Selection KeyHiding::visible(std::span<const ColumnPtr> key, const column::Column& version,
                                   const column::Column* is_deleted) {
    open();
    const size_t rows = version.rows;
    std::vector<uint8_t> flags(rows, 1);
    const auto* versions = version.data.as<uint64_t>();
    std::vector<std::unique_ptr<Stream>> left;
    for (std::unique_ptr<Stream>& stream : streams_) {
        bool is_alive = true;
        for (size_t row = 0; row < rows;) {
            is_alive = stream->seek(key, row);
            if (!is_alive) break;
            const int order = exec::compare_stored(stream->key(), stream->row(), key, row);
            if (order > 0) {
                row = Stream::gallop(key, row, rows, stream->key(), stream->row());
                continue;
            }
            if (stream->hides(versions[row])) flags[row] = 0;
            ++row;
        }
        if (is_alive) left.push_back(std::move(stream));
    }
    streams_ = std::move(left);
    exec::Selection selection;
    for (size_t row = 0; row < rows; ++row)
        if (flags[row] != 0 && (is_deleted == nullptr || is_deleted->data.data()[row] == 0))
            selection.rows.push_back(static_cast<uint32_t>(row));
    selection.all = selection.rows.size() == rows;
    if (selection.all) selection.rows.clear();
    return selection;
}

std::optional<format::RowSet> read_bitmap(const io::FileSystem& files, const RowHiding& hiding,
                                          uint64_t part_rows) {
    if (hiding.bitmap.empty()) return std::nullopt;
    std::string bytes = io::read_small_file(files, hiding.bitmap, kBitmapBytesMax);
    const std::string hash = to_hex(content_hash(as_bytes(bytes)));
    if (hash != hiding.bitmap_hash)
        throw Error(ErrorCode::Corrupt,
                    "the file's hash is " + hash + ", the manifest expects " + hiding.bitmap_hash +
                        "; restore it from a backup",
                    hiding.bitmap);
    format::RowSet set = format::RowSet::parse(std::move(bytes));
    if (set.end() > part_rows)
        throw Error(ErrorCode::Corrupt,
                    "row " + std::to_string(set.end() - 1) + " is hidden of a part of " +
                        std::to_string(part_rows),
                    hiding.bitmap);
    return set;
}

}  // namespace ch::table
