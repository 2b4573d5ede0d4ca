#pragma once

#include <cstddef>
#include <cstdint>

namespace ch::connector {

/// Bounds on what a caller may hand in. A plan with a long IN list is the largest thing there is.
inline constexpr size_t kPlanBytesMax = size_t{64} << 20;
inline constexpr size_t kSplitBytesMax = size_t{16} << 20;
inline constexpr size_t kSettingsBytesMax = size_t{64} << 10;
/// All messages of a job's tasks.
inline constexpr size_t kCommitBytesMax = size_t{1} << 30;
inline constexpr size_t kPathBytesMax = size_t{16} << 10;
/// Nested objects and arrays of JSON; a call is two of them.
inline constexpr int kJsonDepthMax = 512;
inline constexpr size_t kColumnsMax = 100'000;
inline constexpr size_t kSplitRangesMax = 10'000'000;

inline constexpr uint64_t kBatchRowsDefault = 16'384;
inline constexpr uint64_t kBatchRowsMax = 1 << 20;
inline constexpr uint64_t kSplitTargetBytesDefault = uint64_t{64} << 20;
inline constexpr uint64_t kMemoryBytesDefault = uint64_t{512} << 20;

/// Each cache may hold this part of the budget.
inline constexpr size_t kCachesShare = 8;
/// The groups of an aggregate; with more they are given out as partial results.
inline constexpr size_t kGroupsShare = 4;
/// Opened parts that a session keeps, and the small files that tell whether one is still the same.
inline constexpr size_t kPartsCachedMax = 4'096;
inline constexpr size_t kChecksumsBytesMax = size_t{64} << 20;
/// Opened tables that a session keeps, and their memory.
inline constexpr size_t kTablesCachedMax = 64;
inline constexpr size_t kTablesCachedBytesMax = size_t{128} << 20;
/// Small blocks are joined until they hold half a batch's rows or this many bytes, or the scan has
/// read this many rows since the first of them; a block with a batch's share of either is not
/// small.
inline constexpr size_t kJoinedBytesMax = size_t{4} << 20;
inline constexpr uint64_t kJoinedRowsReadMax = 1 << 20;
inline constexpr size_t kJoinedRowsShare = 8;
/// Parts whose primary index is read to describe a table.
inline constexpr size_t kIndexedPartsMax = 64;

}  // namespace ch::connector
