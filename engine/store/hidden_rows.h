#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "engine/store/database.h"
#include "engine/store/new_part.h"
#include "engine/store/table_writer.h"
#include "engine/table/row_hiding.h"

namespace ch::storage {

/// The rows of a part that are hidden, being found.
class HiddenRows {
public:
    explicit HiddenRows(uint64_t part_rows) : words_((part_rows + 63) / 64) {}
    void add(uint64_t row) { words_[row / 64] |= uint64_t{1} << (row % 64); }
    /// The rows from `first` on whose flag is not 0.
    void add_flagged(uint64_t first, const column::Column& flags);
    [[nodiscard]] std::span<uint64_t> words() { return words_; }
    [[nodiscard]] uint64_t count() const;

private:
    std::vector<uint64_t> words_;
};

/// A bitmap for a commit: its record without the part's name, and its file, which waits for its
/// sync; null where no row is hidden.
struct NewBitmap {
    BitmapRecord record;
    std::unique_ptr<io::WritableFile> file;
};

/// `part_folder`: the new part's folder, by which collection knows whether its writer lives.
NewBitmap write_bitmap(Database& database, TableId table, const std::string& part_folder,
                       HiddenRows& rows, uint64_t complete_ts);

/// For each part of the table that rows of the new ones hide rows of: a new bitmap, in the
/// transaction, if the keys that must be read for it are few and the transaction's base can be
/// pinned meanwhile; readers find out by themselves otherwise.
void hide_older_rows(Database& database, Transaction& transaction, const WriteTarget& target,
                     std::vector<NewPart>& parts, const std::shared_ptr<BufferPool>& pool);

}  // namespace ch::storage
