#pragma once

#include <cstddef>
#include <cstdint>

namespace ch::tools {

constexpr size_t kPredicateBytesMax = 1 << 20;
constexpr size_t kPredicateDepthMax = 200;  ///< nested brackets and NOTs
/// Rows are written out in pieces of about this size.
constexpr size_t kOutputBytesFlushed = 1 << 18;

}  // namespace ch::tools
