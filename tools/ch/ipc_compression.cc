#include "tools/ch/ipc_compression.h"

#include <string>

#include "base/error.h"
#include "engine/format/foreign_frame.h"
#include "tools/ch/limits.h"

namespace ch::tools {

namespace {

[[noreturn]] void corrupt(const std::string& why) {
    throw Error(ErrorCode::Corrupt, "a compressed buffer " + why);
}

}  // namespace

Bytes unpack_ipc_buffer(Bytes stored, IpcCodec codec, const std::shared_ptr<BufferPool>& pool,
                        Buffer& unpacked) {
    if (codec == IpcCodec::None || stored.empty()) return stored;
    constexpr int64_t kNotCompressed = -1;
    if (stored.size() < sizeof(int64_t)) corrupt("is shorter than its length's number");
    const auto bytes = load<int64_t>(stored.data());
    const Bytes frame = stored.subspan(sizeof(int64_t));
    if (bytes == kNotCompressed) return frame;
    if (bytes < 0 || bytes > kIpcBufferBytesMax)
        corrupt("is said to hold " + std::to_string(bytes) + " bytes, at most " +
                std::to_string(kIpcBufferBytesMax) + " are expected");
    unpacked = pool->make(static_cast<size_t>(bytes));
    if (codec == IpcCodec::Zstd)
        format::unpack_zstd_frame(frame, unpacked);
    else
        format::unpack_lz4_frame(frame, unpacked);
    return {unpacked.data(), unpacked.size()};
}

}  // namespace ch::tools
