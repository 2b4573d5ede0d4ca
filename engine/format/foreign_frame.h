#pragma once

#include "base/buffer.h"
#include "base/bytes.h"

namespace ch::format {

// Frames as LZ4 and ZSTD themselves define them, which other programs write; ClickHouse has frames
// of its own (compressed_frame.h).

/// Fills `to` with the content of one frame. Throws Error{Corrupt} for damage, or for a content of
/// another size than `to` has.
void unpack_lz4_frame(Bytes frame, Buffer& to);
void unpack_zstd_frame(Bytes frame, Buffer& to);

}  // namespace ch::format
