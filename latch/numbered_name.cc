#include "latch/numbered_name.h"

#include <charconv>

namespace ch::latch {

namespace {
// Of the largest u64, so that names sort as their numbers.
constexpr size_t kDigits = 20;
}  // namespace

std::string version_name(uint64_t version) {
    std::string digits = std::to_string(version);
    return std::string(kDigits - digits.size(), '0') + digits;
}

std::optional<uint64_t> parse_version_name(std::string_view text) {
    if (text.size() != kDigits) return std::nullopt;
    uint64_t version = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return version;
}

}  // namespace ch::latch
