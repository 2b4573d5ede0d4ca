#pragma once

#include <cstddef>
#include <cstdint>

namespace ch::format {

// What the small files of a part may hold. Anything larger is Corrupt before memory is taken for
// it.

constexpr uint64_t kSmallFileBytesMax = 256ULL << 20;  ///< a small file, compressed or not
constexpr size_t kColumnsMax = 65'536;
constexpr size_t kPartNameBytesMax = 4096;
constexpr size_t kJsonBytesMax = 64U << 20;
constexpr size_t kJsonDepthMax = 128;
constexpr uint64_t kGranulesMax = 1ULL << 28;
constexpr size_t kKeyColumnsMax = 1024;
constexpr uint64_t kFileNameBytesMax = 32'768;

}  // namespace ch::format
