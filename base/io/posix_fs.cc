#include "base/io/posix_fs.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

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

}  // namespace ch::io
