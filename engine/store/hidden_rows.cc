#include "engine/store/hidden_rows.h"

#include <algorithm>
#include <bit>

#include "engine/exec/stored_order.h"
#include "engine/format/part_name.h"
#include "engine/format/row_set.h"
#include "engine/format/write_value.h"
#include "engine/store/key_range.h"
#include "engine/store/limits.h"
#include "engine/store/table_schema.h"
#include "engine/table/key_hiding.h"
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
        for (size_t column : columns_)
            columns.push_back(std::make_shared<const column::Column>(
                reader_.read(column, first, rows, granules_end)));
        return columns;
    }
    [[nodiscard]] std::vector<column::TypePtr> key_types() const {
        std::vector<column::TypePtr> types;
        for (size_t i = 0; i + 1 < columns_.size(); ++i)
            types.push_back(part_->columns()[columns_[i]].type);
        return types;
    }

private:
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
        const uint64_t rows = other.part().rows();
        for (uint64_t first = 0; first < rows; first += kBlockRows) {
            const auto count = static_cast<size_t>(std::min<uint64_t>(kBlockRows, rows - first));
            const std::vector<ColumnPtr> key =
                other.read(first, count, other.part().granules().count());
            for (size_t row = 0; row < count; ++row) add_key(key, row);
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
    void add_key(const std::vector<ColumnPtr>& key, size_t row) {
        std::vector<column::Scalar> wanted;
        for (size_t i = 0; i < index_.size(); ++i)
            wanted.push_back(format::scalar_at(*key[i], row));
        // The last granule that begins below the key, and those that begin with its first columns.
        uint64_t low = 0;
        for (uint64_t high = count_; high - low > 1;) {
            const uint64_t middle = low + (high - low) / 2;
            (compare(middle, wanted) < 0 ? low : high) = middle;
        }
        is_touched_[low] = true;
        for (uint64_t i = low + 1; i < count_ && compare(i, wanted) == 0; ++i)
            is_touched_[i] = true;
    }
    [[nodiscard]] int compare(uint64_t granule, const std::vector<column::Scalar>& wanted) const {
        for (size_t i = 0; i < index_.size(); ++i) {
            const int order = exec::compare_stored(
                *index_[i]->type, format::scalar_at(*index_[i], granule), wanted[i]);
            if (order != 0) return order;
        }
        return 0;
    }

    const std::vector<ColumnPtr>& index_;
    uint64_t count_;
    std::vector<bool> is_touched_;
};

/// Finds the rows of one part that newer ones hide.
class HidingSearch {
public:
    HidingSearch(io::FileSystem& files, table::OpenPart open,
                 const std::shared_ptr<BufferPool>& pool)
        : files_(files), open_(std::move(open)) {
        options_.pool = pool;
    }

    /// Nothing if more than `keys_max` keys of the part must be read; what was read counts.
    std::optional<HiddenRows> find(const std::string& path, const table::RowHiding& hiding,
                                   uint64_t& keys_left) {
        KeyColumns mine(open_(path), hiding, options_);
        TouchedGranules touched(mine.part(), mine.key_types());
        for (const table::HidingPart& other : hiding.parts) {
            KeyColumns theirs(open_(other.path), hiding, options_);
            if (theirs.part().rows() > keys_left) return std::nullopt;
            keys_left -= theirs.part().rows();
            touched.add(theirs);
        }
        const std::vector<uint64_t>& starts = mine.part().granules().first_row;
        const std::vector<table::GranuleRange> ranges = touched.ranges();
        for (const table::GranuleRange& range : ranges) {
            const uint64_t rows = starts[range.to] - starts[range.from];
            if (rows > keys_left) return std::nullopt;
            keys_left -= rows;
        }
        HiddenRows hidden(mine.part().rows());
        if (auto known = table::read_bitmap(files_, hiding, mine.part().rows()))
            known->add_to(hidden.words());
        table::KeyHiding newer(hiding, open_, options_);
        for (const table::GranuleRange& range : ranges)
            add(mine, newer, starts[range.from], starts[range.to], range.to, hidden);
        return hidden;
    }

private:
    static void add(KeyColumns& mine, table::KeyHiding& newer, uint64_t from, uint64_t to,
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

    io::FileSystem& files_;
    table::OpenPart open_;
    part::PartReader::Options options_;
};

/// Keeps the parts of the transaction's base, which a merge may replace and a collection remove
/// while they are read; null if collection has passed it.
std::unique_ptr<latch::Pin> pin_base(Database& database, const Transaction& transaction) {
    auto pinned = database.latch().pin(transaction.base().version, latch::process_note());
    if (std::holds_alternative<latch::Expired>(pinned)) return nullptr;
    return std::move(std::get<std::unique_ptr<latch::Pin>>(pinned));
}

}  // namespace

