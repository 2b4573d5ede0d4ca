#pragma once

#include <cstdint>

namespace ch::latch {

/// What a lease keeps others from. A writer excludes writers; a schema change waits for the writer
/// and for all shared holders and excludes both; shared holders exclude schema changes only.
enum class LatchMode : uint8_t { Writer, Schema, Shared };

}  // namespace ch::latch
