#include "engine/part/byte_stream.h"

#include <algorithm>

namespace ch::part {

void ByteStream::read(uint8_t* to, size_t count) {
    while (count > 0) {
        if (at_ == end_) {
            size_t done = read_direct(to, count);
            to += done;
            count -= done;
            if (count == 0) return;
            refill();
            if (at_ == end_) fail_end(count);
        }
        size_t piece = std::min(count, static_cast<size_t>(end_ - at_));
        std::memcpy(to, at_, piece);
        at_ += piece;
        to += piece;
        count -= piece;
    }
}

void ByteStream::read_small(uint8_t* to, size_t count) {
    for (size_t i = 0; i < count; ++i) {
        if (window().empty()) fail_end(count - i);
        to[i] = *at_++;
    }
}

void ByteStream::skip(uint64_t count) {
    while (count > 0) {
        if (at_ == end_) {
            count -= skip_direct(count);
            if (count == 0) return;
            refill();
            if (at_ == end_) fail_end(count);
        }
        uint64_t piece = std::min<uint64_t>(count, static_cast<uint64_t>(end_ - at_));
        at_ += piece;
        count -= piece;
    }
}

uint64_t ByteStream::read_varuint() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        auto byte = read_value<uint8_t>();
        if (shift == 63 && byte > 1) break;
        value |= static_cast<uint64_t>(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) return value;
    }
    fail("varuint is longer than 64 bits");
}

void ByteStream::fail_end(uint64_t missing) const {
    fail("unexpected end: " + std::to_string(missing) + " more decompressed bytes are needed");
}

Error MemoryStream::corrupt(const std::string& what) const {
    return {ErrorCode::Corrupt, what, path_};
}

}  // namespace ch::part
