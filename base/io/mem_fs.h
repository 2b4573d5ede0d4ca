#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/io/file_system.h"

namespace ch::io {

/// FileSystem in memory, for tests. It keeps apart what was done and what a power loss would leave:
/// an append is durable after sync() of its file, an entry of a folder (create, link, remove,
/// rename) after sync_folder(). Each effect that is not durable yet may be lost or kept by itself;
/// a rename is one effect. Thread-safe.
class MemFs final : public FileSystem {
public:
    /// What a power loss leaves of the effects that were not synced, oldest first.
    struct Crash {
        std::vector<bool> kept;   ///< one an unsynced effect; missing ones count as lost
        uint64_t torn_bytes = 0;  ///< 0, or: of the newest kept append only whole sectors of this
                                  ///< size but its last one
    };

    MemFs();
    ~MemFs() override;

    /// Called before every operation that changes something, with its name and path; the file
    /// system may be read and crash() called from inside. For walking all crash states of a
    /// history.
    using Observer = std::function<void(const std::string& operation, const std::string& path)>;
    void observe(Observer observer);
    /// The n-th sync or sync_folder from now (1 = the next) is acknowledged and not done: a planted
    /// bug, or a lying disk.
    void drop_sync(uint64_t nth);
    /// The same for that one and all behind it.
    void drop_syncs_from(uint64_t nth);
    /// What network_kind() says of every path; empty = local.
    void set_network_kind(std::string kind);
    /// Syncs of both kinds so far.
    [[nodiscard]] uint64_t syncs() const;
    [[nodiscard]] size_t unsynced_effects() const;
    /// The file system that a machine finds when it comes up again. Locks are gone.
    [[nodiscard]] std::unique_ptr<MemFs> crash(const Crash& crash) const;

    std::unique_ptr<ReadableFile> open(const std::string& path) const override;
    [[nodiscard]] std::optional<uint64_t> file_size(const std::string& path) const override;
    [[nodiscard]] std::optional<EntryKind> kind(const std::string& path) const override;
    [[nodiscard]] std::vector<DirectoryEntry> list(const std::string& path) const override;
    std::unique_ptr<WritableFile> create(const std::string& path) override;
    bool make_folder(const std::string& path) override;
    void sync_folder(const std::string& path) override;
    [[nodiscard]] bool link(const std::string& from, const std::string& to) override;
    [[nodiscard]] bool rename_new(const std::string& from, const std::string& to) override;
    void rename_over(const std::string& from, const std::string& to) override;
    bool remove_file(const std::string& path) override;
    bool remove_folder(const std::string& path) override;
    [[nodiscard]] std::unique_ptr<FileLock> try_lock(const std::string& path,
                                                     LockMode mode) override;
    [[nodiscard]] bool put_file(const std::string& path, Bytes content) override;
    [[nodiscard]] std::unique_ptr<FileLock> put_locked(const std::string& path,
                                                       Bytes content) override;
    bool remove_unlocked(const std::string& path) override;
    [[nodiscard]] std::optional<std::string> network_kind(const std::string& path) const override;

private:
    struct Node;
    struct Effect;
    class Reader;
    class Writer;
    class Lock;
    using NodePtr = std::shared_ptr<Node>;
    struct Place {
        NodePtr folder;
        std::string name;
    };

    [[nodiscard]] NodePtr find(const std::string& path) const;
    [[nodiscard]] NodePtr find_or_throw(const std::string& path) const;
    [[nodiscard]] Place place(const std::string& path) const;
    void announce(const char* operation, const std::string& path);
    [[nodiscard]] bool take_sync();
    void settle(const std::function<bool(const Effect&)>& chosen);
    void change(Effect effect);
    void rename(const std::string& from, const Place& source, const Place& target);

    mutable std::mutex mutex_;  // guards all below, and every Node
    NodePtr root_;
    std::vector<Effect> unsynced_;
    Observer observer_;
    std::string network_kind_;
    uint64_t syncs_ = 0;
    uint64_t first_dropped_ = UINT64_MAX;  // numbers of the syncs that are not done
    uint64_t last_dropped_ = UINT64_MAX;
};

}  // namespace ch::io
