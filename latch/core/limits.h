#pragma once

#include <cstdint>

namespace ch::latch {

/// Tables and name spaces that one commit may touch, read, or raise the epoch of.
constexpr uint64_t kResourcesMax = 100'000;
/// Bytes of one manifest's body; more than that wants a checkpoint or several commits.
constexpr uint64_t kBodyBytesMax = 256ull << 20;

/// Bytes of a whole manifest file: body, envelope and 24 bytes a resource.
constexpr uint64_t kManifestBytesMax = kBodyBytesMax + (8ull << 20);
/// Puts that one publication may lose to others before it gives up.
constexpr int kPutsMax = 10'000;
/// Bytes of a pin's note, and of its name.
constexpr uint64_t kNoteBytesMax = 4096;
constexpr uint64_t kPinNameBytesMax = 100;
/// Milliseconds between two looks at a latch that another holds.
constexpr int kLatchPollMs = 5;

}  // namespace ch::latch
