#include "connector/hex_text.h"

#include <charconv>
#include <cstdint>

#include "base/error.h"

namespace ch::connector {

std::string from_hex(std::string_view text, std::string_view what) {
    std::string bytes(text.size() / 2, '\0');
    bool is_hex = text.size() % 2 == 0;
    for (size_t i = 0; is_hex && i < bytes.size(); ++i) {
        const char* digits = text.data() + 2 * i;
        uint8_t byte = 0;
        is_hex = std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
        bytes[i] = static_cast<char>(byte);
    }
    if (!is_hex)
        throw Error(ErrorCode::InvalidArgument,
                    std::string(what) + " is not a text that this library gave");
    return bytes;
}

}  // namespace ch::connector
