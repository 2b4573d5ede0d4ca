#include "connector/hex_text.h"

#include <charconv>
#include <cstdint>
#include <utility>

#include "base/error.h"

namespace ch::connector {

std::optional<std::string> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::string bytes(text.size() / 2, '\0');
    for (size_t i = 0; i < bytes.size(); ++i) {
        const char* digits = text.data() + 2 * i;
        uint8_t byte = 0;
        if (std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2) return std::nullopt;
        bytes[i] = static_cast<char>(byte);
    }
    return bytes;
}

std::string require_hex(std::string_view text, std::string_view what) {
    std::optional<std::string> bytes = from_hex(text);
    if (!bytes)
        throw Error(ErrorCode::InvalidArgument,
                    std::string(what) + " is not a text that this library gave");
    return *std::move(bytes);
}

}  // namespace ch::connector
