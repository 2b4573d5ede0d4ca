#include "connector/address_parse.h"

#include <arpa/inet.h>

#include <string>

#include "base/bytes.h"

namespace ch::connector {

using column::TypeId;

namespace {

constexpr size_t kUuidTextBytes = 36;

int hex_digit(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

/// Two little-endian halves, the one with the first digits first (mergetree.md 5.1).
bool parse_uuid(std::string_view text, uint8_t* to) {
    if (text.size() != kUuidTextBytes) return false;
    size_t at = 0;
    for (size_t byte = 0; byte < 16; ++byte) {
        if (byte == 4 || byte == 6 || byte == 8 || byte == 10)
            if (text[at++] != '-') return false;
        int high = hex_digit(text[at]), low = hex_digit(text[at + 1]);
        if (high < 0 || low < 0) return false;
        to[byte < 8 ? 7 - byte : 23 - byte] = static_cast<uint8_t>(high * 16 + low);
        at += 2;
    }
    return true;
}

}  // namespace

bool parse_address(std::string_view text, const column::Type& type, uint8_t* to) {
    if (type.id == TypeId::Uuid) return parse_uuid(text, to);
    std::string terminated(text);
    // A NUL inside would end the text early.
    if (terminated.find('\0') != std::string::npos) return false;
    if (type.id == TypeId::IPv6) return inet_pton(AF_INET6, terminated.c_str(), to) == 1;
    in_addr address{};
    if (inet_pton(AF_INET, terminated.c_str(), &address) != 1) return false;
    store<uint32_t>(to, ntohl(address.s_addr));
    return true;
}

}  // namespace ch::connector
