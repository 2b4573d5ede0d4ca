#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace ch::syncer {

/// One value as TiDB encodes it in rows of its binlog. Views lie in the bytes that were read.
///
///   00                         NULL
///   02 size(zigzag) bytes      text and bytes
///   05 8 bytes                 double, big-endian; non-negative: sign bit flipped, else all bits
///   06 precision frac digits   decimal (decimal_digits.h)
///   08 zigzag varint           signed integers, YEAR, TIME in nanoseconds, handles, column ids
///   09 varint                  unsigned integers, BIT, ENUM, SET, dates and times packed
///   0a type body               JSON (json_text.h)
///   03, 04, 07                 8 bytes, big-endian: the integers of keys; signed: sign bit flipped
struct Datum {
    enum class Kind : uint8_t { Null, Int, UInt, Double, Text, Decimal, Json };
    Kind kind = Kind::Null;
    int64_t int_value = 0;
    uint64_t uint_value = 0;
    double double_value = 0;
    Bytes bytes;  ///< Text; Decimal and Json from their first byte behind the flag
};

/// Throws Error{Corrupt | Unsupported} with the offset.
Datum read_datum(ByteReader& reader);

/// The words of errors: "Int", "Text".
const char* datum_kind_name(Datum::Kind kind);

}  // namespace ch::syncer
