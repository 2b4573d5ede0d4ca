#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "base/content_hash.h"
#include "base/io/file_system.h"
#include "engine/format/checksums_txt.h"

namespace ch::part {

/// A file of a part being written, hashed as it goes. Used by one thread.
class HashedFile {
public:
    HashedFile(io::FileSystem& files, const std::string& folder, std::string name);
    void append(Bytes bytes);
    [[nodiscard]] uint64_t bytes() const { return bytes_; }
    [[nodiscard]] const std::string& name() const { return name_; }

private:
    friend class PartFiles;
    std::string name_;
    std::unique_ptr<io::WritableFile> file_;
    format::FileHasher hasher_;
    uint64_t bytes_ = 0;
};

/// A file that checksums.txt does not list, with a hash of our own.
struct UnlistedFile {
    std::string name;
    ContentHash hash;
};

/// The files of a part being written and what checksums.txt will say of them. Files stay open until
/// they were synced, since a failed write is reported to those who have the file open.
class PartFiles {
public:
    PartFiles(io::FileSystem& files, std::string folder)
        : files_(files), folder_(std::move(folder)) {}

    [[nodiscard]] HashedFile create(std::string name) { return {files_, folder_, std::move(name)}; }
    /// Lists a file whose content is complete.
    void add(HashedFile file);
    /// The same for a file of frames.
    void add(HashedFile file, uint64_t uncompressed_size, format::Hash128 uncompressed_hash);
    /// Writes a whole small file that is listed.
    void write(std::string name, Bytes content);
    /// Writes a whole small file that is not listed.
    void write_unlisted(std::string name, Bytes content);
    /// Writes checksums.txt, the last file; returns its hash.
    ContentHash write_checksums(const std::shared_ptr<BufferPool>& pool);

    [[nodiscard]] uint64_t bytes() const { return bytes_; }
    [[nodiscard]] std::vector<UnlistedFile> take_unlisted() { return std::move(unlisted_); }
    [[nodiscard]] std::vector<std::unique_ptr<io::WritableFile>> take_open() {
        return std::move(open_);
    }

private:
    io::FileSystem& files_;
    std::string folder_;
    std::vector<format::FileChecksum> listed_;
    std::vector<UnlistedFile> unlisted_;
    std::vector<std::unique_ptr<io::WritableFile>> open_;
    uint64_t bytes_ = 0;
};

}  // namespace ch::part
