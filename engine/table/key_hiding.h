#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/exec/evaluate.h"
#include "engine/format/row_set.h"
#include "engine/part/part_reader.h"
#include "engine/table/row_hiding.h"

namespace ch::table {

/// Opens a part by its path; for those who keep opened parts.
using OpenPart = std::function<std::shared_ptr<const part::Part>(const std::string& path)>;

/// Finds rows of which other parts have newer ones. All parts are sorted by the key, so each is a
/// stream that moves along with the rows asked about: memory is a block of keys for each. Keys are
/// unique within a part. Used by one thread.
class KeyHiding {
public:
    /// Parts are opened at the first rows. Throws nothing.
    KeyHiding(RowHiding hiding, OpenPart open, part::PartReader::Options options);
    ~KeyHiding();
    KeyHiding(const KeyHiding&) = delete;
    KeyHiding& operator=(const KeyHiding&) = delete;

    /// Which of the rows count. `key` and `version` are those of the rows, which follow behind
    /// those of the last call; `is_deleted` may be null: tombstones count then.
    exec::Selection visible(std::span<const column::ColumnPtr> key, const column::Column& version,
                            const column::Column* is_deleted);

private:
    class Stream;
    void open();

    RowHiding hiding_;
    OpenPart open_;
    part::PartReader::Options options_;
    bool is_open_ = false;
    std::vector<std::unique_ptr<Stream>> streams_;
};

/// The bitmap of a split, checked against its hash; nothing if there is none.
std::optional<format::RowSet> read_bitmap(const io::FileSystem& files, const RowHiding& hiding,
                                          uint64_t part_rows);

}  // namespace ch::table
