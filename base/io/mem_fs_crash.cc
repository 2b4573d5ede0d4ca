#include <algorithm>
#include <utility>

#include "base/io/mem_fs.h"
#include "base/io/mem_fs_node.h"

namespace ch::io {

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
    // A dropped sync is reported as done, as by a disk that lies.
    return syncs_ < first_dropped_ || syncs_ > last_dropped_;
}

void MemFs::settle(const std::function<bool(const Effect&)>& chosen) {
    // In the order in which they were made, so a later change of one entry wins.
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
    // By node, not by path: hard links stay links, and effects on a folder find its copy wherever
    // it is.
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
    // Only the last write that was under way can be torn, at a multiple of torn_bytes.
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
    // After the restart all that is left is on disk. Locks are not copied: their processes died.
    for (const auto& [old_node, node] : copies) {
        node->durable_content = node->content;
        node->durable_entries = node->entries;
    }
    return after;
}

void MemFs::set_network_kind(std::string kind) {
    std::lock_guard lock(mutex_);
    network_kind_ = std::move(kind);
}

}  // namespace ch::io
