#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "base/buffer.h"
#include "tools/ch/ipc_field.h"

namespace ch::tools {

/// An array of a message, as the C data interface has it, without release: the message keeps its
/// bytes. Stays where it is.
struct IpcArray {
    IpcArray() = default;
    IpcArray(const IpcArray&) = delete;
    IpcArray& operator=(const IpcArray&) = delete;

    ArrowArray array{};
    std::vector<const void*> buffers;
    std::vector<std::unique_ptr<IpcArray>> children;
    std::vector<ArrowArray*> child_pointers;
    std::shared_ptr<const IpcArray> dictionary;
    /// Of the whole message, at the outermost array alone: what all of it points into.
    Buffer body;
    std::vector<Buffer> unpacked;
};

/// The values of dictionaries, by their ids.
using IpcDictionaries = std::map<int64_t, std::shared_ptr<const IpcArray>>;

/// A record batch as a struct array of the schema's columns; takes the message's body. Every
/// length, offset and view was compared with the bytes that are there. Throws Error{Corrupt |
/// Unsupported | MemoryLimit} without a place.
std::unique_ptr<IpcArray> read_ipc_batch(IpcMessage message, const IpcField& schema,
                                         const IpcDictionaries& dictionaries,
                                         const std::shared_ptr<BufferPool>& pool);

/// Gives the dictionary of a dictionary message to `dictionaries`, in place of the one that had its
/// id.
void read_ipc_dictionary(IpcMessage message, const IpcField& schema, IpcDictionaries& dictionaries,
                         const std::shared_ptr<BufferPool>& pool);

}  // namespace ch::tools
