#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/io/file_system.h"

namespace ch::storage {

/// Something about a root that its owner should know.
struct Finding {
    bool is_wrong = true;  ///< false: worth knowing, as it should be
    std::string path;
    std::string what;
    std::string advice;  ///< what to do
};

struct Examination {
    std::optional<uint64_t> version;  ///< the newest one; nothing if it cannot be read
    uint64_t tables = 0;
    uint64_t parts = 0;  ///< of the newest version and of the kept pins'
    std::vector<Finding> findings;
};

/// Looks a root over, while others may read and write it, and changes nothing: the chain of
/// manifests, checkpoints, the parts and bitmaps that the newest version and the kept pins name
/// with the hashes of their small files, what nobody names, and latches. What column files hold is
/// for part::verify_part. Damage is a finding, never an error.
Examination examine_root(const std::shared_ptr<io::FileSystem>& files, const std::string& root);

}  // namespace ch::storage
