#include "syncer/source/json_text.h"

#include <charconv>
#include <cmath>

#include "base/error.h"
#include "syncer/limits.h"
#include "syncer/source/packed_time.h"

namespace ch::syncer {

namespace {

enum JsonType : uint8_t {
    Object = 0x01,
    Array = 0x03,
    Literal = 0x04,
    Int64 = 0x09,
    UInt64 = 0x0a,
    Double = 0x0b,
    String = 0x0c,
    Opaque = 0x0d,
    Date = 0x0e,
    Datetime = 0x0f,
    Timestamp = 0x10,
    Time = 0x11,
};

constexpr size_t kHeadBytes = 8;
constexpr size_t kKeyEntryBytes = 6;
constexpr size_t kValueEntryBytes = 5;
constexpr int kTimeDigitsMax = 6;

[[noreturn]] void refuse(const std::string& what) {
    throw Error(ErrorCode::Corrupt, "a JSON document " + what);
}

void take_value(ByteReader& reader, uint8_t type) {
    switch (type) {
        case Object:
        case Array: {
            ByteReader head = reader;
            head.take(4);
            const auto size = head.read<uint32_t>();
            if (size < kHeadBytes) refuse("has a list of " + std::to_string(size) + " bytes");
            reader.take(size);
            return;
        }
        case Literal:
            reader.take(1);
            return;
        case Int64:
        case UInt64:
        case Double:
        case Date:
        case Datetime:
        case Timestamp:
            reader.take(8);
            return;
        case Time:
            reader.take(12);
            return;
        case Opaque:
            reader.take(1);
            [[fallthrough]];
        case String:
            static_cast<void>(reader.read_string());
            return;
        default:
            throw Error(ErrorCode::Unsupported,
                        "a JSON document has a value of type " + std::to_string(type), {},
                        static_cast<int64_t>(reader.offset()));
    }
}

void append_escaped(std::string& to, char c) {
    static constexpr std::string_view kControls = "\b\f\n\r\t", kNames = "bfnrt";
    static constexpr char kHexDigits[] = "0123456789abcdef";
    if (const size_t at = kControls.find(c); at != std::string_view::npos) {
        (to += '\\') += kNames[at];
    } else if (c == '"' || c == '\\') {
        (to += '\\') += c;
    } else if (static_cast<uint8_t>(c) < 0x20) {
        ((to += "\\u00") += kHexDigits[c >> 4]) += kHexDigits[c & 15];
    } else {
        to += c;
    }
}

void append_quoted(std::string& to, std::string_view text) {
    to += '"';
    for (char c : text) append_escaped(to, c);
    to += '"';
}

// The shortest digits that read as the same number, with a point where it is a whole one.
void append_double(std::string& to, double value) {
    constexpr double kExponentFrom = 1e21, kExponentBelow = 1e-6;
    if (!std::isfinite(value)) refuse("has a number that is none");
    const double size = std::fabs(value);
    const bool is_plain = value == 0 || (size >= kExponentBelow && size < kExponentFrom);
    char digits[400];
    const auto format = is_plain ? std::chars_format::fixed : std::chars_format::scientific;
    const auto end = std::to_chars(digits, digits + sizeof(digits), value, format).ptr;
    std::string_view text(digits, static_cast<size_t>(end - digits));
    to += text;
    if (is_plain && text.find('.') == std::string_view::npos) to += ".0";
}

void append_base64(std::string& to, Bytes bytes) {
    static constexpr char kLetters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t at = 0; at < bytes.size(); at += 3) {
        uint32_t group = 0;
        for (size_t i = 0; i < 3; ++i)
            group = group << 8 | (at + i < bytes.size() ? bytes[at + i] : 0u);
        for (size_t i = 0; i < 4; ++i)
            to += at + i > bytes.size() ? '=' : kLetters[group >> (18 - 6 * i) & 63];
    }
}

class Printer {
public:
    std::string print(Bytes document) {
        if (document.empty()) refuse("is empty");
        append(document[0], document.subspan(1), 0);
        return std::move(text_);
    }

private:
    void append(uint8_t type, Bytes body, int depth) {
        if (depth > kJsonDepthMax)
            refuse("has more than " + std::to_string(kJsonDepthMax) + " levels");
        if (text_.size() > kJsonTextBytesMax)
            refuse("prints as more than " + std::to_string(kJsonTextBytesMax) + " bytes");
        if (type == Object || type == Array)
            append_list(type == Object, body, depth);
        else
            append_scalar(type, body);
    }

