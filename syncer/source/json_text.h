#pragma once

#include <string>

#include "base/bytes.h"

namespace ch::syncer {

/// A JSON document in TiDB's binary form, little-endian:
///
///   document = type body
///   01 object  count:u32 size:u32 (key_at:u32 key_size:u16)* (type value:u32)* keys values
///   03 array   count:u32 size:u32 (type value:u32)* values
///   04 literal 00 null, 01 true, 02 false         09 int64   0a uint64   0b double
///   0c string  varint size, bytes                 0d opaque: mysql type, varint size, bytes
///   0e date, 0f datetime, 10 timestamp: u64 packed (packed_time.h)   11 time: i64 ns, u32 digits
///
/// `value` is where in the object or array the value stands, or a literal itself.
///
/// Takes one document, checked for its size alone. Throws Error{Corrupt | Unsupported}.
Bytes take_json(ByteReader& reader);
/// As TiDB prints it. Throws Error{Corrupt | Unsupported}.
std::string json_text(Bytes document);

}  // namespace ch::syncer
