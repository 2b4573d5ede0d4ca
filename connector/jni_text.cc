#include "connector/jni_text.h"

#include <cstdint>
#include <new>

#include "base/error.h"

namespace ch::connector {

namespace {

constexpr char16_t kReplacement = 0xFFFD;

bool is_high_surrogate(char32_t unit) {
    return unit >= 0xD800 && unit < 0xDC00;
}
bool is_low_surrogate(char32_t unit) {
    return unit >= 0xDC00 && unit < 0xE000;
}

void append_utf8(std::string& to, char32_t point) {
    auto put = [&to](char32_t byte) { to.push_back(static_cast<char>(byte)); };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xC0 | (point >> 6));
        put(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
        put(0xE0 | (point >> 12));
        put(0x80 | ((point >> 6) & 0x3F));
        put(0x80 | (point & 0x3F));
    } else {
        put(0xF0 | (point >> 18));
        put(0x80 | ((point >> 12) & 0x3F));
        put(0x80 | ((point >> 6) & 0x3F));
        put(0x80 | (point & 0x3F));
    }
}

/// The code point at text[at] and its length; length 1 and U+FFFD for bytes that are no UTF-8.
struct Decoded {
    char32_t point;
    size_t length;
};

/// By hand, since JNI's own functions take Modified UTF-8: a zero as two bytes, characters beyond
/// U+FFFF as two surrogates of three bytes each.
Decoded decode_utf8(std::string_view text, size_t at) {
    auto lead = static_cast<uint8_t>(text[at]);
    if (lead < 0x80) return {lead, 1};
    size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() - at < length) return {kReplacement, 1};
    char32_t point = lead & (0x7Fu >> length);
    for (size_t i = 1; i < length; ++i) {
        auto byte = static_cast<uint8_t>(text[at + i]);
        if ((byte & 0xC0) != 0x80) return {kReplacement, 1};
        point = (point << 6) | (byte & 0x3F);
    }
    // What a shorter form could have held is no valid longer one.
    constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    bool is_valid =
        point >= kLeast[length] && point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
    return is_valid ? Decoded{point, length} : Decoded{kReplacement, 1};
}

}  // namespace

std::string utf16_to_utf8(std::u16string_view text) {
    std::string result;
    result.reserve(text.size());
    for (size_t i = 0; i < text.size(); ++i) {
        char32_t point = text[i];
        if (is_high_surrogate(point) && i + 1 < text.size() && is_low_surrogate(text[i + 1])) {
            point = 0x10000 + ((point - 0xD800) << 10) + (text[i + 1] - 0xDC00u);
            ++i;
        } else if (is_high_surrogate(point) || is_low_surrogate(point)) {
            throw Error(ErrorCode::InvalidArgument, "text has half a surrogate pair at position " +
                                                        std::to_string(i) +
                                                        "; it cannot be written as UTF-8");
        }
        append_utf8(result, point);
    }
    return result;
}

std::u16string utf8_to_utf16(std::string_view text) {
    std::u16string result;
    result.reserve(text.size());
    for (size_t at = 0; at < text.size();) {
        auto [point, length] = decode_utf8(text, at);
        at += length;
        if (point < 0x10000) {
            result.push_back(static_cast<char16_t>(point));
        } else {
            result.push_back(static_cast<char16_t>(0xD800 + ((point - 0x10000) >> 10)));
            result.push_back(static_cast<char16_t>(0xDC00 + ((point - 0x10000) & 0x3FF)));
        }
    }
    return result;
}

std::string to_utf8(JNIEnv* env, jstring text) {
    if (text == nullptr) throw Error(ErrorCode::InvalidArgument, "a text argument is null");
    // A copy by GetStringRegion needs no release and holds up no garbage collection.
    std::u16string units(static_cast<size_t>(env->GetStringLength(text)), u'\0');
    static_assert(sizeof(jchar) == sizeof(char16_t));
    env->GetStringRegion(text, 0, static_cast<jsize>(units.size()),
                         reinterpret_cast<jchar*>(units.data()));
    return utf16_to_utf8(units);
}

std::optional<std::string> to_optional_utf8(JNIEnv* env, jstring text) {
    if (text == nullptr) return std::nullopt;
    return to_utf8(env, text);
}

jstring to_java(JNIEnv* env, std::string_view text) {
    std::u16string units = utf8_to_utf16(text);
    return env->NewString(reinterpret_cast<const jchar*>(units.data()),
                          static_cast<jsize>(units.size()));
}

}  // namespace ch::connector
