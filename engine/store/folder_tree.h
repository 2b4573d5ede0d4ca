#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "base/io/file_system.h"
#include "engine/part/part_files.h"

namespace ch::storage {

/// Gives all files of a folder, and of those inside it, second names below another one, which is
/// made and synced. Throws Error{Io | NotFound | Unsupported}.
void link_tree(io::FileSystem& files, const std::string& from, const std::string& to);

/// Removes a file, or a folder with all in it; false if there is none. Throws Error{Io |
/// Unsupported}.
bool remove_tree(io::FileSystem& files, const std::string& path);

/// The path without its last name; "." for a name alone.
std::string parent_of(const std::string& path);

/// Whether `path`, which need not be there, is below `folder`, whatever links lead to it.
bool is_inside(const io::FileSystem& files, const std::string& path, const std::string& folder);

/// Gives the file a second name, or makes a synced copy where that cannot be: on another file
/// system, say. True for a copy. Throws Error{Io | NotFound}.
bool take_file(io::FileSystem& files, const std::string& from, const std::string& to);

struct TakenPart {
    uint64_t copies = 0;               ///< of files; the others have second names
    std::vector<std::string> folders;  ///< made, and yet to be synced
};
/// Takes a part's files, projections too, into the new folder `to`, after all of them were compared
/// with `hashes` (of those that checksums.txt does not list, and its own) and checksums.txt; copies
/// once more. Files that neither knows are left out. Throws Error{Corrupt | NotFound | Io} that
/// names the file.
TakenPart take_part(const std::shared_ptr<io::FileSystem>& files, const std::string& from,
                    const std::string& to, const std::vector<part::UnlistedFile>& hashes,
                    const std::shared_ptr<BufferPool>& pool);

}  // namespace ch::storage
