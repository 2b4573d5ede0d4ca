#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace ch::format {

// Frame (mergetree.md section 3):
//   16 bytes CityHash128 of what follows | u8 method |
//   u32 compressed_size (9 + payload) | u32 uncompressed_size | payload

constexpr size_t kFrameHeaderBytes = 25;  ///< checksum, method and both sizes
/// A decompression target must be writable this far past its end.
constexpr size_t kFramePaddingBytes = 64;

struct FrameHeader {
    uint8_t method = 0;
    uint32_t frame_bytes = 0;         ///< whole frame on disk: 16 + compressed_size
    uint32_t uncompressed_bytes = 0;  ///< bytes that decompress_frame() writes
};

/// Reads and bounds-checks a frame's sizes (limits.h: kFrameBytesMax) before anything is allocated
/// for it. Requires: header.size() >= kFrameHeaderBytes. Throws Error{Corrupt} with what was
/// expected and found.
FrameHeader parse_frame_header(Bytes header);

/// Verifies the checksum of a whole frame and decompresses it, codec chains included.
/// `to` has room for uncompressed_bytes + kFramePaddingBytes. Thread-safe. Throws Error{Corrupt}
/// naming both checksums, or Error{Unsupported} for an encrypted or unknown method. On an error the
/// contents of `to` are undefined.
void decompress_frame(Bytes frame, uint8_t* to);

/// A short name of a frame's codec chain for people: "LZ4", "Delta(8), ZSTD". For `ch inspect`.
std::string codec_name(Bytes frame);

/// All frames of a small file (marks, primary.cidx, checksums.txt), one after the other.
/// Throws Error{Corrupt} when they decompress to more than `bytes_max`.
std::string decompress_all(Bytes frames, uint64_t bytes_max);

}  // namespace ch::format
