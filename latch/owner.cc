#include "latch/owner.h"

#include <algorithm>

namespace ch::latch {

namespace {

constexpr std::string_view kEmbedded = "embedded 1\n";
constexpr std::string_view kDaemon = "daemon 1 ";
constexpr std::string_view kScheme = "grpc://";
constexpr size_t kIdDigits = 32;
constexpr size_t kAddressBytesMax = 1024;

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

}  // namespace

bool is_daemon_address(std::string_view text) {
    return text.starts_with(kScheme) && text.size() > kScheme.size() &&
           text.size() <= kAddressBytesMax &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

std::string Owner::text() const {
    if (is_embedded()) return std::string(kEmbedded);
    return std::string(kDaemon) + root_id + " " + address + "\n";
}

std::optional<Owner> Owner::parse(std::string_view text) {
    if (text == kEmbedded) return Owner{};
    if (!text.starts_with(kDaemon) || !text.ends_with('\n')) return std::nullopt;
    text.remove_prefix(kDaemon.size());
    text.remove_suffix(1);
    if (text.size() <= kIdDigits || text[kIdDigits] != ' ') return std::nullopt;
    const std::string_view id = text.substr(0, kIdDigits);
    const std::string_view address = text.substr(kIdDigits + 1);
    if (!std::all_of(id.begin(), id.end(), is_hex) || !is_daemon_address(address))
        return std::nullopt;
    return Owner{std::string(id), std::string(address)};
}

}  // namespace ch::latch
