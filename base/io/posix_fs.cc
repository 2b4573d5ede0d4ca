#include "base/io/posix_fs.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace ch::io {

namespace {

[[noreturn]] void throw_errno(const char* action, const std::string& path, int error,
                              int64_t offset = -1) {
    ErrorCode code = error == ENOENT || error == ENOTDIR ? ErrorCode::NotFound : ErrorCode::Io;
    throw Error(code, std::string("cannot ") + action + ": " + std::strerror(error), path, offset);
}

class PosixFile final : public ReadableFile {
public:
    PosixFile(int descriptor, uint64_t size, std::string path)
        : descriptor_(descriptor), size_(size), path_(std::move(path)) {}
    ~PosixFile() override { ::close(descriptor_); }

    [[nodiscard]] uint64_t size() const override { return size_; }
    [[nodiscard]] const std::string& path() const override { return path_; }

    size_t read_at(uint64_t offset, void* to, size_t count) const override {
        size_t done = 0;
        while (done < count) {
            // pread has no position that threads could share. EINTR and short reads are no errors;
            // 0 is the end of a file that may have been cut.
            ssize_t got = ::pread(descriptor_, static_cast<char*>(to) + done, count - done,
                                  static_cast<off_t>(offset + done));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) throw_errno("read", path_, errno, static_cast<int64_t>(offset + done));
            if (got == 0) break;
            done += static_cast<size_t>(got);
        }
        return done;
    }

private:
    int descriptor_;
    uint64_t size_;
    std::string path_;
};

std::optional<struct stat> stat_path(const std::string& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) == 0) return found;
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    throw_errno("stat", path, errno);
}

EntryKind kind_of(const struct stat& found) {
    if (S_ISREG(found.st_mode)) return EntryKind::File;
    return S_ISDIR(found.st_mode) ? EntryKind::Folder : EntryKind::Other;
}

/// Closes a descriptor that is not handed on.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    [[nodiscard]] int get() const { return number_; }
    int release() { return std::exchange(number_, -1); }

private:
    int number_;
};

class PosixWritableFile final : public WritableFile {
public:
    PosixWritableFile(Descriptor descriptor, std::string path)
        : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

    void append(Bytes bytes) override {
        check_usable();
        while (!bytes.empty()) {
            ssize_t written = ::write(descriptor_.get(), bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) fail("write");
            size_ += static_cast<uint64_t>(written);
            bytes = bytes.subspan(static_cast<size_t>(written));
        }
    }
    void sync() override {
        check_usable();
        if (::fsync(descriptor_.get()) != 0) fail("sync");
    }
    void close() override {
        check_usable();
        if (::close(descriptor_.release()) != 0) fail("close");
    }
    [[nodiscard]] uint64_t size() const override { return size_; }
    [[nodiscard]] const std::string& path() const override { return path_; }

    [[nodiscard]] const Descriptor& descriptor() const { return descriptor_; }
    [[nodiscard]] Descriptor release() { return std::move(descriptor_); }
    /// Gives an unnamed file its path; false if that is taken.
    [[nodiscard]] bool link_to_path() {
        // The descriptor's name in /proc: AT_EMPTY_PATH would need a capability.
        const std::string unnamed = "/proc/self/fd/" + std::to_string(descriptor_.get());
        if (::linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, path_.c_str(), AT_SYMLINK_FOLLOW) == 0)
            return true;
        if (errno == EEXIST) return false;
        fail("link");
    }

private:
    void check_usable() const {
        if (abandoned_ || descriptor_.get() < 0)
            throw Error(ErrorCode::Io,
                        "the file was closed or given up after a failed write; write a new one",
                        path_);
    }
    // After a failed write or fsync nothing is known of the pages: the kernel may have dropped them
    // and report success the next time.
    [[noreturn]] void fail(const char* action) {
        int error = errno;
        abandoned_ = true;
        throw_errno(action, path_, error, static_cast<int64_t>(size_));
    }

    Descriptor descriptor_;
    uint64_t size_ = 0;
    std::string path_;
    bool abandoned_ = false;
};

class PosixLock final : public FileLock {
public:
    explicit PosixLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

private:
    Descriptor descriptor_;
};

constexpr mode_t kFileMode = 0666;
constexpr mode_t kFolderMode = 0777;

