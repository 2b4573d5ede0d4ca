#pragma once

#include <cstddef>
#include <cstdint>

namespace ch::format {

// What a file may ask for. Anything larger is Corrupt before memory is taken for it.

constexpr uint32_t kFrameBytesMax = 1U << 30;  ///< compressed or uncompressed bytes of one frame
constexpr size_t kCodecChainMax = 16;          ///< codecs in one Multiple frame
constexpr size_t kTypeTextBytesMax = 1U << 20;
constexpr size_t kTypeDepthMax = 64;  ///< nesting of one type

}  // namespace ch::format
