#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace ch::latch {

/// The name of a pin's file: <20 digits>.<32 hex> or, kept, <20 digits>.kept-<name>.
struct PinName {
    uint64_t version = 0;
    bool is_kept = false;
    std::string name;

    /// Nothing if the text is no such name.
    static std::optional<PinName> parse(std::string_view text);
    [[nodiscard]] std::string text() const;
};

std::string random_pin_name(const std::function<uint64_t()>& random);
/// Throws Error{InvalidArgument} for a name that a kept pin cannot have.
void check_kept_name(std::string_view name);

}  // namespace ch::latch
