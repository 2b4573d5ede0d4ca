#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/buffer.h"
#include "engine/store/database.h"
#include "engine/store/root_content.h"

namespace ch::storage {

// <folder>/backup    "chspark backup 1\n" "version <number>\n" "state <32 hex>\n"
//                    the last is the XXH3-128 of the checkpoint's file
// <folder>/content/  what a root of that version needs, without what makes it one:
//   .ch/checkpoint/  its state (checkpoint.h); .ch/visible/ its bitmaps
//   <table's folder>/<part>/   the active parts

constexpr const char* kBackedUpContent = "content";
inline std::string backed_up_content(const std::string& folder) {
    return folder + "/" + kBackedUpContent;
}

struct BackupReport {
    uint64_t version = 0;
    uint64_t tables = 0;
    TakenContent content;
};

/// Makes a folder of one version of a root, by second names of its files where that can be. Every
/// file is compared with the hashes that the version has for it. The snapshot keeps what is read,
/// whatever is written beside; the root stays as it is. `to` appears when it is whole and durable.
/// Throws Error{InvalidArgument} if `to` is there, its .partial is, or it is inside the root;
/// Error{Corrupt | NotFound | Io} that names the file.
BackupReport back_up(Database& database, const Snapshot& snapshot, const std::string& to,
                     const std::shared_ptr<BufferPool>& pool, const BytesDone& done);

struct Backup {
    std::string folder;
    State state;
};

/// What a backup holds, of which only the state's own files are verified here. Throws
/// Error{NotFound} where there is none, Error{Unsupported | Corrupt} that names the file.
Backup read_backup(const io::FileSystem& files, const std::string& folder);

}  // namespace ch::storage
