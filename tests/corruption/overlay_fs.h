#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/io/file_system.h"

namespace ch::corruption {

using Content = std::shared_ptr<const std::string>;
/// Whole files by path; folders are what stands before a slash.
using Files = std::map<std::string, Content>;

/// Reads a folder with all below it; the paths begin with `as` in place of `folder`.
Files load_folder(const std::string& folder, const std::string& as);

/// FileSystem over files in memory, some of which are replaced (a null content: removed). Reading
/// only: whatever would change something throws Error{Io}. Thread-safe.
class OverlayFs final : public io::FileSystem {
public:
    OverlayFs(std::shared_ptr<const Files> files, Files changes)
        : files_(std::move(files)), changes_(std::move(changes)) {}

    std::unique_ptr<io::ReadableFile> open(const std::string& path) const override;
    [[nodiscard]] std::optional<uint64_t> file_size(const std::string& path) const override;
    [[nodiscard]] std::optional<io::EntryKind> kind(const std::string& path) const override;
    [[nodiscard]] std::vector<io::DirectoryEntry> list(const std::string& path) const override;

    std::unique_ptr<io::WritableFile> create(const std::string& path) override;
    bool make_folder(const std::string& path) override;
    void sync_folder(const std::string& path) override;
    [[nodiscard]] bool link(const std::string& from, const std::string& to) override;
    [[nodiscard]] bool rename_new(const std::string& from, const std::string& to) override;
    void rename_over(const std::string& from, const std::string& to) override;
    bool remove_file(const std::string& path) override;
    bool remove_folder(const std::string& path) override;
    [[nodiscard]] std::unique_ptr<io::FileLock> try_lock(const std::string& path,
                                                         io::LockMode mode) override;
    [[nodiscard]] bool put_file(const std::string& path, Bytes content) override;
    [[nodiscard]] std::unique_ptr<io::FileLock> put_locked(const std::string& path,
                                                           Bytes content) override;
    bool remove_unlocked(const std::string& path) override;
    [[nodiscard]] std::optional<std::string> network_kind(const std::string& path) const override;

private:
    [[nodiscard]] Content find(const std::string& path) const;

    std::shared_ptr<const Files> files_;
    Files changes_;
};

}  // namespace ch::corruption
