#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/io/file_system.h"
#include "engine/column/column.h"
#include "engine/column/scalar.h"
#include "engine/format/marks.h"

namespace ch::part {

enum class PartKind : uint8_t { Wide, Compact };

/// The least and greatest value of a column in a part (minmax_COL.idx).
struct MinMax {
    column::Scalar min;
    column::Scalar max;
};

/// One part folder, opened: its small files read, checked against checksums.txt (sizes of all listed files, hashes of the small ones) and
/// held; column data is not touched. Immutable, thread-safe, shared. Every failure is an Error that names the file.
class Part {
public:
    /// Throws Error{Corrupt | Io | NotFound | Unsupported}.
    static std::shared_ptr<const Part> open(std::shared_ptr<const io::FileSystem> files,
                                            const std::string& path);
    virtual ~Part() = default;

    [[nodiscard]] virtual const std::string& path() const = 0;
    /// The folder's name.
    [[nodiscard]] virtual const std::string& name() const = 0;
    [[nodiscard]] virtual PartKind kind() const = 0;
    [[nodiscard]] virtual uint64_t rows() const = 0;
    /// As columns.txt has them, `_row_exists` included when the part has lightweight deletes.
    [[nodiscard]] virtual const std::vector<column::NameAndType>& columns() const = 0;
    /// Index into columns(), or nothing.
    [[nodiscard]] virtual std::optional<size_t> find_column(std::string_view name) const = 0;
    /// Rows and mark positions of the granules, the final mark left out.
    [[nodiscard]] virtual const format::Granules& granules() const = 0;
    /// Bytes on disk of one column's streams; of the whole data.bin shared out by the marks for a Compact part.
    [[nodiscard]] virtual uint64_t column_bytes(size_t column) const = 0;
    /// Bytes on disk of all files.
    [[nodiscard]] virtual uint64_t bytes_on_disk() const = 0;
    /// One row of key values per granule, then one for the part's last row when there is a final mark; read on first use and kept.
    /// `key_types` are the primary key columns' types. Throws Error{Corrupt} when the file does not fit them.
    [[nodiscard]] virtual const std::vector<column::ColumnPtr>& primary_index(
        const std::vector<column::TypePtr>& key_types) const = 0;
    /// minmax_COL.idx, or nothing when the part has none for that column.
    [[nodiscard]] virtual std::optional<MinMax> min_max(std::string_view column, const column::Type& type) const = 0;
    [[nodiscard]] virtual const io::FileSystem& files() const = 0;
};

}  // namespace ch::part
