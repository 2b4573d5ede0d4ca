#include "engine/format/compressed_frame.h"

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

#include "engine/format/city_hash.h"
#include "engine/format/codec.h"
#include "engine/format/limits.h"

namespace ch::format {

namespace {

constexpr size_t kChecksumBytes = 16;
constexpr size_t kInnerHeaderBytes = 9;  // method and both sizes, no checksum: as inside Multiple

struct Sizes {
    Method method;
    uint32_t compressed_bytes;
    uint32_t uncompressed_bytes;
};

// How much a payload can possibly expand. It stops an enlarged length before memory is taken for
// it: LZ4 adds at most 255 bytes for one, ZSTD at most a block of 128 KiB for four.
uint64_t expanded_bytes_max(Method method, uint64_t payload_bytes) {
    switch (method) {
        case Method::None:
            return payload_bytes;
        case Method::Lz4:
            return payload_bytes * 255;
        case Method::Zstd:
            return payload_bytes << 15;
        default:
            return kFrameBytesMax;
    }
}

// Before the checksum is known to fit: nothing here is believed but for its bounds.
Sizes read_sizes(const uint8_t* from) {
    Sizes sizes{static_cast<Method>(from[0]), load<uint32_t>(from + 1), load<uint32_t>(from + 5)};
    if (sizes.compressed_bytes < kInnerHeaderBytes || sizes.compressed_bytes > kFrameBytesMax)
        throw Error(ErrorCode::Corrupt,
                    "frame says it has " + std::to_string(sizes.compressed_bytes) +
                        " compressed bytes; between " + std::to_string(kInnerHeaderBytes) +
                        " and " + std::to_string(kFrameBytesMax) + " are possible");
    uint64_t payload_bytes = sizes.compressed_bytes - kInnerHeaderBytes;
    uint64_t bytes_max =
        std::min<uint64_t>(kFrameBytesMax, expanded_bytes_max(sizes.method, payload_bytes));
    if (sizes.uncompressed_bytes > bytes_max)
        throw Error(ErrorCode::Corrupt,
                    "frame says it has " + std::to_string(sizes.uncompressed_bytes) +
                        " uncompressed bytes; " + std::to_string(payload_bytes) + " bytes of " +
                        method_name(sizes.method, {}) + " give at most " +
                        std::to_string(bytes_max));
    return sizes;
}

// A chain as it is walked, from the last codec (the outermost bytes) to the first.
struct Stage {
    Sizes sizes;
    Bytes payload;
};

// Reads a frame without checksum that must fill `frame` exactly.
Stage read_inner_frame(Bytes frame, uint8_t method_expected) {
    if (frame.size() < kInnerHeaderBytes)
        throw_corrupt("Multiple", "an inner frame has " + std::to_string(frame.size()) + " bytes");
    Stage stage{read_sizes(frame.data()), frame.subspan(kInnerHeaderBytes)};
    if (frame[0] != method_expected)
        throw_corrupt("Multiple", "inner codec is " + method_name(stage.sizes.method, {}) +
                                      ", listed " +
                                      method_name(static_cast<Method>(method_expected), {}));
    if (stage.sizes.method == Method::Multiple) throw_corrupt("Multiple", "a chain inside a chain");
    if (stage.sizes.compressed_bytes != frame.size())
        throw_corrupt("Multiple", "an inner frame says " +
                                      std::to_string(stage.sizes.compressed_bytes) +
                                      " bytes, has " + std::to_string(frame.size()));
    return stage;
}

// Room for what lies between two codecs of a chain. Kept by each thread, since fresh pages cost
// more than decoding.
struct Scratch {
    std::unique_ptr<uint8_t[]> bytes;
    size_t capacity = 0;

