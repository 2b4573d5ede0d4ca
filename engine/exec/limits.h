#pragma once

#include <cstddef>
#include <cstdint>

namespace ch::exec {

/// Calls above each other: an expression is walked by recursion, on a Java thread's stack.
inline constexpr uint32_t kExpressionDepthMax = 400;
/// Arguments of one call; the longest are the lists of IN.
inline constexpr size_t kArgumentsMax = 2'000'000;
/// Literals of one list that text() prints.
inline constexpr size_t kArgumentsShownMax = 20;
/// Bytes of a text literal that text() prints.
inline constexpr size_t kTextShownBytesMax = 200;
/// Bytes of text or elements in one column: its offsets are 32-bit.
inline constexpr size_t kOffsetMax = 0x7fffffff;
/// The largest time zone file known is under 4 KiB.
inline constexpr uint64_t kTimeZoneFileBytesMax = 1 << 20;
inline constexpr uint32_t kTimeZoneTransitionsMax = 1 << 16;

}  // namespace ch::exec
