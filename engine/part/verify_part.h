#pragma once

#include <string>
#include <vector>

#include "engine/part/part.h"

namespace ch::part {

/// Something wrong with a file of a part.
struct Finding {
    std::string file;  ///< within the part
    std::string what;
};

/// Reads every file of a part folder and compares it with checksums.txt: missing and unlisted
/// files, sizes, hashes of the files and of what they decompress to, the checksum of each frame.
/// More than CHECK TABLE does. Empty = nothing is wrong. Projections are parts too and are verified
/// with it. A part that does not open gives one finding. `granule_rows`: Part::Options. Throws
/// Error{MemoryLimit} only.
std::vector<Finding> verify_part(const std::shared_ptr<const io::FileSystem>& files,
                                 const std::string& path, const std::shared_ptr<BufferPool>& pool,
                                 uint64_t granule_rows = Part::kGranuleRowsDefault);

/// Compares the bytes of every file that checksums.txt lists with the hash that it has there;
/// nothing is decoded, so that parts of types that this engine does not know are compared, too.
/// Projections' folders are parts of their own. Throws Error{Corrupt | NotFound | Io} that names
/// the file.
void verify_bytes(const PartFolder& folder, const std::shared_ptr<BufferPool>& pool);

}  // namespace ch::part
