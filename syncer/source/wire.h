#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace ch::syncer {

/// One field of a protobuf message: a number (varint and fixed types) or bytes.
struct WireField {
    enum class Kind : uint8_t { Number, Bytes };
    uint32_t number = 0;
    Kind kind = Kind::Number;
    uint64_t value = 0;
    Bytes bytes;  ///< part of what is read

    /// Throw Error{Corrupt} for a field of the other kind.
    [[nodiscard]] uint64_t as_number() const;
    [[nodiscard]] Bytes as_bytes() const;
};

/// Reads protobuf's wire format from bytes that are not trusted: next() until nothing is left.
/// Throws Error{Corrupt} with the offset. Does not own the bytes.
///
///   field  = key value
///   key    = varint: number << 3 | type
///   value  = varint (type 0) | 8 bytes (1) | varint size, bytes (2) | 4 bytes (5)
class WireReader {
public:
    explicit WireReader(Bytes bytes) : reader_(bytes) {}
    std::optional<WireField> next();

private:
    ByteReader reader_;
};

}  // namespace ch::syncer
