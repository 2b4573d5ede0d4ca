#pragma once

#include "base/io/file_system.h"

namespace ch::io {

/// FileSystem over the local machine's files. Locks are open-file-description locks: they exclude
/// two descriptors of one process too, and closing another descriptor of the file does not drop
/// them. Descriptors are close-on-exec.
class PosixFs : public FileSystem {
public:
    std::unique_ptr<ReadableFile> open(const std::string& path) const override;
    [[nodiscard]] std::optional<uint64_t> file_size(const std::string& path) const override;
    [[nodiscard]] std::optional<EntryKind> kind(const std::string& path) const override;
    [[nodiscard]] std::vector<DirectoryEntry> list(const std::string& path) const override;
    [[nodiscard]] std::optional<FileStamp> stamp(const std::string& path) const override;
    std::unique_ptr<WritableFile> create(const std::string& path) override;
    bool make_folder(const std::string& path) override;
    void sync_folder(const std::string& path) override;
    [[nodiscard]] bool link(const std::string& from, const std::string& to) override;
    [[nodiscard]] bool rename_new(const std::string& from, const std::string& to) override;
    void rename_over(const std::string& from, const std::string& to) override;
    bool remove_file(const std::string& path) override;
    bool remove_folder(const std::string& path) override;
    [[nodiscard]] std::unique_ptr<FileLock> try_lock(const std::string& path,
                                                     LockMode mode) override;
    [[nodiscard]] bool put_file(const std::string& path, Bytes content) override;
    [[nodiscard]] std::unique_ptr<FileLock> put_locked(const std::string& path,
                                                       Bytes content) override;
    bool remove_unlocked(const std::string& path) override;
    [[nodiscard]] std::optional<std::string> network_kind(const std::string& path) const override;
};

}  // namespace ch::io
