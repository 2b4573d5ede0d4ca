#include "base/io/mem_fs.h"

#include <algorithm>
#include <utility>

#include "base/io/mem_fs_node.h"

namespace ch::io {

class MemFs::Reader final : public ReadableFile {
public:
    Reader(const MemFs& files, NodePtr node, std::string path)
        : files_(files),
          node_(std::move(node)),
          size_(node_->content.size()),
          path_(std::move(path)) {}
    [[nodiscard]] uint64_t size() const override { return size_; }
    [[nodiscard]] const std::string& path() const override { return path_; }
    size_t read_at(uint64_t offset, void* to, size_t count) const override {
        std::lock_guard lock(files_.mutex_);
        // The content as it is now, the size as it was: a file that was appended to or cut
        // meanwhile behaves like one on disk.
        if (offset >= node_->content.size()) return 0;
        count = std::min<size_t>(count, node_->content.size() - static_cast<size_t>(offset));
        std::memcpy(to, node_->content.data() + offset, count);
        return count;
    }

private:
    const MemFs& files_;
    NodePtr node_;
    uint64_t size_;
    std::string path_;
};

class MemFs::Writer final : public WritableFile {
public:
    Writer(MemFs& files, NodePtr node, std::string path)
        : files_(files), node_(std::move(node)), path_(std::move(path)) {}
    void append(Bytes bytes) override {
        files_.announce("append", path_);
        std::lock_guard lock(files_.mutex_);
        // Written at once for readers, and noted as not durable: crash() chooses which of the notes
        // survive.
        Effect effect{node_, node_->content.size(), std::string(as_text(bytes)), {}};
        node_->content += effect.bytes;
        files_.unsynced_.push_back(std::move(effect));
    }
    void sync() override {
        files_.announce("sync", path_);
        std::lock_guard lock(files_.mutex_);
        if (!files_.take_sync()) return;
        files_.settle([&](const Effect& effect) { return effect.file == node_; });
    }
    // No sync and no error: what was not synced is lost in a crash, closed or not.
    void close() override {}
    [[nodiscard]] uint64_t size() const override { return node_->content.size(); }
    [[nodiscard]] const std::string& path() const override { return path_; }

private:
    MemFs& files_;
    NodePtr node_;
    std::string path_;
};

class MemFs::Lock final : public FileLock {
public:
    Lock(MemFs& files, NodePtr node, LockMode mode)
        : files_(files), node_(std::move(node)), mode_(mode) {}
    ~Lock() override {
        std::lock_guard lock(files_.mutex_);
        if (mode_ == LockMode::Exclusive) {
            node_->exclusive_lock = false;
        } else {
            --node_->shared_locks;
        }
    }

private:
    MemFs& files_;
    NodePtr node_;
    LockMode mode_;
};

MemFs::MemFs() : root_(std::make_shared<Node>(true)) {}
MemFs::~MemFs() = default;

// Requires: the mutex is held, here and in all that take a Place.
MemFs::NodePtr MemFs::find(const std::string& path) const {
    NodePtr node = root_;
    size_t from = 0;
    // Slashes in a row count as one, as in POSIX.
    while (node && from < path.size()) {
        size_t slash = std::min(path.find('/', from), path.size());
        if (slash > from) {
            if (!node->folder) return nullptr;
            auto found = node->entries.find(path.substr(from, slash - from));
            node = found == node->entries.end() ? nullptr : found->second;
        }
        from = slash + 1;
    }
    return node;
}

MemFs::NodePtr MemFs::find_or_throw(const std::string& path) const {
    NodePtr node = find(path);
    if (!node) throw Error(ErrorCode::NotFound, "no such file or folder", path);
    return node;
}

MemFs::Place MemFs::place(const std::string& path) const {
    size_t end = path.find_last_not_of('/');
    size_t slash = end == std::string::npos ? std::string::npos : path.rfind('/', end);
    std::string parent = slash == std::string::npos ? "" : path.substr(0, slash);
    NodePtr folder = find_or_throw(parent);
    if (!folder->folder) throw Error(ErrorCode::Io, "the parent is not a folder", path);
    size_t from = slash == std::string::npos ? 0 : slash + 1;
    return {folder, path.substr(from, end + 1 - from)};
}

std::unique_ptr<ReadableFile> MemFs::open(const std::string& path) const {
    std::lock_guard lock(mutex_);
    NodePtr node = find_or_throw(path);
    if (node->folder) throw Error(ErrorCode::Io, "a regular file was expected here", path);
    return std::make_unique<Reader>(*this, std::move(node), path);
}

std::optional<uint64_t> MemFs::file_size(const std::string& path) const {
    std::lock_guard lock(mutex_);
    NodePtr node = find(path);
    if (!node || node->folder) return std::nullopt;
    return node->content.size();
}

std::optional<EntryKind> MemFs::kind(const std::string& path) const {
    std::lock_guard lock(mutex_);
    NodePtr node = find(path);
    if (!node) return std::nullopt;
    return node->folder ? EntryKind::Folder : EntryKind::File;
}

std::vector<DirectoryEntry> MemFs::list(const std::string& path) const {
    std::lock_guard lock(mutex_);
    NodePtr node = find_or_throw(path);
    std::vector<DirectoryEntry> entries;
    for (const auto& [name, child] : node->entries)
        entries.push_back({name, child->folder ? EntryKind::Folder : EntryKind::File});
    return entries;
}

std::unique_ptr<WritableFile> MemFs::create(const std::string& path) {
    announce("create", path);
    std::lock_guard lock(mutex_);
    Place at = place(path);
    if (at.folder->entries.count(at.name) > 0)
        throw Error(ErrorCode::Io, "cannot create: File exists", path);
    auto node = std::make_shared<Node>(false);
    change({nullptr, 0, {}, {{at.folder, at.name, node}}});
    return std::make_unique<Writer>(*this, std::move(node), path);
}

bool MemFs::make_folder(const std::string& path) {
    announce("make folder", path);
    std::lock_guard lock(mutex_);
    Place at = place(path);
    if (at.folder->entries.count(at.name) > 0) return false;
    change({nullptr, 0, {}, {{at.folder, at.name, std::make_shared<Node>(true)}}});
    return true;
}

void MemFs::sync_folder(const std::string& path) {
    announce("sync folder", path);
    std::lock_guard lock(mutex_);
    NodePtr folder = find_or_throw(path);
    if (!take_sync()) return;
    // Of a rename between two folders either one's sync makes all of it durable: it is one effect.
    settle([&](const Effect& effect) { return effect.touches(folder); });
}

bool MemFs::link(const std::string& from, const std::string& to) {
    announce("link", to);
    std::lock_guard lock(mutex_);
    NodePtr node = find_or_throw(from);
    Place at = place(to);
    if (at.folder->entries.count(at.name) > 0) return false;
    change({nullptr, 0, {}, {{at.folder, at.name, std::move(node)}}});
    return true;
}

void MemFs::rename(const std::string& from, const Place& source, const Place& target) {
    NodePtr node = find_or_throw(from);
    change(
        {nullptr,
         0,
         {},
         {{source.folder, source.name, nullptr}, {target.folder, target.name, std::move(node)}}});
}

bool MemFs::rename_new(const std::string& from, const std::string& to) {
    announce("rename", to);
    std::lock_guard lock(mutex_);
    Place target = place(to);
    if (target.folder->entries.count(target.name) > 0) return false;
    // One effect with two entries: after a crash a rename is done or not, never half.
    rename(from, place(from), target);
    return true;
}

void MemFs::rename_over(const std::string& from, const std::string& to) {
    announce("rename", to);
    std::lock_guard lock(mutex_);
    rename(from, place(from), place(to));
}

bool MemFs::remove_file(const std::string& path) {
    announce("remove", path);
    std::lock_guard lock(mutex_);
    if (!find(path)) return false;
    Place at = place(path);
    change({nullptr, 0, {}, {{at.folder, at.name, nullptr}}});
    return true;
}

bool MemFs::remove_folder(const std::string& path) {
    announce("remove folder", path);
    std::lock_guard lock(mutex_);
    NodePtr node = find(path);
    if (!node) return false;
    if (!node->entries.empty())
        throw Error(ErrorCode::Io, "cannot remove folder: Directory not empty", path);
    Place at = place(path);
    change({nullptr, 0, {}, {{at.folder, at.name, nullptr}}});
    return true;
}

std::unique_ptr<FileLock> MemFs::try_lock(const std::string& path, LockMode mode) {
    std::lock_guard lock(mutex_);
    Place at = place(path);
    NodePtr node = find(path);
    if (!node) {
        node = std::make_shared<Node>(false);
        change({nullptr, 0, {}, {{at.folder, at.name, node}}});
    }
    // On the node, not the name: a lock goes on excluding on a file that was removed, but nobody
    // finds that file any more.
    if (node->exclusive_lock || (mode == LockMode::Exclusive && node->shared_locks > 0))
        return nullptr;
    if (mode == LockMode::Exclusive) {
        node->exclusive_lock = true;
    } else {
        ++node->shared_locks;
    }
    return std::make_unique<Lock>(*this, std::move(node), mode);
}

bool MemFs::put_file(const std::string& path, Bytes content) {
    announce("append", path);
    auto node = std::make_shared<Node>(false);
    {
        std::lock_guard lock(mutex_);
        Place at = place(path);
        if (at.folder->entries.count(at.name) > 0) return false;
        node->content = as_text(content);
        unsynced_.push_back({node, 0, node->content, {}});
    }
    announce("sync", path);
    {
        std::lock_guard lock(mutex_);
        // In three steps, each announced: a crash between them is what tests ask for.
        if (take_sync()) settle([&](const Effect& effect) { return effect.file == node; });
    }
    announce("link", path);
    std::lock_guard lock(mutex_);
    Place at = place(path);
    if (at.folder->entries.count(at.name) > 0) return false;
    change({nullptr, 0, {}, {{at.folder, at.name, node}}});
    return true;
}

std::unique_ptr<FileLock> MemFs::put_locked(const std::string& path, Bytes content) {
    announce("link", path);
    std::lock_guard lock(mutex_);
    Place at = place(path);
    if (at.folder->entries.count(at.name) > 0) return nullptr;
    auto node = std::make_shared<Node>(false);
    node->content = as_text(content);
    node->exclusive_lock = true;
    unsynced_.push_back({node, 0, node->content, {}});
    change({nullptr, 0, {}, {{at.folder, at.name, node}}});
    return std::make_unique<Lock>(*this, std::move(node), LockMode::Exclusive);
}

bool MemFs::remove_unlocked(const std::string& path) {
    announce("remove", path);
    std::lock_guard lock(mutex_);
    NodePtr node = find(path);
    if (!node) return true;
    if (node->exclusive_lock || node->shared_locks > 0) return false;
    Place at = place(path);
    change({nullptr, 0, {}, {{at.folder, at.name, nullptr}}});
    return true;
}

std::optional<std::string> MemFs::network_kind(const std::string&) const {
    std::lock_guard lock(mutex_);
    if (network_kind_.empty()) return std::nullopt;
    return network_kind_;
}

}  // namespace ch::io
