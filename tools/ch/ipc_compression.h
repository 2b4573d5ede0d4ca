#pragma once

#include "base/buffer.h"
#include "base/bytes.h"

namespace ch::tools {

enum class IpcCodec : uint8_t { None, Lz4Frame, Zstd };

/// The content of a buffer of a compressed body:
///   i64 bytes of the content, or -1: what follows is not compressed | an LZ4 or ZSTD frame
/// `stored`, or in `unpacked`. Throws Error{Corrupt | MemoryLimit}.
Bytes unpack_ipc_buffer(Bytes stored, IpcCodec codec, const std::shared_ptr<BufferPool>& pool,
                        Buffer& unpacked);

}  // namespace ch::tools
