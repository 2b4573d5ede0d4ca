#include "engine/format/frame_encoder.h"

#include <lz4.h>
#include <zstd.h>

#include <charconv>
#include <new>

#include "engine/format/city_hash.h"
#include "engine/format/compressed_frame.h"

// Frame (mergetree.md section 3):
//   16 bytes CityHash128 of what follows | u8 method |
//   u32 compressed_size (9 + payload) | u32 uncompressed_size | payload

namespace ch::format {

namespace {

constexpr size_t kChecksumBytes = 16;
// Half of what readers take (limits.h), so that a frame stays below it even where it cannot be
// compressed.
constexpr size_t kPlainBytesMax = 512U << 20;
constexpr int kZstdLevelMax = 22;

std::string_view trim(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

int zstd_level(std::string_view codec) {
    size_t open = codec.find('(');
    if (open == std::string_view::npos) return 1;
    std::string_view digits =
        trim(codec.substr(open + 1, codec.find_first_of(",)", open) - open - 1));
    int level = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), level);
    bool fits = error == std::errc() && end == digits.data() + digits.size() && level >= 1 &&
                level <= kZstdLevelMax;
    if (!fits)
        throw Error(ErrorCode::InvalidArgument, "codec " + std::string(codec) +
                                                    ": ZSTD's level is a number from 1 to " +
                                                    std::to_string(kZstdLevelMax));
    return level;
}

}  // namespace

std::string FrameCodec::text() const {
    if (method == Method::Zstd) return "ZSTD(" + std::to_string(level) + ")";
    return method == Method::None ? "NONE" : "LZ4";
}

FrameCodec FrameCodec::of_declaration(std::string_view codecs) {
    // Commas within parentheses are arguments: `Delta(8), ZSTD(1, 24)`. The last general codec of
    // the list counts.
    FrameCodec found;
    while (!codecs.empty()) {
        size_t depth = 0;
        size_t end = 0;
        for (; end < codecs.size() && (codecs[end] != ',' || depth > 0); ++end) {
            if (codecs[end] == '(') ++depth;
            if (codecs[end] == ')' && depth > 0) --depth;
        }
        std::string_view one = trim(codecs.substr(0, end));
        std::string_view family = trim(one.substr(0, one.find('(')));
        if (family == "NONE") found = {Method::None, 1};
        if (family == "LZ4" || family == "LZ4HC") found = {Method::Lz4, 1};
        if (family == "ZSTD") found = {Method::Zstd, zstd_level(one)};
        codecs.remove_prefix(end == codecs.size() ? end : end + 1);
    }
    return found;
}

std::optional<FrameCodec> FrameCodec::of_name(std::string_view text) {
    std::string name;
    for (char c : trim(text)) name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (name == "NONE") return FrameCodec{Method::None, 1};
    if (name == "LZ4") return FrameCodec{Method::Lz4, 1};
    const bool has_level = name.starts_with("ZSTD(") && name.find_first_of("),") == name.size() - 1;
    if (name == "ZSTD" || (has_level && name.back() == ')'))
        return FrameCodec{Method::Zstd, zstd_level(name)};
    return std::nullopt;
}

FrameEncoder::FrameEncoder(FrameCodec codec, const std::shared_ptr<BufferPool>& pool)
    : codec_(codec), pool_(pool), frame_(pool->make(0)) {
    if (codec.method == Method::Lz4)
        lz4_state_ = pool->make(static_cast<size_t>(LZ4_sizeofState()));
    if (codec.method == Method::Zstd) {
        zstd_ = ZSTD_createCCtx();
        if (zstd_ == nullptr) throw std::bad_alloc();
        ZSTD_CCtx_setParameter(zstd_, ZSTD_c_compressionLevel, codec.level);
    }
}

FrameEncoder::~FrameEncoder() {
    ZSTD_freeCCtx(zstd_);
}

size_t FrameEncoder::payload_bytes_max(size_t plain_bytes) const {
    switch (codec_.method) {
        case Method::Lz4:
            return static_cast<size_t>(LZ4_compressBound(static_cast<int>(plain_bytes)));
        case Method::Zstd:
            return ZSTD_compressBound(plain_bytes);
        default:
            return plain_bytes;
    }
}

size_t FrameEncoder::compress(Bytes plain, uint8_t* to, size_t capacity) {
    if (codec_.method == Method::None) {
        std::memcpy(to, plain.data(), plain.size());
        return plain.size();
    }
    if (codec_.method == Method::Zstd) {
        size_t bytes = ZSTD_compress2(zstd_, to, capacity, plain.data(), plain.size());
        if (ZSTD_isError(bytes) != 0)
            throw Error(ErrorCode::Bug, std::string("ZSTD: ") + ZSTD_getErrorName(bytes));
        return bytes;
    }
    // With a state of ours liblz4 allocates nothing outside of the budget. Acceleration 1 is its
    // default.
    int bytes = LZ4_compress_fast_extState(
        lz4_state_.data(), reinterpret_cast<const char*>(plain.data()), reinterpret_cast<char*>(to),
        static_cast<int>(plain.size()), static_cast<int>(capacity), 1);
    // The capacity is liblz4's own bound, so it cannot be too small.
    CH_ASSERT(bytes > 0);
    return static_cast<size_t>(bytes);
}

Bytes FrameEncoder::encode(Bytes plain) {
    CH_ASSERT(!plain.empty() && plain.size() <= kPlainBytesMax);
    size_t capacity = payload_bytes_max(plain.size());
    if (frame_.size() < kFrameHeaderBytes + capacity)
        frame_ = pool_->make(kFrameHeaderBytes + capacity);
    uint8_t* at = frame_.data();
    size_t payload_bytes = compress(plain, at + kFrameHeaderBytes, capacity);
    size_t frame_bytes = kFrameHeaderBytes + payload_bytes;
    at[kChecksumBytes] = static_cast<uint8_t>(codec_.method);
    store(at + kChecksumBytes + 1, static_cast<uint32_t>(frame_bytes - kChecksumBytes));
    store(at + kChecksumBytes + 5, static_cast<uint32_t>(plain.size()));
    // Last, as the hash covers method, sizes and payload.
    Hash128 hash = city_hash_128({at + kChecksumBytes, frame_bytes - kChecksumBytes});
    store(at, hash.low);
    store(at + sizeof(uint64_t), hash.high);
    return {at, frame_bytes};
}

}  // namespace ch::format
