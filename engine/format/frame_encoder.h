#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/buffer.h"
#include "base/bytes.h"
#include "engine/format/codec.h"

struct ZSTD_CCtx_s;

namespace ch::format {

/// How frames are compressed when we write them: NONE, LZ4 or ZSTD(level).
struct FrameCodec {
    Method method = Method::Lz4;
    int level = 1;  ///< of ZSTD

    bool operator==(const FrameCodec&) const = default;
    /// As default_compression_codec.txt has it: "ZSTD(3)".
    [[nodiscard]] std::string text() const;
    /// The general codec of a declared CODEC list: "LZ4", "Delta(8), ZSTD(3)". A list without one
    /// is LZ4. Codecs that only prepare the values (Delta, T64, ...) are passed over: frames name
    /// their own codec, so a column may be read whatever was declared. Throws
    /// Error{InvalidArgument} for an impossible ZSTD level.
    static FrameCodec of_declaration(std::string_view codecs);
    /// "zstd(3)": one of those above alone, in any case; nothing for all else. Throws
    /// Error{InvalidArgument} for an impossible ZSTD level.
    static std::optional<FrameCodec> of_name(std::string_view text);
};

/// Compresses frames of one codec, with memory that is kept from frame to frame. Used by one
/// thread.
class FrameEncoder {
public:
    FrameEncoder(FrameCodec codec, const std::shared_ptr<BufferPool>& pool);
    ~FrameEncoder();
    FrameEncoder(const FrameEncoder&) = delete;
    FrameEncoder& operator=(const FrameEncoder&) = delete;

    /// The frame of `plain`, checksum and head included. It stands until the next call. Requires:
    /// 0 < plain.size() <= 512 MiB. Throws Error{MemoryLimit}.
    Bytes encode(Bytes plain);
    [[nodiscard]] const FrameCodec& codec() const { return codec_; }

private:
    [[nodiscard]] size_t payload_bytes_max(size_t plain_bytes) const;
    size_t compress(Bytes plain, uint8_t* to, size_t capacity);

    FrameCodec codec_;
    std::shared_ptr<BufferPool> pool_;
    Buffer frame_;
    Buffer lz4_state_;
    ZSTD_CCtx_s* zstd_ = nullptr;
};

}  // namespace ch::format
