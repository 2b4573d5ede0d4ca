#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/buffer.h"
#include "base/io/file_system.h"
#include "base/memory_budget.h"
#include "connector/part_cache.h"
#include "connector/table_cache.h"

namespace ch::connector {

/// What the queries of one client share: files, a memory budget, kept buffers and opened parts.
/// Immutable but for the caches, thread-safe. Queries hold it, so that it lives as long as the last
/// of them.
class Session {
public:
    /// settings: {"memory_bytes":n}, or empty. Throws Error{InvalidArgument}.
    static std::shared_ptr<Session> open(std::string_view settings);

    Session(std::shared_ptr<io::FileSystem> files, size_t memory_bytes);

    [[nodiscard]] const std::shared_ptr<io::FileSystem>& files() const { return files_; }
    [[nodiscard]] const std::shared_ptr<BufferPool>& pool() const { return pool_; }
    [[nodiscard]] const MemoryBudget& budget() const { return *budget_; }
    [[nodiscard]] PartCache& parts() { return parts_; }

    /// The table as its folder is now, or one of a store at a version of it. Parts that have not
    /// changed since the last call are not read again.
    [[nodiscard]] storage::OpenedTable open_table(const std::string& path,
                                                  std::optional<uint64_t> version);

private:
    std::shared_ptr<io::FileSystem> files_;
    std::shared_ptr<MemoryBudget> budget_;
    std::shared_ptr<BufferPool> pool_;
    PartCache parts_;
    TableCache tables_;
};

/// Throws Error{InvalidArgument} for a path that is empty, too long or has a zero byte.
void check_path(std::string_view path);

}  // namespace ch::connector
