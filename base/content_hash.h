#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace ch {

constexpr size_t kContentHashBytes = 16;
using ContentHash = std::array<uint8_t, kContentHashBytes>;

/// XXH3-128 in its canonical (big-endian) byte order: for our own files. ClickHouse's files have
/// CityHash instead.
ContentHash content_hash(Bytes bytes);

}  // namespace ch
