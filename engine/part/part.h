#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "base/io/file_system.h"
#include "engine/column/column.h"
#include "engine/column/scalar.h"
#include "engine/format/marks.h"
#include "engine/format/serialization_json.h"
#include "engine/format/skip_index.h"
#include "engine/part/column_layout.h"
#include "engine/part/part_folder.h"

namespace ch::part {

enum class PartKind : uint8_t { Wide, Compact };

/// The least and greatest value of a column in a part (minmax_COL.idx).
struct MinMax {
    column::Scalar min;
    column::Scalar max;
};

/// One part folder, opened: its small files read, checked against checksums.txt and held; column
/// data is not touched. A file's size is checked no later than when it is opened, and the hash of a
/// small one when it is read. What only some need (marks, indices, forms) is read on first use and
/// kept.
/// Immutable, thread-safe, shared. Every failure is an Error that names the file.
class Part {
public:
    /// index_granularity of a table that names none.
    static constexpr uint64_t kGranuleRowsDefault = 8192;
    struct Options {
        /// Rows of a granule in a part whose marks do not say (.mrk); used only where they cannot
        /// be worked out from the data.
        uint64_t granule_rows = kGranuleRowsDefault;
        /// What the part holds counts against it; null = only the primary index is limited.
        std::shared_ptr<BufferPool> pool = nullptr;
        /// Shared by the parts of a table; null = this part parses its columns.txt itself.
        std::shared_ptr<ColumnLayouts> layouts = nullptr;
    };
    /// Parts are made by open() alone: nobody else has a Key.
    class Key {
        friend class Part;
        Key() {}
    };
    Part(Key, PartFolder folder, Options options);
    /// Throws Error{Corrupt | Io | NotFound | Unsupported}.
    static std::shared_ptr<const Part> open(std::shared_ptr<const io::FileSystem> files,
                                            const std::string& path, Options options);
    static std::shared_ptr<const Part> open(std::shared_ptr<const io::FileSystem> files,
                                            const std::string& path) {
        return open(std::move(files), path, Options());
    }

    [[nodiscard]] const std::string& path() const { return folder_.path(); }
    /// The folder's name.
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] PartKind kind() const { return kind_; }
    [[nodiscard]] uint64_t rows() const { return rows_; }
    /// As columns.txt has them, `_row_exists` included when the part has lightweight deletes; other
    /// columns whose name begins with `_` and that ClickHouse adds by itself are left out.
    [[nodiscard]] const std::vector<column::NameAndType>& columns() const {
        return layout_->columns;
    }
    /// Index into columns(), or nothing.
    [[nodiscard]] std::optional<size_t> find_column(std::string_view name) const;
    /// Options::granule_rows: whoever opens the part elsewhere must give the same.
    [[nodiscard]] uint64_t default_granule_rows() const { return options_.granule_rows; }
    /// Rows of the granules, the final mark left out.
    [[nodiscard]] const format::Granules& granules() const;
    /// Bytes on disk of one column's streams; of the whole data.bin shared out by the marks for a
    /// Compact part.
    [[nodiscard]] uint64_t column_bytes(size_t column) const;
    /// Bytes on disk of all files.
    [[nodiscard]] uint64_t bytes_on_disk() const { return folder_.bytes(); }
    /// One row of key values per granule, then one for the part's last row when there is a final
    /// mark; read on first use and kept. `key_types` are the primary key columns' types; a
    /// LowCardinality(T) key comes as T. Throws Error{Corrupt} when the file does not fit them.
    [[nodiscard]] const std::vector<column::ColumnPtr>& primary_index(
        const std::vector<column::TypePtr>& key_types) const;
    /// minmax_COL.idx, or nothing when the part has none for that column.
    [[nodiscard]] std::optional<MinMax> min_max(std::string_view column,
                                                const column::Type& type) const;
    /// The partition key's values (partition.dat); nothing when the part has none. Throws
    /// Error{Corrupt} when the file does not fit the types.
    [[nodiscard]] std::optional<std::vector<column::Scalar>> partition_values(
        const std::vector<column::TypePtr>& types) const;
    /// A skip index by its name and type in the table's definition ("minmax", "set(100)",
    /// "bloom_filter(0.01)"); nothing when the part has no files for it, or for kinds and types
    /// that are not read. `types`: of the index expression's columns. Read anew at each call.
    [[nodiscard]] std::optional<format::SkipIndex> skip_index(
        const std::string& index_name, std::string_view type_text,
        const std::vector<column::TypePtr>& types, uint64_t granularity) const;
    [[nodiscard]] const io::FileSystem& files() const { return folder_.files(); }
    [[nodiscard]] const std::shared_ptr<const io::FileSystem>& shared_files() const {
        return folder_.shared_files();
    }
    /// About the memory that the part holds by now, but for a shared layout.
    [[nodiscard]] size_t memory_bytes() const;

