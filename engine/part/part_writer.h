#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/content_hash.h"
#include "base/io/file_system.h"
#include "engine/column/column.h"
#include "engine/column/scalar.h"
#include "engine/format/frame_encoder.h"
#include "engine/part/part.h"
#include "engine/part/part_files.h"

namespace ch::part {

/// What a part is written as. Names refer to columns of the blocks, which may have more of them
/// than are stored: a key or an index over an expression is given as a column of its values.
/// Columns n.a and n.b of a Nested are arrays of equal lengths, of which one is stored.
struct PartSpec {
    struct Column {
        std::string name;
        column::TypePtr type;
        std::optional<format::FrameCodec> codec;  ///< nothing: the part's
    };
    struct Index {
        std::string name;
        std::string type;                    ///< "minmax", "bloom_filter(0.01)"
        std::vector<std::string> columns;    ///< one; for minmax any number
        std::vector<column::TypePtr> types;  ///< theirs; may be empty if they are stored columns
        uint64_t granularity = 1;
    };
    std::vector<Column> columns;
    std::vector<std::string> sorting_key;  ///< the order in which the rows come
    std::vector<std::string> primary_key;  ///< a prefix of it
    /// The partition key's types and the values that all rows share; empty = not partitioned.
    std::vector<column::TypePtr> partition_types;
    std::vector<column::Scalar> partition_values;
    std::vector<std::string> min_max_columns;  ///< those of the partition key: minmax_*.idx
    std::vector<std::string> range_columns;    ///< more columns whose ranges are told
    std::vector<Index> indices;
    format::FrameCodec codec;
    std::optional<PartKind> kind;  ///< nothing: by size
    // As the settings of these names: index_granularity, index_granularity_bytes,
    // min_bytes_for_wide_part, min_rows_for_wide_part.
    uint64_t granule_rows = 8192;
    uint64_t granule_bytes = 10'485'760;
    uint64_t wide_bytes_min = 10'485'760;
    uint64_t wide_rows_min = 0;
    bool sync =
        false;  ///< finish() syncs each file; else the caller does (WrittenPart::open_files)
};

/// The least and greatest value of a column in a part; NULL is above all values.
struct ColumnRange {
    std::string column;
    column::Scalar min;
    column::Scalar max;
};

/// What a written part is, for its manifest.
struct WrittenPart {
    PartKind kind = PartKind::Wide;
    std::string partition_id;
    uint64_t rows = 0;
    uint64_t bytes = 0;        ///< of all files
    uint64_t plain_bytes = 0;  ///< of the columns in memory
    uint64_t granules = 0;
    std::vector<column::Scalar> first_key;  ///< the sorting key of the first row
    std::vector<column::Scalar> last_key;
    std::vector<ColumnRange> ranges;  ///< of min_max_columns, then range_columns
    ContentHash checksums_hash{};     ///< of checksums.txt
    std::vector<UnlistedFile> unlisted;
    /// Not synced yet (unless PartSpec::sync): sync() each, from any threads, then the folder.
    std::vector<std::unique_ptr<io::WritableFile>> open_files;
};

/// Writes one part into a folder that exists and is empty (tmp_...), by the profiles W and C of
/// mergetree.md section 0, which ClickHouse 23.6 and newer read. Nothing is renamed: the folder is
/// published by its owner. Memory is bounded by the blocks given, up to wide_bytes_min of blocks
/// kept until the kind is known, and about 1 MiB a stream. Used by one thread. After an exception
/// the writer and the folder are abandoned.
class PartWriter {
public:
    /// Throws Error{InvalidArgument | Unsupported} for a specification that cannot be written.
    PartWriter(io::FileSystem& files, std::string folder, PartSpec spec,
               std::shared_ptr<BufferPool> pool);
    ~PartWriter();
    PartWriter(const PartWriter&) = delete;
    PartWriter& operator=(const PartWriter&) = delete;

    /// The next rows, in the order of the sorting key. Column types are those of the specification.
    /// Throws Error{InvalidArgument} for a missing column, Error{Io | MemoryLimit}.
    void append(const column::Block& block);
    /// Writes what is left. May be called once.
    WrittenPart finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ch::part
