#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/format/city_hash.h"

namespace ch::format {

/// What checksums.txt says of one file.
struct FileChecksum {
    std::string name;
    uint64_t size = 0;
    Hash128 hash;
    bool compressed = false;  ///< a file of frames; the two below are set then
    uint64_t uncompressed_size = 0;
    Hash128 uncompressed_hash;
};

/// checksums.txt (mergetree.md 2.2), version 4.
class Checksums {
public:
    /// Throws Error{Corrupt}, or Error{Unsupported} for another version. Names are distinct and
    /// stay within the folder.
    static Checksums parse(Bytes content);

    /// Null if the file is not listed.
    [[nodiscard]] const FileChecksum* find(std::string_view name) const;
    /// Sorted by name.
    [[nodiscard]] const std::vector<FileChecksum>& files() const { return files_; }

private:
    std::vector<FileChecksum> files_;
};

}  // namespace ch::format
