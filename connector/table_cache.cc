#include "connector/table_cache.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/error.h"

namespace ch::connector {

TableCache::TableCache(std::shared_ptr<const io::FileSystem> files,
                       std::shared_ptr<BufferPool> pool, size_t tables_max, size_t bytes_max)
    : files_(std::move(files)),
      pool_(std::move(pool)),
      tables_max_(tables_max),
      bytes_max_(bytes_max) {}

TableCache::~TableCache() {
    // Tables may outlive the cache in queries; from here on they are not counted.
    pool_->budget().release(bytes_);
}

std::shared_ptr<const table::Table> TableCache::open(const std::string& path) {
    // The old table lends its parts to the new one, which shares those whose stamps are the same.
    std::shared_ptr<const table::Table> previous = find(path);
    std::shared_ptr<const table::Table> opened =
        table::Table::open(files_, path, previous.get(), pool_);
    keep(path, opened);
    return opened;
}

std::shared_ptr<const table::Table> TableCache::find(const std::string& path) {
    std::lock_guard lock(mutex_);
    for (const Entry& entry : entries_)
        if (entry.path == path) return entry.table;
    return nullptr;
}

void TableCache::keep(const std::string& path, const std::shared_ptr<const table::Table>& table) {
    const size_t bytes = table->memory_bytes();
    std::list<Entry> dropped;  // destroyed after the lock is given back
    std::lock_guard lock(mutex_);
    drop_path(path, dropped);
    if (bytes > bytes_max_ || tables_max_ == 0) return;
    while (entries_.size() >= tables_max_ || bytes_ + bytes > bytes_max_) drop_oldest(dropped);
    // A cache must never make a query fail: without room it gives up everything it has.
    if (!reserve(bytes)) {
        while (!entries_.empty()) drop_oldest(dropped);
        return;
    }
    entries_.push_front({path, table, bytes});
    bytes_ += bytes;
}

/// Kept buffers are given up for a table: they come back with the next batch.
bool TableCache::reserve(size_t bytes) {
    for (bool is_trimmed : {false, true}) {
        try {
            pool_->budget().reserve(bytes);
            return true;
        } catch (const Error& error) {
            if (error.code() != ErrorCode::MemoryLimit) throw;
        }
        if (!is_trimmed) pool_->trim();
    }
    return false;
}

void TableCache::drop_path(const std::string& path, std::list<Entry>& dropped) {
    auto found = std::find_if(entries_.begin(), entries_.end(),
                              [&](const Entry& entry) { return entry.path == path; });
    if (found == entries_.end()) return;
    pool_->budget().release(found->bytes);
    bytes_ -= found->bytes;
    dropped.splice(dropped.end(), entries_, found);
}

void TableCache::drop_oldest(std::list<Entry>& dropped) {
    // A copy of the path: the entry that holds it is moved out on the way.
    drop_path(std::string(entries_.back().path), dropped);
}

size_t TableCache::size() const {
    std::lock_guard lock(mutex_);
    return entries_.size();
}

}  // namespace ch::connector
