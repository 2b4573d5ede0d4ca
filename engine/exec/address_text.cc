#include "engine/exec/address_text.h"

#include <arpa/inet.h>

#include <charconv>
#include <string>

#include "base/bytes.h"

namespace ch::exec {

using column::TypeId;

namespace {

constexpr char kDigits[] = "0123456789abcdef";
constexpr size_t kGroups = 8;

char* put_number(unsigned value, char* to) {
    return std::to_chars(to, to + 3, value).ptr;
}

char* put_group(unsigned group, char* to) {
    return std::to_chars(to, to + 4, group, 16).ptr;
}

struct ZeroRun {
    size_t from = 0;
    size_t count = 0;
};

/// The first longest run of zero groups, if it has two at least.
ZeroRun longest_zeros(const unsigned* groups) {
    ZeroRun best;
    for (size_t i = 0; i < kGroups;) {
        size_t end = i;
        while (end < kGroups && groups[end] == 0) ++end;
        if (end - i > best.count) best = {i, end - i};
        i = end + 1;
    }
    return best.count >= 2 ? best : ZeroRun{};
}

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

size_t write_uuid(const uint8_t* value, char* to) {
    // Two little-endian halves, the one with the first digits first.
    char* at = to;
    for (size_t i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) *at++ = '-';
        // 00112233-4455-6677-8899-aabbccddeeff lies as 7766554433221100 ffeeddccbbaa9988
        // (mergetree.md 5.1).
        uint8_t byte = value[i < 8 ? 7 - i : 23 - i];
        *at++ = kDigits[byte >> 4];
        *at++ = kDigits[byte & 15];
    }
    return static_cast<size_t>(at - to);
}

/// Stored as a little-endian number: the last byte is the first of the text.
size_t write_ipv4(const uint8_t* value, char* to) {
    char* at = to;
    for (size_t i = 4; i-- > 0;) {
        at = put_number(value[i], at);
        if (i > 0) *at++ = '.';
    }
    return static_cast<size_t>(at - to);
}

/// Stored in network order. The shortest form, as ClickHouse prints it: the first longest run of
/// two or more zero groups as `::`, lower case, no leading zeros.
size_t write_ipv6(const uint8_t* value, char* to) {
    unsigned groups[kGroups];
    for (size_t i = 0; i < kGroups; ++i)
        groups[i] = static_cast<unsigned>(value[2 * i] << 8 | value[2 * i + 1]);
    ZeroRun zeros = longest_zeros(groups);
    char* at = to;
    for (size_t i = 0; i < kGroups; ++i) {
        if (zeros.count > 0 && i >= zeros.from && i < zeros.from + zeros.count) {
            // One colon here; the next group, or the end of the text, writes the second.
            if (i == zeros.from) *at++ = ':';
            continue;
        }
        if (i != 0) *at++ = ':';
        // ::a.b.c.d and ::ffff:a.b.c.d are the two forms that end as an IPv4 address.
        bool dotted = i == 6 && zeros.from == 0 &&
                      (zeros.count == 6 || (zeros.count == 5 && groups[5] == 0xffff));
        if (dotted) {
            const uint8_t reversed[4] = {value[15], value[14], value[13], value[12]};
            return static_cast<size_t>(at - to) + write_ipv4(reversed, at);
        }
        at = put_group(groups[i], at);
    }
    if (zeros.count > 0 && zeros.from + zeros.count == kGroups) *at++ = ':';
    return static_cast<size_t>(at - to);
}

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

}  // namespace ch::exec