struct NetworkFileSystem {
    uint32_t magic;
    const char* name;
};
// statfs(2) and linux/magic.h; FUSE is here because nothing tells what is behind it.
constexpr NetworkFileSystem kNetworkFileSystems[] = {
    {0x6969, "nfs"},      {0xff534d42, "cifs"},   {0xfe534d42, "smb2"}, {0x517b, "smb"},
    {0x00c36400, "ceph"}, {0x65735546, "fuse"},   {0x01021997, "9p"},   {0x5346414f, "afs"},
    {0x73757245, "coda"}, {0x0bd00bd0, "lustre"}, {0x47504653, "gpfs"}, {0x7461636f, "ocfs2"},
};

/// False while another open file of the same inode excludes the lock.
bool lock_descriptor(const Descriptor& descriptor, LockMode mode, const std::string& path) {
    struct flock range {};
    range.l_type = mode == LockMode::Exclusive ? F_WRLCK : F_RDLCK;
    range.l_whence = SEEK_SET;
    // An open file description's lock, not the process's: it excludes other threads too, and
    // closing another descriptor of the file does not drop it. l_len = 0 is the whole file.
    if (::fcntl(descriptor.get(), F_OFD_SETLK, &range) == 0) return true;
    if (errno == EAGAIN || errno == EACCES) return false;
    throw_errno("lock", path, errno);
}

bool is_still_named(const Descriptor& descriptor, const std::string& path) {
    struct stat open_file {};
    if (::fstat(descriptor.get(), &open_file) != 0) throw_errno("stat", path, errno);
    std::optional<struct stat> named = stat_path(path);
    // An inode's number alone may repeat on another device.
    return named && named->st_ino == open_file.st_ino && named->st_dev == open_file.st_dev;
}

/// A file without a name in the folder of `path`.
Descriptor open_unnamed(const std::string& path) {
    size_t slash = path.rfind('/');
    std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    Descriptor descriptor(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, kFileMode));
    if (descriptor.get() < 0 && (errno == EOPNOTSUPP || errno == EISDIR))
        throw Error(
            ErrorCode::Unsupported,
            "this file system has no O_TMPFILE, which commits and pins need; use ext4, xfs, "
            "btrfs or tmpfs",
            path);
    if (descriptor.get() < 0) throw_errno("create", path, errno);
    return descriptor;
}

}  // namespace

std::unique_ptr<ReadableFile> PosixFs::open(const std::string& path) const {
    int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) throw_errno("open", path, errno);
    struct stat found {};
    if (::fstat(descriptor, &found) != 0) {
        int error = errno;
        ::close(descriptor);
        throw_errno("stat", path, error);
    }
    // A pipe or device in a part's folder would block, or never end.
    if (!S_ISREG(found.st_mode)) {
        ::close(descriptor);
        throw Error(ErrorCode::Io, "a regular file was expected here", path);
    }
    return std::make_unique<PosixFile>(descriptor, static_cast<uint64_t>(found.st_size), path);
}

std::optional<uint64_t> PosixFs::file_size(const std::string& path) const {
    std::optional<struct stat> found = stat_path(path);
    if (!found || !S_ISREG(found->st_mode)) return std::nullopt;
    return static_cast<uint64_t>(found->st_size);
}

std::optional<EntryKind> PosixFs::kind(const std::string& path) const {
    std::optional<struct stat> found = stat_path(path);
    if (!found) return std::nullopt;
    return kind_of(*found);
}

std::vector<DirectoryEntry> PosixFs::list(const std::string& path) const {
    std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), &::closedir);
    if (!folder) throw_errno("list", path, errno);
    std::vector<DirectoryEntry> entries;
    for (;;) {
        errno = 0;
        const struct dirent* found = ::readdir(folder.get());
        if (found == nullptr) {
            if (errno != 0) throw_errno("list", path, errno);
            break;
        }
        std::string name = found->d_name;
        if (name == "." || name == "..") continue;
        // d_type spares a stat a file; links, and file systems that do not tell, need one.
        EntryKind kind = EntryKind::Other;
        if (found->d_type == DT_DIR) {
            kind = EntryKind::Folder;
        } else if (found->d_type == DT_REG) {
            kind = EntryKind::File;
        } else if (std::optional<struct stat> target = stat_path(path + "/" + name)) {
            kind = kind_of(*target);
        }
        entries.push_back({std::move(name), kind});
    }
    std::sort(entries.begin(), entries.end(),
              [](const DirectoryEntry& a, const DirectoryEntry& b) { return a.name < b.name; });
    return entries;
}