    /// The folder, the forms of the columns and the kind of the marks, for those who read the
    /// part's files themselves.
    [[nodiscard]] const PartFolder& folder() const { return folder_; }
    /// serialization.json, read on first use and kept.
    [[nodiscard]] const format::Serialization& serialization() const;
    [[nodiscard]] format::MarksKind marks_kind() const { return marks_kind_; }
    /// Wide: marks of a stream by its file's name without extension, one a granule and the final
    /// one; read on first use and kept.
    [[nodiscard]] std::shared_ptr<const std::vector<format::Mark>> stream_marks(
        const std::string& base) const;
    /// Compact: begin of the column's data in granule `granule`, and the begin of what follows it.
    [[nodiscard]] std::pair<format::Mark, format::Mark> column_extent(size_t column,
                                                                      size_t granule) const;
    /// Wide: file names, without extension, of the column's streams. Throws Error{Unsupported} as
    /// reading it would.
    [[nodiscard]] std::vector<std::string> column_streams(size_t column) const;

private:
    void read_columns();
    void find_kind();
    [[nodiscard]] std::string read_text(const std::string& file) const;
    [[nodiscard]] std::vector<uint64_t> compact_first_streams() const;
    /// The marks of data.*, read on first use and kept.
    [[nodiscard]] std::shared_ptr<const format::MarksFile> compact_marks() const;
    [[nodiscard]] std::shared_ptr<const format::MarksFile> read_marks(const std::string& base,
                                                                      size_t streams) const;
    [[nodiscard]] MemoryCharge charge(size_t bytes) const;
    [[nodiscard]] format::Granules find_granules() const;
    [[nodiscard]] uint64_t find_granule_rows(size_t& marks_count) const;

    struct KeyRows {
        std::vector<column::TypePtr> types;
        std::vector<column::ColumnPtr> columns;
    };

    PartFolder folder_;
    Options options_;
    std::string name_;
    PartKind kind_ = PartKind::Wide;
    format::MarksKind marks_kind_;
    uint64_t rows_ = 0;
    std::shared_ptr<const ColumnLayout> layout_;
    MemoryCharge folder_charge_;

    // What is read on first use. Read without the lock held: two threads may do so at once, and the
    // first result is kept.
    mutable std::mutex mutex_;
    mutable std::unique_ptr<const format::Granules> granules_;            // guarded by mutex_
    mutable MemoryCharge granules_charge_;                                // guarded by mutex_
    mutable std::unique_ptr<const format::Serialization> serialization_;  // guarded by mutex_
    mutable std::map<std::string, std::shared_ptr<const std::vector<format::Mark>>>
        marks_;                                                       // guarded by mutex_
    mutable std::shared_ptr<const format::MarksFile> compact_marks_;  // guarded by mutex_
    mutable std::vector<uint64_t> compact_first_streams_;             // guarded by mutex_
    mutable std::vector<std::unique_ptr<const KeyRows>> key_rows_;    // guarded by mutex_
};

}  // namespace ch::part
