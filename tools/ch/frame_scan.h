#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/io/file_system.h"

namespace ch::tools {

/// A frame in a file of frames.
struct FrameAt {
    uint64_t offset = 0;
    uint64_t bytes = 0;  ///< on disk
    uint64_t uncompressed_bytes = 0;
    uint8_t method = 0;
};

/// Calls `each` for the frames whose offset lies in [from, to), reading their headers only. Throws
/// Error{Corrupt} naming the file.
void scan_frames(const io::ReadableFile& file, uint64_t from, uint64_t to,
                 const std::function<void(const FrameAt&)>& each);
/// "LZ4", "Delta(8), ZSTD". Reads the whole frame.
std::string read_codec_name(const io::ReadableFile& file, const FrameAt& frame);

}  // namespace ch::tools
