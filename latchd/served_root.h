#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/io/file_system.h"
#include "latch/file_store.h"

namespace ch::latchd {

/// A root that this daemon, and no other one, serves. Its chain and its kept pins are files of the
/// embedded store's form, and
///   <root>/.ch/latch/daemon   locked by the daemon that serves the root
///   <root>/.ch/latch/idle     the last daemon held nothing for anybody when it ended
/// Movable; one thread.
class ServedRoot {
public:
    /// Makes the root where the folder is missing or empty. `address`: what clients find in the
    /// root. `takes_over`: an embedded root becomes the daemon's; its users must have ended. Throws
    /// Error{Unsupported | Busy}.
    static ServedRoot open(std::shared_ptr<io::FileSystem> files, const std::string& root,
                           const std::string& address, bool takes_over,
                           const std::function<uint64_t()>& random);
    /// Makes a daemon's root embedded again; the daemon must have ended.
    static void give_back(io::FileSystem& files, const std::string& root);

    [[nodiscard]] latch::FileLatchStore& chain() { return *chain_; }
    [[nodiscard]] const std::string& id() const { return owner_.root_id; }
    /// Whether somebody may hold something that this daemon has not heard of.
    [[nodiscard]] bool has_unknown_holders() const { return has_unknown_holders_; }
    /// To be called last, when nothing is held: the next daemon need not wait for holders.
    void end_idle();

private:
    ServedRoot() = default;
    std::shared_ptr<io::FileSystem> files_;
    std::string root_;
    latch::Owner owner_;
    std::unique_ptr<io::FileLock> lock_;
    std::unique_ptr<latch::FileLatchStore> chain_;
    bool has_unknown_holders_ = false;
};

}  // namespace ch::latchd
