#include "base/bytes.h"

namespace ch {

Bytes ByteReader::take(size_t count) {
    if (count > remaining())
        throw Error(ErrorCode::Corrupt,
                    "unexpected end: " + std::to_string(count) + " bytes needed, " +
                        std::to_string(remaining()) + " left",
                    {}, static_cast<int64_t>(offset_));
    Bytes taken = bytes_.subspan(offset_, count);
    offset_ += count;
    return taken;
}

// LEB128: seven bits a byte, the low group first, the high bit says that more follow; ten bytes
// hold 64 bits.
uint64_t ByteReader::read_varuint() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        uint8_t byte = take(1)[0];
        // The tenth byte has room for one bit.
        if (shift == 63 && byte > 1) break;
        value |= static_cast<uint64_t>(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) return value;
    }
    throw Error(ErrorCode::Corrupt, "varuint is longer than 64 bits", {},
                static_cast<int64_t>(offset_));
}

std::string_view ByteReader::read_string() {
    uint64_t size = read_varuint();
    // Before the cast and before take(), for a message that speaks of a string.
    if (size > remaining())
        throw Error(ErrorCode::Corrupt,
                    "string of " + std::to_string(size) + " bytes, but " +
                        std::to_string(remaining()) + " bytes are left",
                    {}, static_cast<int64_t>(offset_));
    return as_text(take(static_cast<size_t>(size)));
}

void append_varuint(std::string& to, uint64_t value) {
    while (value >= 0x80) {
        to.push_back(static_cast<char>(0x80 | (value & 0x7f)));
        value >>= 7;
    }
    to.push_back(static_cast<char>(value));
}

std::string to_hex(Bytes bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (uint8_t byte : bytes) {
        text.push_back(kDigits[byte >> 4]);
        text.push_back(kDigits[byte & 15]);
    }
    return text;
}

}  // namespace ch
