#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace ch::syncer {

/// A DECIMAL of MySQL: an integer of up to 65 digits, and how many of them stand behind the point.
struct DecimalDigits {
    bool is_negative = false;
    uint8_t scale = 0;
    std::array<uint64_t, 4> magnitude{};  ///< least significant word first

    /// The same value with more digits behind the point, or fewer if those are zeros. Throws
    /// Error{InvalidArgument} where a digit would be lost or the number be too long.
    [[nodiscard]] DecimalDigits with_scale(uint8_t to) const;
    /// As a two's complement of `width` bytes, 4 to 32. Throws Error{InvalidArgument} if it does
    /// not fit.
    [[nodiscard]] std::array<uint8_t, 32> twos_complement(size_t width) const;
    [[nodiscard]] std::string text() const;
};

///   decimal = precision frac digits
///   digits  = groups of nine digits, big-endian in 4 bytes, from the point outwards; 1 to 8 digits
///             that are left at either end in 1, 1, 2, 2, 3, 3, 4, 4 bytes
///
/// The first bit is inverted; of a negative number all bits then are.
///
/// Takes one value, checked for its size alone. Throws Error{Corrupt}.
Bytes take_decimal(ByteReader& reader);
/// Throws Error{Corrupt}.
DecimalDigits decode_decimal(Bytes bytes);

}  // namespace ch::syncer
