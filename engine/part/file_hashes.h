#pragma once

#include <string>
#include <vector>

#include "base/io/file_system.h"
#include "engine/part/part_files.h"

namespace ch::part {

/// checksums.txt lists the files that hold data, but neither itself nor columns.txt and the like.
/// These hashes come from a list outside of the part. Throws Error{Corrupt} naming the file whose
/// content is another one, Error{NotFound | Io}.
void verify_hashes(const io::FileSystem& files, const std::string& part_path,
                   const std::vector<UnlistedFile>& hashes);

}  // namespace ch::part
