#pragma once

#include <set>
#include <string>

#include "base/io/file_system.h"

namespace ch::storage {

/// A new folder that has its name only when all in it is whole and durable: it is made as
/// NAME.partial. What was made goes when this is destroyed unfinished; a process that is killed
/// leaves it. Used by one thread.
class PartialFolder {
public:
    /// Throws Error{InvalidArgument} if NAME or NAME.partial is there.
    PartialFolder(io::FileSystem& files, std::string name);
    ~PartialFolder();
    PartialFolder(const PartialFolder&) = delete;
    PartialFolder& operator=(const PartialFolder&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }
    /// A folder below, with those above it; nothing where it is there. Returns its whole path.
    std::string make(const std::string& below);
    /// A folder of that path was made, and files in it: finish() syncs it.
    void add(const std::string& folder) { made_.insert(folder); }

    /// Syncs the folders and gives the whole its name. The content of files must be synced. Throws
    /// Error{Io | InvalidArgument}.
    void finish();

private:
    io::FileSystem& files_;
    const std::string name_;
    const std::string path_;
    std::set<std::string> made_;  // whole paths
    bool is_finished_ = false;
};

}  // namespace ch::storage
