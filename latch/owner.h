#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ch::latch {

/// Which store a root belongs to, as its file .ch/latch/store tells: "embedded 1\n" or
/// "daemon 1 <32 hex digits: the root's id> <address>\n". Whoever opens the root goes there, so
/// that no two kinds of client ever use it side by side.
struct Owner {
    std::string root_id;  ///< empty: embedded
    std::string address;  ///< where the daemon says that it is, e.g. "grpc://127.0.0.1:7800"

    [[nodiscard]] bool is_embedded() const { return root_id.empty(); }
    [[nodiscard]] std::string text() const;
    /// Nothing if the text is neither.
    static std::optional<Owner> parse(std::string_view text);
    bool operator==(const Owner&) const = default;
};

/// Whether the text is "grpc://" and something behind it, without white space.
bool is_daemon_address(std::string_view text);

}  // namespace ch::latch
