#include "connector/part_cache.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "connector/limits.h"

namespace ch::connector {

std::shared_ptr<const part::Part> PartCache::open(const std::string& path, uint64_t granule_rows) {
    const std::string checksums = path + "/checksums.txt";
    // Without the file nothing tells whether the part is the same: it is not kept.
    const part::Part::Options options{granule_rows, pool_};
    if (!files_->file_size(checksums)) return part::Part::open(files_, path, options);
    std::string content = io::read_small_file(*files_, checksums, kChecksumsBytesMax);
    format::Hash128 identity = format::city_hash_128(as_bytes(content));
    if (auto found = find(path, identity);
        found != nullptr && found->default_granule_rows() == granule_rows)
        return found;
    // Two threads may open one part at once: both get a right one, the later is kept. Waiting for
    // each other would hold a lock over reading.
    std::shared_ptr<const part::Part> part = part::Part::open(files_, path, options);
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
    // The newest stays even if it alone is too large: its splits come next.
    size_t total = bytes();
    while (entries_.size() > parts_max_ || (entries_.size() > 1 && total > bytes_max_)) {
        // A part in use may have grown since the sum was made.
        total -= std::min(total, entries_.back().part->memory_bytes());
        drop_last(dropped);
    }
}

void PartCache::drop_last(std::list<Entry>& dropped) {
    by_path_.erase(entries_.back().path);
    dropped.splice(dropped.end(), entries_, std::prev(entries_.end()));
}

/// Measured, not remembered: marks are read after a part was opened.
size_t PartCache::bytes() const {
    size_t total = 0;
    for (const Entry& entry : entries_) total += entry.part->memory_bytes();
    return total;
}

void PartCache::clear() {
    std::list<Entry> dropped;
    std::lock_guard lock(mutex_);
    dropped.swap(entries_);
    by_path_.clear();
}

size_t PartCache::size() const {
    std::lock_guard lock(mutex_);
    return entries_.size();
}

}  // namespace ch::connector
