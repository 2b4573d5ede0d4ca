#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/io/file_system.h"

namespace ch::io {

/// What a FaultyFs does to the operation that it was told to fail.
enum class Fault : uint8_t {
    InputOutput,  ///< EIO
    NoSpace,      ///< ENOSPC; an append writes its first half
    NoAccess,     ///< EACCES
    ShortRead,    ///< a read gives half of what was asked; other operations fail as EIO
    ShortWrite,   ///< an append writes its first half, then EIO
    DoneAnyway,   ///< EIO for a change of a name or a sync of a folder that took place all the same
};

/// FileSystem around another one, for tests: the n-th operation fails. Operations are counted over
/// all files: opens, reads, appends, syncs and every change or look-up of a name. Thread-safe.
class FaultyFs final : public FileSystem {
public:
    explicit FaultyFs(std::shared_ptr<FileSystem> inner) : inner_(std::move(inner)) {}

    /// The nth operation from now on fails (1 = the next one), and no other.
    void fail(uint64_t nth, Fault fault);
    [[nodiscard]] uint64_t operations() const;
    /// Called before every operation, with its number. To be set before others use this.
    using Observer =
        std::function<void(uint64_t number, const std::string& operation, const std::string& path)>;
    void observe(Observer observer) { observer_ = std::move(observer); }
    /// The failed operation as "append <path>", or empty while none has failed.
    [[nodiscard]] std::string failed() const;

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
    class Reader;
    class Writer;

    /// True if this operation is the one to fail. Throws unless the caller can fail it in parts.
    bool step(const char* operation, const std::string& path, bool in_parts = false) const;
    [[noreturn]] void raise(const std::string& path) const;
    /// The operation, or its fault; with DoneAnyway, both.
    template <typename Operation>
    auto attempt(const char* operation, const std::string& path, Operation run) const;

    std::shared_ptr<FileSystem> inner_;
    Observer observer_;
    mutable std::mutex mutex_;  // guards what follows
    mutable uint64_t operations_ = 0;
    mutable std::string failed_;
    uint64_t nth_ = 0;
    Fault fault_ = Fault::InputOutput;
};

}  // namespace ch::io
