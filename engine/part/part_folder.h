#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/io/file_system.h"
#include "engine/format/checksums_txt.h"

namespace ch::part {

/// The files of a part folder: what is there, what checksums.txt says must be there, and reads that
/// are checked against it. Immutable, thread-safe. Failures are Errors that name the file.
class PartFolder {
public:
    /// Lists the folder and reads checksums.txt. Throws Error{NotFound | Corrupt | Io}; a listed
    /// file that is missing is Corrupt.
    PartFolder(std::shared_ptr<const io::FileSystem> files, std::string path);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const io::FileSystem& files() const { return *files_; }
    [[nodiscard]] const std::shared_ptr<const io::FileSystem>& shared_files() const {
        return files_;
    }
    /// Sorted by name; folders (projections) too.
    [[nodiscard]] const std::vector<io::DirectoryEntry>& entries() const { return entries_; }
    [[nodiscard]] bool has(std::string_view file) const;
    /// Empty when the part has no checksums.txt.
    [[nodiscard]] const format::Checksums& checksums() const { return checksums_; }
    [[nodiscard]] bool has_checksums() const { return has_checksums_; }
    /// Of all files that are listed; asks the file system when there is no list.
    [[nodiscard]] uint64_t bytes() const;
    /// About the memory that the lists take.
    [[nodiscard]] size_t memory_bytes() const;
    /// Bytes of one file, or 0 when there is none.
    [[nodiscard]] uint64_t file_bytes(const std::string& file) const;

    /// A whole small file; size and hash are checked when it is listed.
    [[nodiscard]] std::string read(const std::string& file) const;
    /// A file for reading in pieces; its size is checked when it is listed, and the hash of one of
    /// at most kHashedFileBytesMax bytes when it is first opened: frame checksums alone do not see
    /// that two columns' files changed places.
    [[nodiscard]] std::unique_ptr<io::ReadableFile> open(const std::string& file) const;
    /// The name that the stream's file has (its own or the hashed one) with `extension`, or nothing
    /// if there is none.
    [[nodiscard]] std::optional<std::string> stream_base(const std::string& stream,
                                                         std::string_view extension) const;
    [[nodiscard]] std::string path_of(std::string_view file) const {
        return path_ + "/" + std::string(file);
    }

private:
    std::shared_ptr<const io::FileSystem> files_;
    std::string path_;
    std::vector<io::DirectoryEntry> entries_;
    format::Checksums checksums_;
    bool has_checksums_ = false;

    struct Verified {
        std::mutex mutex;
        std::set<std::string, std::less<>> files;  // whose hash was right; guarded by mutex
    };
    void verify_hash(const io::ReadableFile& opened, const format::FileChecksum& listed) const;
    std::unique_ptr<Verified> verified_ = std::make_unique<Verified>();
};

}  // namespace ch::part
