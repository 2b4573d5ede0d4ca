#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace ch::format {

/// Reads bits, the highest of each byte first. Reads past the end give zeros, so that a loop that
/// is bounded otherwise needs one check, passed_end(), after it. Does not own the bytes.
class BitReader {
public:
    explicit BitReader(Bytes bytes) : bytes_(bytes) {}

    /// The next bits at the top of the word; at least 57 of them are valid.
    [[nodiscard]] uint64_t peek() const {
        size_t byte = position_ / 8;
        uint64_t word = 0;
        if (byte + 8 <= bytes_.size()) [[likely]] {
            word = __builtin_bswap64(load<uint64_t>(bytes_.data() + byte));
        } else {
            for (size_t i = byte; i < byte + 8; ++i)
                word = (word << 8) | (i < bytes_.size() ? bytes_[i] : 0);
        }
        return word << (position_ % 8);
    }
    void skip(unsigned count) { position_ += count; }

    /// Requires: 1 <= count <= 64.
    uint64_t read(unsigned count) {
        if (count > 56) {
            // peek() has 57 bits for sure, since the position may be up to 7 bits into its first
            // byte.
            uint64_t high = read(32);
            return (high << (count - 32)) | read(count - 32);
        }
        uint64_t bits = peek() >> (64 - count);
        skip(count);
        return bits;
    }
    [[nodiscard]] bool passed_end() const { return position_ > bytes_.size() * 8; }

private:
    Bytes bytes_;
    size_t position_ = 0;  // in bits
};

}  // namespace ch::format
