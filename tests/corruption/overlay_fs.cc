#include "tests/corruption/overlay_fs.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/io/posix_fs.h"

namespace ch::corruption {

namespace {

constexpr uint64_t kFileBytesMax = 1ULL << 30;

class Reader final : public io::ReadableFile {
public:
    Reader(Content content, std::string path)
        : content_(std::move(content)), path_(std::move(path)) {}
    [[nodiscard]] uint64_t size() const override { return content_->size(); }
    [[nodiscard]] const std::string& path() const override { return path_; }
    size_t read_at(uint64_t offset, void* to, size_t count) const override {
        if (offset >= content_->size()) return 0;
        count = std::min<size_t>(count, content_->size() - offset);
        std::memcpy(to, content_->data() + offset, count);
        return count;
    }

private:
    Content content_;
    std::string path_;
};

void load(const io::FileSystem& source, const std::string& folder, const std::string& as,
          Files& files) {
    for (const io::DirectoryEntry& entry : source.list(folder)) {
        std::string from = folder + "/" + entry.name;
        std::string to = as + "/" + entry.name;
        if (entry.kind == io::EntryKind::Folder)
            load(source, from, to, files);
        else if (entry.kind == io::EntryKind::File)
            files[to] = std::make_shared<const std::string>(
                io::read_small_file(source, from, kFileBytesMax));
    }
}

[[noreturn]] void refuse(const std::string& path) {
    throw Error(ErrorCode::Io, "a reader tried to change a file", path);
}

}  // namespace

Files load_folder(const std::string& folder, const std::string& as) {
    Files files;
    load(io::PosixFs(), folder, as, files);
    return files;
}

Content OverlayFs::find(const std::string& path) const {
    if (auto changed = changes_.find(path); changed != changes_.end()) return changed->second;
    auto found = files_->find(path);
    return found == files_->end() ? nullptr : found->second;
}

std::unique_ptr<io::ReadableFile> OverlayFs::open(const std::string& path) const {
    Content content = find(path);
    if (content == nullptr) throw Error(ErrorCode::NotFound, "no such file", path);
    return std::make_unique<Reader>(std::move(content), path);
}

std::optional<uint64_t> OverlayFs::file_size(const std::string& path) const {
    Content content = find(path);
    return content == nullptr ? std::nullopt : std::optional<uint64_t>(content->size());
}

std::optional<io::EntryKind> OverlayFs::kind(const std::string& path) const {
    if (find(path) != nullptr) return io::EntryKind::File;
    std::string inside = path + "/";
    auto first = files_->lower_bound(inside);
    if (first != files_->end() && first->first.starts_with(inside)) return io::EntryKind::Folder;
    return std::nullopt;
}

std::vector<io::DirectoryEntry> OverlayFs::list(const std::string& path) const {
    if (kind(path) != io::EntryKind::Folder)
        throw Error(ErrorCode::NotFound, "no such folder", path);
    std::string inside = path + "/";
    std::map<std::string, io::EntryKind> entries;
    auto add = [&](const Files& files) {
        for (auto at = files.lower_bound(inside);
             at != files.end() && at->first.starts_with(inside); ++at) {
            size_t end = at->first.find('/', inside.size());
            bool is_file = end == std::string::npos;
            if (is_file && find(at->first) == nullptr) continue;
            entries[at->first.substr(inside.size(), is_file ? end : end - inside.size())] =
                is_file ? io::EntryKind::File : io::EntryKind::Folder;
        }
    };
    add(*files_);
    add(changes_);
    std::vector<io::DirectoryEntry> listed;
    listed.reserve(entries.size());
    for (const auto& [name, entry_kind] : entries) listed.push_back({name, entry_kind});
    return listed;
}

std::unique_ptr<io::WritableFile> OverlayFs::create(const std::string& path) {
    refuse(path);
}
bool OverlayFs::make_folder(const std::string& path) {
    refuse(path);
}
void OverlayFs::sync_folder(const std::string& path) {
    refuse(path);
}
bool OverlayFs::link(const std::string& from, const std::string&) {
    refuse(from);
}
bool OverlayFs::rename_new(const std::string& from, const std::string&) {
    refuse(from);
}
void OverlayFs::rename_over(const std::string& from, const std::string&) {
    refuse(from);
}
bool OverlayFs::remove_file(const std::string& path) {
    refuse(path);
}
bool OverlayFs::remove_folder(const std::string& path) {
    refuse(path);
}
std::unique_ptr<io::FileLock> OverlayFs::try_lock(const std::string& path, io::LockMode) {
    refuse(path);
}
bool OverlayFs::put_file(const std::string& path, Bytes) {
    refuse(path);
}
std::unique_ptr<io::FileLock> OverlayFs::put_locked(const std::string& path, Bytes) {
    refuse(path);
}
bool OverlayFs::remove_unlocked(const std::string& path) {
    refuse(path);
}
std::optional<std::string> OverlayFs::network_kind(const std::string&) const {
    return std::nullopt;
}

}  // namespace ch::corruption
