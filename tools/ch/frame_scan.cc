#include "tools/ch/frame_scan.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "engine/format/compressed_frame.h"

namespace ch::tools {

void scan_frames(const io::ReadableFile& file, uint64_t from, uint64_t to,
                 const std::function<void(const FrameAt&)>& each) {
    to = std::min(to, file.size());
    while (from < to) {
        std::array<uint8_t, format::kFrameHeaderBytes> bytes{};
        // 25 bytes a frame: sizes are told without decompressing gigabytes.
        io::read_exactly(file, from, bytes.data(), bytes.size());
        try {
            const format::FrameHeader header = format::parse_frame_header(bytes);
            each({from, header.frame_bytes, header.uncompressed_bytes, header.method});
            from += header.frame_bytes;
        } catch (const Error& error) {
            throw error.with_path(file.path());
        }
    }
}

std::string read_codec_name(const io::ReadableFile& file, const FrameAt& frame) {
    std::string bytes(frame.bytes, '\0');
    io::read_exactly(file, frame.offset, bytes.data(), bytes.size());
    return format::codec_name(as_bytes(bytes));
}

}  // namespace ch::tools
