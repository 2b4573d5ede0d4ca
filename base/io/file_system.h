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
    /// Reads up to `count` bytes at `offset`; fewer only at the end of the file. Throws Error{Io}
    /// with path and offset.
    virtual size_t read_at(uint64_t offset, void* to, size_t count) const = 0;
    [[nodiscard]] virtual const std::string& path() const = 0;
};

/// A new file being written from front to back, by one thread. Nothing is durable before sync() has
/// returned. After a failed append or sync the file is abandoned: every later call throws, since a
/// second fsync may report success for lost pages.
class WritableFile {
public:
    virtual ~WritableFile() = default;
    /// Throws Error{Io} with the path and the offset at which writing stopped.
    virtual void append(Bytes bytes) = 0;
    /// Makes the content durable; the name is durable only after sync_folder() of the folder too.
    virtual void sync() = 0;
    /// Reports what a silent close would hide. The destructor closes without a report.
    virtual void close() = 0;
    [[nodiscard]] virtual uint64_t size() const = 0;
    [[nodiscard]] virtual const std::string& path() const = 0;
};

/// A lock on a file, held until destroyed; the system drops it when the process dies.
class FileLock {
public:
    virtual ~FileLock() = default;
};

enum class LockMode : uint8_t { Shared, Exclusive };

enum class EntryKind : uint8_t { File, Folder, Other };

struct DirectoryEntry {
    std::string name;
    EntryKind kind;  ///< of what a symbolic link points to
};

/// One state of a file or folder: differs from the stamp of any other state, but of one that came
/// within a tick of the file system's clock.
struct FileStamp {
    uint64_t device = 0;
    uint64_t inode = 0;
    uint64_t bytes = 0;
    int64_t modified_ns = 0;  ///< since 1970; of a folder: entries came, went or were renamed
    int64_t changed_ns = 0;   ///< the same, or attributes changed; nobody can set it back
    bool operator==(const FileStamp&) const = default;
};

/// The outside world's files, as far as the engine uses them. Thread-safe. Failures throw Error{Io
/// | NotFound} that names the path and the system's reason; "does not exist" is a value where a
/// caller is meant to handle it.
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

    /// What tells whether a file or folder is still the same, links followed; nothing when it does
    /// not exist or the file system cannot tell.
    [[nodiscard]] virtual std::optional<FileStamp> stamp(const std::string& /*path*/) const {
        return std::nullopt;
    }

    /// A new file; throws Error{Io} if the name is taken.
    virtual std::unique_ptr<WritableFile> create(const std::string& path) = 0;
    /// False if the folder is there already. The parent must exist.
    virtual bool make_folder(const std::string& path) = 0;
    /// Makes the folder's entries durable: names created, linked, renamed and removed in it.
    virtual void sync_folder(const std::string& path) = 0;
    /// Gives a file a second name; false, and nothing changed, if `to` is taken. The commit point
    /// of a manifest.
    [[nodiscard]] virtual bool link(const std::string& from, const std::string& to) = 0;
    /// Renames a file or folder; false, and nothing changed, if `to` is taken.
    [[nodiscard]] virtual bool rename_new(const std::string& from, const std::string& to) = 0;
    /// Renames a file over another one, in one step.
    virtual void rename_over(const std::string& from, const std::string& to) = 0;
    /// False if there is no such file.
    virtual bool remove_file(const std::string& path) = 0;
    /// Removes an empty folder; false if there is none.
    virtual bool remove_folder(const std::string& path) = 0;
    /// A lock on the file of that name (made if absent), or null while another holder, in this
    /// process too, excludes it. Never waits.
    [[nodiscard]] virtual std::unique_ptr<FileLock> try_lock(const std::string& path,
                                                             LockMode mode) = 0;

    /// A whole new file that was written and synced before its name appears, in one step; false,
    /// and nothing left behind, if the name is taken. The name is durable after sync_folder().
    [[nodiscard]] virtual bool put_file(const std::string& path, Bytes content) = 0;
    /// A new file of that content that is locked exclusively from before its name appears; null,
    /// and nothing left behind, if the name is taken. Not synced: it is a sign of life, not data.
    [[nodiscard]] virtual std::unique_ptr<FileLock> put_locked(const std::string& path,
                                                               Bytes content) = 0;
    /// Removes a file unless a holder locks it. True if there is no file of that name afterwards.
    virtual bool remove_unlocked(const std::string& path) = 0;
    /// The kind of network file system (such as "nfs") that the path is on, or nothing when it is
    /// local. Locks and the exclusive link exclude other machines on local ones only.
    [[nodiscard]] virtual std::optional<std::string> network_kind(
        const std::string& path) const = 0;
};

/// A whole small file. Throws Error{Corrupt} when it is larger than `bytes_max`, before reading any
/// of it.
std::string read_small_file(const FileSystem& files, const std::string& path, uint64_t bytes_max);

/// A whole new file, synced. Its name is not durable before the folder is synced.
void write_small_file(FileSystem& files, const std::string& path, Bytes content);

/// Exactly `count` bytes, or Error{Corrupt} that says how many the file has. Requires: `to` holds
/// `count` bytes.
void read_exactly(const ReadableFile& file, uint64_t offset, void* to, size_t count);

}  // namespace ch::io
