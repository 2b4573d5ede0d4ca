#include "connector/part_cache.h"

#include <utility>

#include "base/bytes.h"
#include "connector/limits.h"

namespace ch::connector {

std::shared_ptr<const part::Part> PartCache::open(const std::string& path) {
    const std::string checksums = path + "/checksums.txt";
    // Without the file nothing tells whether the part is the same: it is not kept.
    if (!files_->file_size(checksums)) return part::Part::open(files_, path);
    std::string content = io::read_small_file(*files_, checksums, kChecksumsBytesMax);
    format::Hash128 identity = format::city_hash_128(as_bytes(content));
    if (auto found = find(path, identity)) return found;
    // Two threads may open one part at once: both get a right one, the later is kept. Waiting for
    // each other would hold a lock over reading.
    std::shared_ptr<const part::Part> part = part::Part::open(files_, path);
    keep({path, identity, part});
    return part;
}

std::shared_ptr<const part::Part> PartCache::find(const std::string& path,
                                                  format::Hash128 identity) {
    std::lock_guard lock(mutex_);
    auto found = by_path_.find(path);
    if (found == by_path_.end() || found->second->identity != identity) return nullptr;
    // Iterators in by_path_ stay valid: splice moves nodes, not elements.
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->part;
}

void PartCache::keep(Entry entry) {
    std::list<Entry> dropped;  // destroyed after the lock is given back
    std::lock_guard lock(mutex_);
    if (auto old = by_path_.find(entry.path); old != by_path_.end()) {
        dropped.splice(dropped.end(), entries_, old->second);
        by_path_.erase(old);
    }
    entries_.push_front(std::move(entry));
    by_path_[entries_.front().path] = entries_.begin();
    while (entries_.size() > parts_max_) {
        by_path_.erase(entries_.back().path);
        dropped.splice(dropped.end(), entries_, std::prev(entries_.end()));
    }
}

size_t PartCache::size() const {
    std::lock_guard lock(mutex_);
    return entries_.size();
}

}  // namespace ch::connector
