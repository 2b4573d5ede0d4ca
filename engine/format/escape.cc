#include "engine/format/escape.h"

#include <charconv>

namespace ch::format {

// escape = "\" ( a | b | e | f | n | r | t | v | 0 | \ | ' | " | ` | / | = | x hex hex )

bool append_escape(std::string& to, std::string_view text, size_t& at) {
    constexpr std::string_view kLetters = "abefnrtv0";
    constexpr std::string_view kBytes("\a\b\x1b\f\n\r\t\v\0", 9);
    constexpr std::string_view kThemselves = "\\'\"`/=";
    const char c = text[at++];
    if (const size_t letter = kLetters.find(c); letter != std::string_view::npos) {
        to += kBytes[letter];
        return true;
    }
    // ClickHouse keeps the backslash before a character that is no escape: '\d' stays both.
    if (c != 'x') {
        if (kThemselves.find(c) == std::string_view::npos) to += '\\';
        to += c;
        return true;
    }
    const std::string_view digits = text.substr(at, 2);
    uint8_t byte = 0;
    const char* end = digits.data() + digits.size();
    if (digits.size() < 2 || std::from_chars(digits.data(), end, byte, 16).ptr != end) return false;
    to += static_cast<char>(byte);
    at += 2;
    return true;
}

}  // namespace ch::format
