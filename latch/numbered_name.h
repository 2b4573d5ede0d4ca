#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ch::latch {

/// A version as a file name: 20 digits, so that names sort as numbers do.
std::string version_name(uint64_t version);
/// Nothing if the text is not exactly such a name.
std::optional<uint64_t> parse_version_name(std::string_view text);

}  // namespace ch::latch
