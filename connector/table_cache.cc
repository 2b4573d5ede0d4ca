#include "connector/table_cache.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/error.h"

namespace ch::connector {

TableCache::TableCache(std::shared_ptr<io::FileSystem> files, std::shared_ptr<BufferPool> pool,
                       size_t tables_max, size_t bytes_max)
    : files_(std::move(files)),
      pool_(std::move(pool)),
      tables_max_(tables_max),
      bytes_max_(bytes_max) {}

storage::OpenedTable TableCache::open_at(const std::string& path, const storage::ReadPoint& point) {
    // The old table lends its parts to the new one, which shares those whose stamps are the same.
    std::shared_ptr<const table::Table> previous = find(path);
    storage::OpenedTable opened = storage::open_table(files_, path, point, previous.get(), pool_);
    keep(path, opened.table);
    return opened;
}

std::shared_ptr<const table::Table> TableCache::find(const std::string& path) {
    std::lock_guard lock(mutex_);
    for (const Entry& entry : entries_)
        if (entry.path == path) return entry.table;
    return nullptr;
}

void TableCache::keep(const std::string& path, const std::shared_ptr<const table::Table>& table) {
    Entry entry{path, table, table->memory_bytes(), {}};
    size_t counted = 0;
    for (const auto& part : table->parts()) counted += part->memory_bytes();
    try {
        // Without the lock: a budget that is used up calls clear().
        entry.charge = MemoryCharge(pool_, entry.bytes - std::min(counted, entry.bytes));
    } catch (const Error& error) {
        // A cache must never make a query fail.
        if (error.code() != ErrorCode::MemoryLimit) throw;
        return;
    }
    std::list<Entry> dropped;  // destroyed after the lock is given back
    std::lock_guard lock(mutex_);
    drop_path(path, dropped);
    if (entry.bytes > bytes_max_ || tables_max_ == 0) return;
    while (entries_.size() >= tables_max_ || bytes_ + entry.bytes > bytes_max_)
        drop_oldest(dropped);
    bytes_ += entry.bytes;
    entries_.push_front(std::move(entry));
}

void TableCache::clear() {
    std::list<Entry> dropped;
    std::lock_guard lock(mutex_);
    dropped.swap(entries_);
    bytes_ = 0;
}

void TableCache::drop_path(const std::string& path, std::list<Entry>& dropped) {
    auto found = std::find_if(entries_.begin(), entries_.end(),
                              [&](const Entry& entry) { return entry.path == path; });
    if (found == entries_.end()) return;
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
