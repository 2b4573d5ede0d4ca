#include "base/io/mem_fs.h"

#include <algorithm>
#include <set>
#include <utility>

namespace ch::io {

struct MemFs::Node {
    explicit Node(bool is_folder) : folder(is_folder) {}
    bool folder;
    std::string content;
    std::string durable_content;
    std::map<std::string, NodePtr> entries;
    std::map<std::string, NodePtr> durable_entries;
    int shared_locks = 0;
    bool exclusive_lock = false;
};

// One unsynced change: bytes appended to a file, or up to two entries set (node) or removed (null)
// in one step.
struct MemFs::Effect {
    struct Entry {
        NodePtr folder;
        std::string name;
        NodePtr node;
    };
    NodePtr file;  // set for an append
    uint64_t offset = 0;
    std::string bytes;
    std::vector<Entry> entries;

    [[nodiscard]] bool touches(const NodePtr& folder) const {
        return std::any_of(entries.begin(), entries.end(),
                           [&](const Entry& e) { return e.folder == folder; });
    }
};

namespace {

void write_at(std::string& content, uint64_t offset, std::string_view bytes) {
    if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size(), '\0');
    content.replace(offset, bytes.size(), bytes);
}

template <typename Entries, typename Entry>
void set_entry(Entries& entries, const Entry& entry) {
    if (entry.node) {
        entries[entry.name] = entry.node;
    } else {
        entries.erase(entry.name);
    }
}

}  // namespace

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

void MemFs::observe(Observer observer) {
    observer_ = std::move(observer);
}

void MemFs::drop_sync(uint64_t nth) {
    std::lock_guard lock(mutex_);
    first_dropped_ = last_dropped_ = syncs_ + nth;
}

void MemFs::drop_syncs_from(uint64_t nth) {
    std::lock_guard lock(mutex_);
    first_dropped_ = syncs_ + nth;
    last_dropped_ = UINT64_MAX;
}

uint64_t MemFs::syncs() const {
    std::lock_guard lock(mutex_);
    return syncs_;
}

size_t MemFs::unsynced_effects() const {
    std::lock_guard lock(mutex_);
    return unsynced_.size();
}

// Outside the mutex: the observer looks at the file system.
void MemFs::announce(const char* operation, const std::string& path) {
    if (observer_) observer_(operation, path);
}

bool MemFs::take_sync() {
    ++syncs_;
    return syncs_ < first_dropped_ || syncs_ > last_dropped_;
}

void MemFs::settle(const std::function<bool(const Effect&)>& chosen) {
    std::vector<Effect> left;
    for (Effect& effect : unsynced_) {
        if (!chosen(effect)) {
            left.push_back(std::move(effect));
            continue;
        }
        if (effect.file) write_at(effect.file->durable_content, effect.offset, effect.bytes);
        for (const Effect::Entry& entry : effect.entries)
            set_entry(entry.folder->durable_entries, entry);
    }
    unsynced_ = std::move(left);
}

void MemFs::change(Effect effect) {
    for (const Effect::Entry& entry : effect.entries) set_entry(entry.folder->entries, entry);
    unsynced_.push_back(std::move(effect));
}

std::unique_ptr<MemFs> MemFs::crash(const Crash& crash) const {
    std::lock_guard lock(mutex_);
    auto after = std::make_unique<MemFs>();
    std::map<const Node*, NodePtr> copies;
    std::function<NodePtr(const NodePtr&)> copy = [&](const NodePtr& node) -> NodePtr {
        if (!node) return nullptr;
        NodePtr& made = copies[node.get()];
        if (made) return made;
        made = std::make_shared<Node>(node->folder);
        NodePtr result = made;  // `made` may move when the map grows
        result->content = node->durable_content;
        for (const auto& [name, child] : node->durable_entries) result->entries[name] = copy(child);
        return result;
    };
    after->root_ = copy(root_);
    size_t newest_append = unsynced_.size();
    for (size_t i = 0; i < unsynced_.size() && i < crash.kept.size(); ++i)
        if (crash.kept[i] && unsynced_[i].file) newest_append = i;
    for (size_t i = 0; i < unsynced_.size() && i < crash.kept.size(); ++i) {
        if (!crash.kept[i]) continue;
        const Effect& effect = unsynced_[i];
        if (effect.file) {
            std::string_view bytes = effect.bytes;
            if (i == newest_append && crash.torn_bytes > 0 && !bytes.empty())
                bytes = bytes.substr(0, (bytes.size() - 1) / crash.torn_bytes * crash.torn_bytes);
            write_at(copy(effect.file)->content, effect.offset, bytes);
        }
        for (const Effect::Entry& entry : effect.entries)
            set_entry(copy(entry.folder)->entries, Effect::Entry{{}, entry.name, copy(entry.node)});
    }
    for (const auto& [old_node, node] : copies) {
        node->durable_content = node->content;
        node->durable_entries = node->entries;
    }
    return after;
}

MemFs::NodePtr MemFs::find(const std::string& path) const {
    NodePtr node = root_;
    size_t from = 0;
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
    if (node->exclusive_lock || (mode == LockMode::Exclusive && node->shared_locks > 0))
        return nullptr;
    if (mode == LockMode::Exclusive) {
        node->exclusive_lock = true;
    } else {
        ++node->shared_locks;
    }
    return std::make_unique<Lock>(*this, std::move(node), mode);
}

void MemFs::set_network_kind(std::string kind) {
    std::lock_guard lock(mutex_);
    network_kind_ = std::move(kind);
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