std::optional<FileStamp> PosixFs::stamp(const std::string& path) const {
    std::optional<struct stat> found = stat_path(path);
    if (!found) return std::nullopt;
    auto nanoseconds = [](const struct timespec& time) {
        return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
    };
    return FileStamp{found->st_dev, found->st_ino, static_cast<uint64_t>(found->st_size),
                     nanoseconds(found->st_mtim), nanoseconds(found->st_ctim)};
}

std::unique_ptr<WritableFile> PosixFs::create(const std::string& path) {
    // O_EXCL: no call here writes to a file that exists.
    Descriptor descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode));
    if (descriptor.get() < 0) throw_errno("create", path, errno);
    return std::make_unique<PosixWritableFile>(std::move(descriptor), path);
}

bool PosixFs::make_folder(const std::string& path) {
    if (::mkdir(path.c_str(), kFolderMode) == 0) return true;
    if (errno == EEXIST) return false;
    throw_errno("make folder", path, errno);
}

void PosixFs::sync_folder(const std::string& path) {
    // Names live in the folder: syncing a file does not make its name durable.
    Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (descriptor.get() < 0) throw_errno("open folder", path, errno);
    if (::fsync(descriptor.get()) != 0) throw_errno("sync folder", path, errno);
}

bool PosixFs::link(const std::string& from, const std::string& to) {
    if (::link(from.c_str(), to.c_str()) == 0) return true;
    if (errno == EEXIST) return false;
    throw_errno("link", from + " to " + to, errno);
}

bool PosixFs::rename_new(const std::string& from, const std::string& to) {
    // The bare system call: glibc 2.28 is the oldest that has the wrapper, and the shim need not
    // know it.
    if (::syscall(SYS_renameat2, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) ==
        0)
        return true;
    if (errno == EEXIST) return false;
    throw_errno("rename", from + " to " + to, errno);
}

void PosixFs::rename_over(const std::string& from, const std::string& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) throw_errno("rename", from + " to " + to, errno);
}

bool PosixFs::remove_file(const std::string& path) {
    if (::unlink(path.c_str()) == 0) return true;
    if (errno == ENOENT) return false;
    throw_errno("remove", path, errno);
}

bool PosixFs::remove_folder(const std::string& path) {
    if (::rmdir(path.c_str()) == 0) return true;
    if (errno == ENOENT) return false;
    throw_errno("remove folder", path, errno);
}

std::unique_ptr<FileLock> PosixFs::try_lock(const std::string& path, LockMode mode) {
    for (;;) {
        Descriptor descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode));
        if (descriptor.get() < 0) throw_errno("open for locking", path, errno);
        if (!lock_descriptor(descriptor, mode, path)) return nullptr;
        // A file that was removed between open and lock excludes nobody who comes later.
        if (is_still_named(descriptor, path))
            return std::make_unique<PosixLock>(std::move(descriptor));
    }
}

// The name appears last and with the whole content behind it: a crash before leaves nothing, not
// even a temporary name.
bool PosixFs::put_file(const std::string& path, Bytes content) {
    PosixWritableFile file(open_unnamed(path), path);
    file.append(content);
    file.sync();
    return file.link_to_path();
}

std::unique_ptr<FileLock> PosixFs::put_locked(const std::string& path, Bytes content) {
    PosixWritableFile file(open_unnamed(path), path);
    file.append(content);
    // Locked before it has a name: nobody can find it unlocked and take it for a dead holder's.
    if (!lock_descriptor(file.descriptor(), LockMode::Exclusive, path))
        throw Error(ErrorCode::Io, "a new file without a name is locked already", path);
    if (!file.link_to_path()) return nullptr;
    return std::make_unique<PosixLock>(file.release());
}

bool PosixFs::remove_unlocked(const std::string& path) {
    Descriptor descriptor(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (descriptor.get() < 0) {
        if (errno == ENOENT) return true;
        throw_errno("open for locking", path, errno);
    }
    if (!lock_descriptor(descriptor, LockMode::Exclusive, path)) return false;
    // Removed, and perhaps made again, since it was opened: the lock held here says nothing of the
    // new file.
    if (!is_still_named(descriptor, path)) return !kind(path);
    remove_file(path);
    return true;
}

std::optional<std::string> PosixFs::network_kind(const std::string& path) const {
    struct statfs found {};
    if (::statfs(path.c_str(), &found) != 0) throw_errno("ask for the file system of", path, errno);
    for (const NetworkFileSystem& known : kNetworkFileSystems)
        if (static_cast<uint32_t>(found.f_type) == known.magic) return known.name;
    return std::nullopt;
}

}  // namespace ch::io
