#pragma once

#include <cstddef>
#include <cstdint>

namespace ch::connector {

/// Bounds on what a caller may hand in. A plan with a long IN list is the largest thing there is.
inline constexpr size_t kPlanBytesMax = size_t{64} << 20;
inline constexpr size_t kSplitBytesMax = size_t{16} << 20;
inline constexpr size_t kSettingsBytesMax = size_t{64} << 10;
inline constexpr size_t kPathBytesMax = size_t{16} << 10;
/// Nested objects and arrays of JSON; a call is two of them.
inline constexpr int kJsonDepthMax = 512;
inline constexpr size_t kColumnsMax = 100'000;
inline constexpr size_t kSplitRangesMax = 10'000'000;

inline constexpr uint64_t kBatchRowsDefault = 16'384;
inline constexpr uint64_t kBatchRowsMax = 1 << 20;
inline constexpr uint64_t kSplitTargetBytesDefault = uint64_t{64} << 20;
inline constexpr uint64_t kMemoryBytesDefault = uint64_t{512} << 20;

/// Opened parts that a session keeps, and the small files that tell whether one is still the same.
inline constexpr size_t kPartsCachedMax = 4'096;
inline constexpr size_t kChecksumsBytesMax = size_t{64} << 20;
/// Parts whose primary index is read to describe a table.
inline constexpr size_t kIndexedPartsMax = 64;

}  // namespace ch::connector
