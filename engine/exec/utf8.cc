#include "engine/exec/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>

namespace ch::exec {

namespace {

bool is_continuation(uint8_t byte) {
    return (byte & 0xc0) == 0x80;
}

uint64_t high_bits(const char* at) {
    uint64_t word;
    std::memcpy(&word, at, sizeof(word));
    return word & 0x8080808080808080;
}

bool is_ascii(std::string_view text) {
    size_t at = 0;
    for (; at + 8 <= text.size(); at += 8)
        if (high_bits(text.data() + at) != 0) return false;
    for (; at < text.size(); ++at)
        if ((text[at] & 0x80) != 0) return false;
    return true;
}

/// Where the character with this number begins, or the end.
size_t offset_of_character(std::string_view text, size_t from, int64_t count) {
    size_t at = from;
    while (at < text.size() && count > 0) {
        at += character_bytes(text[at]);
        --count;
    }
    return std::min(at, text.size());
}

/// Bytes of the whole character at the front, or 0 and in `skip` what Java's decoder replaces by
/// one U+FFFD.
size_t valid_character(const uint8_t* at, size_t left, size_t& skip) {
    uint8_t first = at[0];
    skip = 1;
    if (first < 0x80) return 1;
    if (first < 0xc2 || first > 0xf4) return 0;
    size_t size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    // The second byte's range shuts out overlong forms (e0 80.., f0 80..) and what is above
    // U+10FFFF (f4 90..); first bytes c0, c1 and above f4 begin nothing.
    uint8_t second_min = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    uint8_t second_max = first == 0xf4 ? 0x8f : 0xbf;
    size_t good = 1;
    while (good < size && good < left && is_continuation(at[good]) &&
           (good > 1 || (at[1] >= second_min && at[1] <= second_max)))
        ++good;
    skip = good;
    // CESU-style surrogates: Java replaces all three bytes by one U+FFFD, hence `skip` is set
    // before.
    bool surrogate = first == 0xed && good > 1 && at[1] >= 0xa0;
    return good == size && !surrogate ? size : 0;
}

}  // namespace

size_t character_bytes(char first) {
    auto byte = static_cast<uint8_t>(first);
    if (byte < 0xc2 || byte > 0xf4) return 1;
    return byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

size_t characters_count(std::string_view text) {
    size_t count = 0;
    size_t at = 0;
    while (at < text.size()) {
        // `at` stands on the beginning of a character, so eight bytes without a high bit are eight
        // of them.
        if (at + 8 <= text.size() && high_bits(text.data() + at) == 0) {
            at += 8;
            count += 8;
        } else {
            at += character_bytes(text[at]);
            ++count;
        }
    }
    return count;
}

std::string_view substring_characters(std::string_view text, int32_t position, int32_t length) {
    int64_t start = position > 0 ? int64_t{position} - 1 : 0;
    if (position < 0) start = static_cast<int64_t>(characters_count(text)) + position;
    // UTF8String.substringSQL adds in 64 bits and clamps, so that a length of Integer.MAX_VALUE
    // means the rest. A start before the text uses up length and stays negative until here.
    int64_t until = std::clamp<int64_t>(start + length, std::numeric_limits<int32_t>::min(),
                                        std::numeric_limits<int32_t>::max());
    // Characters against bytes, as Spark has it: text is never longer in characters.
    if (until <= start || until <= 0 || start >= static_cast<int64_t>(text.size())) return {};
    // Within ASCII the n-th character is the n-th byte.
    if (is_ascii(text.substr(0, static_cast<size_t>(until)))) {
        auto from = static_cast<size_t>(std::max<int64_t>(start, 0));
        return text.substr(from, static_cast<size_t>(until) - from);
    }
    size_t from = offset_of_character(text, 0, start);
    size_t to = offset_of_character(text, from, until - std::max<int64_t>(start, 0));
    return text.substr(from, to - from);
}

std::string_view substring_bytes(std::string_view bytes, int32_t position, int32_t length) {
    auto size = static_cast<int64_t>(bytes.size());
    if (position > size) return {};
    int64_t start = position > 0 ? int64_t{position} - 1 : position < 0 ? size + position : 0;
    int64_t end = size - start < length ? size : start + length;
    start = std::max<int64_t>(start, 0);
    if (start >= end) return {};
    return bytes.substr(static_cast<size_t>(start), static_cast<size_t>(end - start));
}

std::string_view java_text(std::string_view text, std::string& scratch) {
    if (is_ascii(text)) return text;
    const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
    scratch.clear();
    bool changed = false;
    for (size_t at = 0; at < text.size();) {
        size_t skip = 0;
        size_t size = valid_character(bytes + at, text.size() - at, skip);
        if (size == 0) {
            scratch += "\xef\xbf\xbd";
            changed = true;
            at += skip;
        } else {
            scratch.append(text, at, size);
            at += size;
        }
    }
    return changed ? std::string_view(scratch) : text;
}

}  // namespace ch::exec