    std::span<uint8_t> take(size_t size) {
        if (size + kFramePaddingBytes > capacity) {
            capacity = size + kFramePaddingBytes;
            bytes.reset();
            bytes = std::make_unique_for_overwrite<uint8_t[]>(capacity);
        }
        return {bytes.get(), size};
    }
    void trim() {
        constexpr size_t kKeptBytesMax = 4 << 20;
        if (capacity <= kKeptBytesMax) return;
        bytes.reset();
        capacity = 0;
    }
};

// Multiple's payload: u8 n, n method bytes in the order declared, then a frame without checksum of
// the last codec, whose content is such a frame of the codec before, and so on. Calls visit(stage)
// for each; decodes all but the first of the chain to the scratch, and that one to `to`.
template <typename Visit>
void decode_chain(Bytes payload, std::span<uint8_t> to, Visit&& visit) {
    size_t count = payload.empty() ? 0 : payload[0];
    if (count == 0 || count > kCodecChainMax || payload.size() < 1 + count)
        throw_corrupt("Multiple", "a chain of " + std::to_string(count) + " codecs in " +
                                      std::to_string(payload.size()) + " bytes");
    // Two, used in turns: a stage reads the one that the stage before wrote. Neither the plain case
    // nor a chain of one codec touches them.
    thread_local Scratch scratch[2];
    Bytes methods = payload.subspan(1, count);
    Bytes frame = payload.subspan(1 + count);
    // Codecs that do not compress add little: no stage is much larger than what the chain holds.
    size_t stage_bytes_max = 8 * to.size() + 65536;
    for (size_t left = count; left > 0; --left) {
        // The list names the codecs in the order declared, CODEC(Delta, LZ4) = 92 82; the bytes
        // nest the other way, the last codec outermost.
        Stage stage = read_inner_frame(frame, methods[left - 1]);
        visit(stage);
        size_t size = stage.sizes.uncompressed_bytes;
        if (left == 1) {
            if (size != to.size())
                throw_corrupt("Multiple", "the chain gives " + std::to_string(size) + " bytes, " +
                                              std::to_string(to.size()) + " expected");
            decode(stage.sizes.method, stage.payload, to);
            break;
        }
        if (size > stage_bytes_max)
            throw_corrupt("Multiple", "an inner frame of " + std::to_string(size) +
                                          " bytes for content of " + std::to_string(to.size()));
        std::span<uint8_t> between = scratch[left % 2].take(size);
        decode(stage.sizes.method, stage.payload, between);
        frame = between;
    }
    for (Scratch& part : scratch) part.trim();
}

Stage read_frame(Bytes frame) {
    if (frame.size() < kFrameHeaderBytes)
        throw Error(ErrorCode::Corrupt, "a frame has " + std::to_string(frame.size()) +
                                            " bytes, its head alone needs " +
                                            std::to_string(kFrameHeaderBytes));
    Sizes sizes = read_sizes(frame.data() + kChecksumBytes);
    if (sizes.compressed_bytes != frame.size() - kChecksumBytes)
        throw Error(ErrorCode::Corrupt,
                    "a frame of " + std::to_string(sizes.compressed_bytes + kChecksumBytes) +
                        " bytes was expected, " + std::to_string(frame.size()) + " are there");
    return {sizes, frame.subspan(kFrameHeaderBytes)};
}

void verify_checksum(Bytes frame) {
    Hash128 stored{load<uint64_t>(frame.data()), load<uint64_t>(frame.data() + 8)};
    Hash128 found = city_hash_128(frame.subspan(kChecksumBytes));
    if (stored == found) return;
    std::string found_bytes;
    append(found_bytes, found.low);
    append(found_bytes, found.high);
    throw Error(ErrorCode::Corrupt, "frame checksum is " + to_hex(frame.first(kChecksumBytes)) +
                                        ", its " + std::to_string(frame.size()) + " bytes give " +
                                        to_hex(as_bytes(found_bytes)) +
                                        "; the file is damaged, restore this part from a copy");
}

}  // namespace

FrameHeader parse_frame_header(Bytes header) {
    CH_ASSERT(header.size() >= kFrameHeaderBytes);
    Sizes sizes = read_sizes(header.data() + kChecksumBytes);
    return {static_cast<uint8_t>(sizes.method),
            static_cast<uint32_t>(sizes.compressed_bytes + kChecksumBytes),
            sizes.uncompressed_bytes};
}

void decompress_frame(Bytes frame, uint8_t* to) {
    Stage stage = read_frame(frame);
    verify_checksum(frame);
    // The checksum covers what is compressed, so that no decoder sees bytes that a disk has
    // changed; they still check everything, since whoever makes a file can make its checksum.
    std::span<uint8_t> content(to, stage.sizes.uncompressed_bytes);
    if (stage.sizes.method == Method::Multiple)
        decode_chain(stage.payload, content, [](const Stage&) {});
    else
        decode(stage.sizes.method, stage.payload, content);
}

std::string codec_name(Bytes frame) {
    Stage stage = read_frame(frame);
    if (stage.sizes.method != Method::Multiple)
        return method_name(stage.sizes.method, stage.payload);
    verify_checksum(frame);
    std::string content(stage.sizes.uncompressed_bytes + kFramePaddingBytes, '\0');
    std::string text;
    decode_chain(stage.payload,
                 {reinterpret_cast<uint8_t*>(content.data()), stage.sizes.uncompressed_bytes},
                 [&](const Stage& inner) {
                     std::string name = method_name(inner.sizes.method, inner.payload);
                     // Visited from the last codec to the first, shown as declared.
                     text = text.empty() ? name : name + ", " + text;
                 });
    return text;
}

std::string decompress_all(Bytes frames, uint64_t bytes_max) {
    uint64_t total = 0;
    for (Bytes rest = frames; !rest.empty();) {
        if (rest.size() < kFrameHeaderBytes)
            throw Error(ErrorCode::Corrupt,
                        "a frame was expected, " + std::to_string(rest.size()) + " bytes are left",
                        {}, static_cast<int64_t>(frames.size() - rest.size()));
        FrameHeader header = parse_frame_header(rest);
        total += header.uncompressed_bytes;
        if (header.frame_bytes > rest.size() || total > bytes_max)
            throw Error(ErrorCode::Corrupt,
                        "a frame of " + std::to_string(header.frame_bytes) + " bytes, " +
                            std::to_string(rest.size()) + " are left; content of " +
                            std::to_string(total) + " bytes, at most " + std::to_string(bytes_max) +
                            " are expected",
                        {}, static_cast<int64_t>(frames.size() - rest.size()));
        rest = rest.subspan(header.frame_bytes);
    }
    // All sizes are added up and checked first: one allocation, of a size that the caller bounds.
    std::string content(total + kFramePaddingBytes, '\0');
    auto* to = reinterpret_cast<uint8_t*>(content.data());
    for (Bytes rest = frames; !rest.empty();) {
        FrameHeader header = parse_frame_header(rest);
        decompress_frame(rest.first(header.frame_bytes), to);
        to += header.uncompressed_bytes;
        rest = rest.subspan(header.frame_bytes);
    }
    content.resize(total);
    return content;
}

}  // namespace ch::format