    // Every value takes an entry, and every entry is printed once, but two entries may name the
    // same bytes: the text's limit bounds what such a document can cost.
    void append_list(bool is_object, Bytes body, int depth) {
        ByteReader reader(body);
        const auto count = reader.read<uint32_t>();
        const auto size = reader.read<uint32_t>();
        const size_t keys_bytes = is_object ? count * kKeyEntryBytes : 0;
        if (size > body.size() || kHeadBytes + keys_bytes + count * kValueEntryBytes > size)
            refuse("has a list of " + std::to_string(count) + " entries in " +
                   std::to_string(size) + " bytes, " + std::to_string(body.size()) + " are there");
        const Bytes list = body.first(size);
        text_ += is_object ? '{' : '[';
        for (size_t i = 0; i < count; ++i) {
            if (i > 0) text_ += ", ";
            if (is_object) {
                append_quoted(text_, key(list, i));
                text_ += ": ";
            }
            append_entry(list, kHeadBytes + keys_bytes + i * kValueEntryBytes, depth);
        }
        text_ += is_object ? '}' : ']';
    }

    static std::string_view key(Bytes list, size_t index) {
        const uint8_t* entry = list.data() + kHeadBytes + index * kKeyEntryBytes;
        const auto at = load<uint32_t>(entry);
        const auto size = load<uint16_t>(entry + 4);
        if (at > list.size() || size > list.size() - at) refuse("has a key outside of its object");
        return as_text(list.subspan(at, size));
    }

    void append_entry(Bytes list, size_t entry, int depth) {
        const uint8_t type = list[entry];
        if (type == Literal) return append_scalar(type, list.subspan(entry + 1, 1));
        const auto at = load<uint32_t>(list.data() + entry + 1);
        if (at > list.size()) refuse("has a value outside of its list");
        append(type, list.subspan(at), depth + 1);
    }

    void append_scalar(uint8_t type, Bytes body) {
        ByteReader reader(body);
        switch (type) {
            case Literal:
                return append_literal(reader.read<uint8_t>());
            case Int64:
                text_ += std::to_string(reader.read<int64_t>());
                return;
            case UInt64:
                text_ += std::to_string(reader.read<uint64_t>());
                return;
            case Double:
                return append_double(text_, reader.read<double>());
            case String:
                return append_quoted(text_, reader.read_string());
            case Opaque: {
                const auto mysql_type = reader.read<uint8_t>();
                text_ += "\"base64:type" + std::to_string(mysql_type) + ":";
                append_base64(text_, ch::as_bytes(reader.read_string()));
                text_ += '"';
                return;
            }
            case Date:
                return append_quoted(text_, unpack_time(reader.read<uint64_t>()).date_text());
            case Datetime:
            case Timestamp:
                return append_quoted(
                    text_, unpack_time(reader.read<uint64_t>()).datetime_text(kTimeDigitsMax));
            case Time: {
                const auto nanoseconds = reader.read<int64_t>();
                return append_quoted(text_, duration_text(nanoseconds, kTimeDigitsMax));
            }
            default:
                throw Error(ErrorCode::Unsupported,
                            "a JSON document has a value of type " + std::to_string(type));
        }
    }

    void append_literal(uint8_t literal) {
        static constexpr const char* kLiterals[] = {"null", "true", "false"};
        if (literal > 2) refuse("has the literal " + std::to_string(literal));
        text_ += kLiterals[literal];
    }

    std::string text_;
};

}  // namespace

Bytes take_json(ByteReader& reader) {
    ByteReader end = reader;
    take_value(end, end.take(1)[0]);
    return reader.take(end.offset() - reader.offset());
}

std::string json_text(Bytes document) {
    return Printer().print(document);
}

}  // namespace ch::syncer
