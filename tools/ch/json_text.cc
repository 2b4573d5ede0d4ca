#include "tools/ch/json_text.h"

#include <array>

namespace ch::tools {

namespace {

constexpr std::array<bool, 256> make_special() {
    std::array<bool, 256> special{};
    for (size_t c = 0; c < 0x20; ++c) special[c] = true;
    // As ClickHouse's JSON has it: `/` is escaped, and U+2028 and U+2029 (e2 80 a8, e2 80 a9),
    // which JavaScript takes for line ends.
    special['"'] = special['\\'] = special['/'] = special[0xe2] = true;
    return special;
}
constexpr std::array<bool, 256> kSpecial = make_special();

void append_control(std::string& to, char c) {
    constexpr const char* kDigits = "0123456789ABCDEF";
    switch (c) {
        case '\b':
            to += "\\b";
            return;
        case '\f':
            to += "\\f";
            return;
        case '\n':
            to += "\\n";
            return;
        case '\r':
            to += "\\r";
            return;
        case '\t':
            to += "\\t";
            return;
        default:
            to += "\\u00";
            to += kDigits[c >> 4];
            to += kDigits[c & 15];
    }
}

}  // namespace

void append_json_string(std::string& to, std::string_view text) {
    to += '"';
    size_t plain = 0;  // where the run of bytes that need no escape begins
    for (size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (!kSpecial[static_cast<uint8_t>(c)]) continue;
        std::string_view three = text.substr(i, 3);
        const bool separator = three == "\xe2\x80\xa8" || three == "\xe2\x80\xa9";
        // Other characters begin with e2 too.
        if (static_cast<uint8_t>(c) == 0xe2 && !separator) continue;
        to.append(text, plain, i - plain);
        if (separator) {
            to += three[2] == '\xa8' ? "\\u2028" : "\\u2029";
            i += 2;
        } else if (static_cast<uint8_t>(c) < 0x20) {
            append_control(to, c);
        } else {
            to += '\\';
            to += c;
        }
        plain = i + 1;
    }
    to.append(text, plain, text.size() - plain);
    to += '"';
}

}  // namespace ch::tools
