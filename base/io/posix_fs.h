#pragma once

#include "base/io/file_system.h"

namespace ch::io {

/// FileSystem over the local machine's files.
class PosixFs final : public FileSystem {
public:
    std::unique_ptr<ReadableFile> open(const std::string& path) const override;
    [[nodiscard]] std::optional<uint64_t> file_size(const std::string& path) const override;
    [[nodiscard]] std::optional<EntryKind> kind(const std::string& path) const override;
    [[nodiscard]] std::vector<DirectoryEntry> list(const std::string& path) const override;
};

}  // namespace ch::io
