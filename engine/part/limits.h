#pragma once

#include <cstddef>
#include <cstdint>

namespace ch::part {

constexpr size_t kReadBytesMin = 32U << 10;   ///< first read behind a seek
constexpr size_t kReadBytesMax = 256U << 10;  ///< reads grow to this while a stream goes on
constexpr uint64_t kHashedFileBytesMax = 256U
                                         << 10;  ///< larger column files are hashed by frames only
constexpr uint64_t kColumnBytesMax =
    0x7fffffff;  ///< of one variable-width column in one batch: offsets are int32
constexpr size_t kBatchRowsMax = 0x7fffffff;
constexpr uint64_t kDictionaryKeysMax = 0x7fffffff;
constexpr size_t kLayoutsMax = 1000;               ///< different columns.txt kept parsed at once
constexpr size_t kIndexMemoryBytesMax = 1U << 30;  ///< primary index and marks of one part

}  // namespace ch::part
