#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/io/file_system.h"
#include "engine/store/state.h"

namespace ch::reliability {

/// Sees every version of a root as it appears, and says what must not be. Files are looked at past
/// everything that a test does to its processes.
class ChainWatch {
public:
    ChainWatch(std::shared_ptr<io::FileSystem> files, std::string root)
        : files_(std::move(files)), root_(std::move(root)) {}

    /// To be called at least once between two publications and before each removal of manifests.
    void look();
    /// A commit was acknowledged as published there, under that token if it needed one.
    void acknowledge(const storage::CommitId& commit, uint64_t version,
                     const std::vector<latch::Token>& tokens);
    /// Readers' pins, which must be respected from when they are had.
    void pin(uint64_t version) { pinned_.insert(version); }
    void unpin(uint64_t version) { pinned_.erase(pinned_.find(version)); }
    /// A file or folder is about to be removed.
    void remove(const std::string& path);

    [[nodiscard]] uint64_t head() const { return head_; }
    /// The first rule that was broken; empty if none was.
    [[nodiscard]] const std::string& wrong() const { return wrong_; }
    void set_wrong(const std::string& what) {
        if (wrong_.empty()) wrong_ = what;
    }

private:
    struct Version {
        std::shared_ptr<const storage::State> state;
        std::vector<storage::CommitId> commits;
    };
    void add(const latch::Manifest& manifest);
    [[nodiscard]] bool is_named(const storage::State& state, const std::string& below) const;

    std::shared_ptr<io::FileSystem> files_;
    const std::string root_;
    uint64_t head_ = 0;
    std::map<uint64_t, Version> versions_;  // the last kVersionsKept, and version 0
    std::multiset<uint64_t> pinned_;
    std::string wrong_;
};

}  // namespace ch::reliability
