#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "base/buffer.h"
#include "base/io/file_system.h"
#include "engine/store/open_table.h"

namespace ch::connector {

/// Tables as they were last opened, by path, so that opening one again costs a look at its
/// definition, at the list of its parts and at each part's stamp (table::Table::open). What has
/// changed is read anew; nothing stale is given. At most `tables_max` tables and about `bytes_max`
/// bytes, which count against the pool's budget, are kept; the longest unused go first.
/// Thread-safe; no lock is held while files are read.
class TableCache {
public:
    TableCache(std::shared_ptr<io::FileSystem> files, std::shared_ptr<BufferPool> pool,
               size_t tables_max, size_t bytes_max);

    /// A table of a store at its newest version, or a plain folder (storage::open_table).
    std::shared_ptr<const table::Table> open(const std::string& path) {
        return open_at(path, {}).table;
    }
    storage::OpenedTable open_at(const std::string& path, const storage::ReadPoint& point);

    /// Gives up all tables. Those in use live on with their users.
    void clear();
    [[nodiscard]] size_t size() const;

private:
    struct Entry {
        std::string path;
        std::shared_ptr<const table::Table> table;
        size_t bytes = 0;     ///< when it was last opened
        MemoryCharge charge;  ///< for what its parts do not count themselves
    };
    std::shared_ptr<const table::Table> find(const std::string& path);
    void keep(const std::string& path, const std::shared_ptr<const table::Table>& table);
    void drop_path(const std::string& path, std::list<Entry>& dropped);
    void drop_oldest(std::list<Entry>& dropped);

    const std::shared_ptr<io::FileSystem> files_;
    const std::shared_ptr<BufferPool> pool_;
    const size_t tables_max_;
    const size_t bytes_max_;
    mutable std::mutex mutex_;
    std::list<Entry> entries_;  // guarded by mutex_; the latest used first
    size_t bytes_ = 0;          // guarded by mutex_; of all entries
};

}  // namespace ch::connector