void HiddenRows::add_flagged(uint64_t first, const column::Column& flags) {
    for (size_t row = 0; row < flags.rows; ++row)
        if (flags.data.data()[row] != 0) add(first + row);
}

uint64_t HiddenRows::count() const {
    uint64_t count = 0;
    for (uint64_t word : words_) count += static_cast<uint64_t>(std::popcount(word));
    return count;
}

NewBitmap write_bitmap(Database& database, TableId table, const std::string& part_folder,
                       HiddenRows& rows, uint64_t complete_ts) {
    NewBitmap bitmap;
    bitmap.record.complete_ts = complete_ts;
    bitmap.record.rows_hidden = rows.count();
    if (bitmap.record.rows_hidden == 0) return bitmap;
    const std::string content = format::RowSet::encode(rows.words());
    bitmap.record.hash = content_hash(as_bytes(content));
    bitmap.record.file = std::to_string(table) + "." +
                         part_folder.substr(part_folder.rfind('/') + 1) + "." +
                         std::to_string(database.new_id());
    bitmap.file = database.files().create(database.root() + "/.ch/visible/" + bitmap.record.file);
    bitmap.file->append(as_bytes(content));
    return bitmap;
}

void hide_older_rows(Database& database, Transaction& transaction, const WriteTarget& target,
                     std::vector<NewPart>& parts, const std::shared_ptr<BufferPool>& pool) {
    std::shared_ptr<const TableState> table = transaction.base().find(target.table);
    if (!table || parts.empty()) return;
    const std::unique_ptr<latch::Pin> pin = pin_base(database, transaction);
    if (!pin) return;  // without bitmaps readers find out by themselves
    const std::string folder = database.root() + "/" + table->folder;
    std::vector<table::TablePart> older;
    for (const auto& part : table->parts) older.push_back(table_part(*table, part->record, folder));
    add_hiding(*table, database.root(), older, HidingUse::Bitmaps);
    const std::vector<column::TypePtr> types = key_types(table->schema());
    std::map<std::string, std::shared_ptr<const part::Part>> opened;
    HidingSearch search(
        database.files(),
        [&](const std::string& path) {
            std::shared_ptr<const part::Part>& part = opened[path];
            if (!part) part = part::Part::open(database.shared_files(), path);
            return part;
        },
        pool);
    uint64_t keys_left = kBitmapKeysMax;
    for (size_t i = 0; i < older.size(); ++i) {
        const PartRecord& record = table->parts[i]->record;
        const std::string partition_id = format::PartName::parse(record.name)->partition_id;
        const KeyRange keys(record, types);
        table::RowHiding hiding = *older[i].view.hiding;
        const size_t before = hiding.parts.size();
        for (const NewPart& part : parts)
            if (part.partition_id == partition_id && keys.meets(KeyRange(part.record, types)))
                hiding.parts.push_back({part.folder, true});
        if (hiding.parts.size() == before) continue;
        std::optional<HiddenRows> hidden = search.find(older[i].path, hiding, keys_left);
        // Tombstones of a part without a bitmap are known to readers alone.
        if (!hidden || hiding.has_deleted) continue;
        NewBitmap bitmap = write_bitmap(database, target.table, parts[0].folder, *hidden,
                                        parts[0].record.max_commit_ts);
        bitmap.record.part = record.name;
        if (bitmap.file) parts[0].unsynced.push_back(std::move(bitmap.file));
        transaction.set_bitmap(target.table, std::move(bitmap.record));
    }
}

}  // namespace ch::storage
