// A file of frames. The checksum of the first frame is put right, so that what is behind it is
// reached.
#include "engine/format/compressed_frame.h"

#include <cstdlib>
#include <string>

#include "engine/format/city_hash.h"

namespace ch::format {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    constexpr uint64_t kContentBytesMax = 1 << 20;
    std::string file(reinterpret_cast<const char*>(data), size);
    try {
        if (size >= kFrameHeaderBytes) {
            FrameHeader header = parse_frame_header(as_bytes(file));
            if (header.frame_bytes <= size && header.uncompressed_bytes <= kContentBytesMax) {
                Bytes frame = as_bytes(file).first(header.frame_bytes);
                Hash128 hash = city_hash_128(frame.subspan(16));
                store(file.data(), hash.low);
                store(file.data() + 8, hash.high);
                (void)codec_name(frame);
            }
        }
        (void)decompress_all(as_bytes(file), kContentBytesMax);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::Corrupt && error.code() != ErrorCode::Unsupported)
            std::abort();
    }
    return 0;
}

}  // namespace ch::format
