#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/io/file_system.h"
#include "engine/store/edit.h"

namespace ch::storage {

/// A part that was written and waits to be published: what PartWriter hands to a commit.
struct NewPart {
    /// Where its files are: a folder that Database::new_part_folder() gave.
    std::string folder;
    /// Its partition id (mergetree.md 1.4), "all" without a partition key.
    std::string partition_id;
    /// All but the name, which the commit gives from the table's next block number. A merge's part
    /// has its name already: the range of its inputs' blocks, one level up.
    PartRecord record;
    /// Of a replacing table: its tombstones and other rows of its own that do not count; nothing =
    /// not known. The commit gives it the part's name.
    std::optional<BitmapRecord> bitmap;
    /// Its files, written and not synced: the commit syncs those of all its parts at once and
    /// closes them. Empty if the writer has synced every file itself (a task in another process
    /// must).
    std::vector<std::unique_ptr<io::WritableFile>> unsynced;
};

}  // namespace ch::storage
