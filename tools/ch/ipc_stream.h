#pragma once

#include <istream>
#include <memory>
#include <optional>

#include "base/buffer.h"

namespace ch::tools {

/// A message of an IPC stream (ipc_message.h).
struct IpcMessage {
    uint64_t offset = 0;  ///< of its first byte in the input
    Buffer metadata;      ///< a Message, whose structure was verified
    Buffer body;
};

/// The messages of an Arrow IPC stream or file, front to back. The input need not be one that can
/// be sought in. Used by one thread.
class IpcStream {
public:
    IpcStream(std::istream& from, std::shared_ptr<BufferPool> pool)
        : from_(from), pool_(std::move(pool)) {}

    /// Nothing behind the end marker: an input that ends without one was cut off. Throws
    /// Error{Corrupt | Unsupported | MemoryLimit} with the offset.
    [[nodiscard]] std::optional<IpcMessage> next();

private:
    void read(void* to, size_t count, const char* what);
    [[nodiscard]] Buffer take(size_t count, const char* what);
    [[nodiscard]] int32_t read_prefix();
    void finish_file();

    std::istream& from_;
    const std::shared_ptr<BufferPool> pool_;
    uint64_t offset_ = 0;
    bool is_file_ = false;
};

}  // namespace ch::tools
