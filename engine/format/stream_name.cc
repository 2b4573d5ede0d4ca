#include "engine/format/stream_name.h"

#include <algorithm>
#include <array>

#include "engine/format/sip_hash.h"

namespace ch::format {

namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

}  // namespace

std::string escape_for_file_name(std::string_view name) {
    static constexpr char kDigits[] = "0123456789ABCDEF";
    std::string text;
    // Bytes, not characters: `é` becomes %C3%A9. A dot is escaped too, so that those in file names
    // are ours: suffixes and extensions.
    for (char c : name) {
        bool stays =
            (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
        if (stays) {
            text += c;
            continue;
        }
        auto byte = static_cast<uint8_t>(c);
        text += '%';
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

std::string unescape_for_file_name(std::string_view text) {
    std::string name;
    for (size_t i = 0; i < text.size(); ++i) {
        bool escaped = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                       hex_digit(text[i + 2]) >= 0;
        if (escaped) {
            name += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        } else {
            name += text[i];
        }
    }
    return name;
}

// File names of over 127 characters are replaced; the hash is printed from its last byte on, other
// than in a partition id (mergetree.md 5.2).
std::string name_in_path(std::string_view given) {
    std::string name = unescape_for_file_name(given);
    return escape_for_file_name(name) == given ? name : std::string(given);
}

std::string hashed_stream_name(std::string_view stream) {
    std::array<uint8_t, 16> hash = sip_hash_128(as_bytes(stream));
    std::reverse(hash.begin(), hash.end());
    return to_hex(hash);
}

}  // namespace ch::format
