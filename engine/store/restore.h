#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "engine/store/backup.h"

namespace ch::storage {

struct RestoreOptions {
    uint64_t now_ms = 0;               ///< wall clock
    std::function<uint64_t()> random;  ///< for the commit's id
};

struct RestoreReport {
    uint64_t version = 0;  ///< the first of the new root
    TakenContent content;
};

/// Makes a new root of a backup, by second names of its files where that can be; every file is
/// compared with the hashes that the backup's state has. The root's first version is above all that
/// the old one has given, and raises the epoch of each table: who still holds a token of the old
/// root is fenced here, also where this one takes its place. The backup stays as it is. `to`
/// appears when it is whole and durable. Throws Error{InvalidArgument} if `to` is there, its
/// .partial is, or it is inside the backup; Error{Corrupt | NotFound | Io} that names the file,
/// Error{Unsupported} on a network file system.
RestoreReport restore(const std::shared_ptr<io::FileSystem>& files, const Backup& backup,
                      const std::string& to, const RestoreOptions& options,
                      const std::shared_ptr<BufferPool>& pool, const BytesDone& done);

}  // namespace ch::storage
