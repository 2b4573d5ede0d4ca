#include "latch/pin_name.h"

#include <algorithm>

#include "base/bytes.h"
#include "latch/core/limits.h"
#include "latch/numbered_name.h"

namespace ch::latch {

namespace {

constexpr std::string_view kKept = "kept-";

/// Names come from people and become file names: no dot, no slash, nothing to escape.
bool is_plain(std::string_view name) {
    return !name.empty() && name.size() <= kPinNameBytesMax &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_';
           });
}

}  // namespace

std::optional<PinName> PinName::parse(std::string_view text) {
    const size_t dot = text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    std::optional<uint64_t> version = parse_version_name(text.substr(0, dot));
    std::string_view name = text.substr(dot + 1);
    const bool is_kept = name.starts_with(kKept);
    if (is_kept) name.remove_prefix(kKept.size());
    if (!version || !is_plain(name)) return std::nullopt;
    return PinName{*version, is_kept, std::string(name)};
}

std::string PinName::text() const {
    return version_name(version) + "." + (is_kept ? std::string(kKept) : std::string()) + name;
}

std::string random_pin_name(const std::function<uint64_t()>& random) {
    // 128 bits: two readers of one version never meet.
    const uint64_t words[2] = {random(), random()};
    return to_hex({reinterpret_cast<const uint8_t*>(words), sizeof(words)});
}

void check_kept_name(std::string_view name) {
    if (is_plain(name)) return;
    throw Error(ErrorCode::InvalidArgument,
                "a pin's name is 1 to " + std::to_string(kPinNameBytesMax) +
                    " letters, digits, '-' and '_'; found '" + std::string(name) + "'");
}

}  // namespace ch::latch
