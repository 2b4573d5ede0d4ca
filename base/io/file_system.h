#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace ch::io {

/// A file opened for reading. Immutable from our side; reads may come from several threads at once.
/// Never memory-mapped: a file that is truncated under us must give an error, not a signal.
class ReadableFile {
public:
    virtual ~ReadableFile() = default;
    /// Bytes in the file when it was opened.
    [[nodiscard]] virtual uint64_t size() const = 0;
    /// Reads up to `count` bytes at `offset`; fewer only at the end of the file. Throws Error{Io} with path and offset.
    virtual size_t read_at(uint64_t offset, void* to, size_t count) const = 0;
    [[nodiscard]] virtual const std::string& path() const = 0;
};

enum class EntryKind : uint8_t { File, Folder, Other };

struct DirectoryEntry {
    std::string name;
    EntryKind kind;  ///< of what a symbolic link points to
};

/// The outside world's files, as far as the engine uses them. Thread-safe. Failures throw Error{Io | NotFound}
/// that names the path and the system's reason; "does not exist" is a value where a caller is meant to handle it.
class FileSystem {
public:
    virtual ~FileSystem() = default;
    /// Throws Error{NotFound} when there is no such file.
    virtual std::unique_ptr<ReadableFile> open(const std::string& path) const = 0;
    /// Size of a file in bytes, or nothing when there is no file of that name.
    [[nodiscard]] virtual std::optional<uint64_t> file_size(const std::string& path) const = 0;
    /// What stands at the path, links followed, or nothing.
    [[nodiscard]] virtual std::optional<EntryKind> kind(const std::string& path) const = 0;
    /// The entries of a folder, without "." and "..", sorted by name. Throws Error{NotFound}.
    [[nodiscard]] virtual std::vector<DirectoryEntry> list(const std::string& path) const = 0;
};

/// A whole small file. Throws Error{Corrupt} when it is larger than `bytes_max`, before reading any of it.
std::string read_small_file(const FileSystem& files, const std::string& path, uint64_t bytes_max);

/// Exactly `count` bytes, or Error{Corrupt} that says how many the file has. Requires: `to` holds `count` bytes.
void read_exactly(const ReadableFile& file, uint64_t offset, void* to, size_t count);

}  // namespace ch::io
