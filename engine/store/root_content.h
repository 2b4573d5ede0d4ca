#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/buffer.h"
#include "engine/store/partial_folder.h"
#include "engine/store/state.h"

namespace ch::storage {

/// Where a root's folders are made: `below` the partial folder, or in it if that is empty.
struct ContentTarget {
    PartialFolder& folder;
    std::string below;
};

struct TakenContent {
    uint64_t parts = 0;
    uint64_t bytes = 0;   ///< of the parts
    uint64_t copies = 0;  ///< files that could not have a second name
};

/// Told the bytes of each part that was done.
using BytesDone = std::function<void(uint64_t)>;

/// Bytes of all parts of a state.
uint64_t bytes_of(const State& state);

/// Takes what a state names of a root, the parts and bitmaps of all its tables, into another place
/// (take_part()). Every file is compared with the state's hashes. Throws Error{Corrupt | NotFound |
/// Io} that names the file.
TakenContent take_content(const std::shared_ptr<io::FileSystem>& files, const std::string& root,
                          const State& state, const ContentTarget& to,
                          const std::shared_ptr<BufferPool>& pool, const BytesDone& done);

}  // namespace ch::storage
