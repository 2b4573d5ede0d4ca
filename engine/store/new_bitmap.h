#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "engine/store/database.h"
#include "engine/store/hidden_rows.h"
#include "engine/store/new_part.h"
#include "engine/store/table_writer.h"

namespace ch::storage {

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
/// transaction, if the keys that must be read for it are few, also for the rows that the commit
/// brings (limits.h), and the transaction's base can be pinned meanwhile; else readers find out by
/// themselves until complete_bitmaps() does.
void hide_older_rows(Database& database, Transaction& transaction, const WriteTarget& target,
                     std::vector<NewPart>& parts, const std::shared_ptr<BufferPool>& pool);

/// Publishes a bitmap for each part of a replacing table of which readers would have to find hidden
/// rows by themselves; how many. Takes no latch, and changes no row that readers see: a commit
/// meanwhile goes first, and a part that is merged meanwhile is left out. Throws Error{Corrupt | Io
/// | MemoryLimit}.
size_t complete_bitmaps(const std::shared_ptr<Database>& database, TableId table,
                        const std::shared_ptr<BufferPool>& pool);

}  // namespace ch::storage
