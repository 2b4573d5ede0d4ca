#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/io/mem_fs.h"

namespace ch::io {

/// A file or folder of a MemFs: what was done to it, and what of that is durable. Only for
/// mem_fs*.cc.
struct MemFs::Node {
    explicit Node(bool is_folder) : folder(is_folder) {}
    bool folder;
    std::string content;
    std::string durable_content;
    std::map<std::string, NodePtr> entries;
    std::map<std::string, NodePtr> durable_entries;
    int shared_locks = 0;
    bool exclusive_lock = false;
};

// One unsynced change: bytes appended to a file, or up to two entries set (node) or removed (null)
// in one step.
struct MemFs::Effect {
    struct Entry {
        NodePtr folder;
        std::string name;
        NodePtr node;
    };
    NodePtr file;  // set for an append
    uint64_t offset = 0;
    std::string bytes;
    std::vector<Entry> entries;

    [[nodiscard]] bool touches(const NodePtr& folder) const {
        return std::any_of(entries.begin(), entries.end(),
                           [&](const Entry& e) { return e.folder == folder; });
    }
};

}  // namespace ch::io
