#pragma once

#include <cstdint>

namespace ch::latch {

/// Tables and name spaces that one commit may touch, read, or raise the epoch of.
constexpr uint64_t kResourcesMax = 100'000;
/// Bytes of one manifest's body; more than that wants a checkpoint or several commits.
constexpr uint64_t kBodyBytesMax = 256ull << 20;

}  // namespace ch::latch
