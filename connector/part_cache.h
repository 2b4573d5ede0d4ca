#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/buffer.h"
#include "base/io/file_system.h"
#include "engine/format/city_hash.h"
#include "engine/part/part.h"

namespace ch::connector {

/// Opened parts by path, so that the splits of one part open it once. A part is taken from here
/// only while its checksums.txt, which holds the hashes of all its data, is the same: a table that
/// was dropped and made again may reuse names. At most `parts_max` of about `bytes_max` together
/// are kept, the longest unused go first; what a part holds grows with what is read of it and
/// counts against the pool's budget. Thread-safe; no lock is held while files are read.
class PartCache {
public:
    PartCache(std::shared_ptr<const io::FileSystem> files, std::shared_ptr<BufferPool> pool,
              size_t parts_max, size_t bytes_max)
        : files_(std::move(files)),
          pool_(std::move(pool)),
          parts_max_(parts_max),
          bytes_max_(bytes_max) {}

    /// Throws what part::Part::open() throws.
    std::shared_ptr<const part::Part> open(const std::string& path,
                                           uint64_t granule_rows = part::Part::kGranuleRowsDefault);

    /// Gives up all parts. Those in use live on with their users.
    void clear();
    [[nodiscard]] size_t size() const;

private:
    struct Entry {
        std::string path;
        format::Hash128 identity;
        std::shared_ptr<const part::Part> part;
    };
    std::shared_ptr<const part::Part> find(const std::string& path, format::Hash128 identity);
    void keep(Entry entry);
    void drop_last(std::list<Entry>& dropped);
    [[nodiscard]] size_t bytes() const;

    const std::shared_ptr<const io::FileSystem> files_;
    const std::shared_ptr<BufferPool> pool_;
    const size_t parts_max_;
    const size_t bytes_max_;
    mutable std::mutex mutex_;
    std::list<Entry> entries_;  // guarded by mutex_; the latest used first
    std::unordered_map<std::string, std::list<Entry>::iterator> by_path_;  // guarded by mutex_
};

}  // namespace ch::connector
