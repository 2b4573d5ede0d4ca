#include "syncer/source/datum.h"

#include <bit>

#include "base/error.h"
#include "syncer/source/decimal_digits.h"
#include "syncer/source/json_text.h"

namespace ch::syncer {

namespace {

constexpr uint64_t kSignBit = uint64_t{1} << 63;

uint64_t read_big_endian(ByteReader& reader) {
    uint64_t value = 0;
    for (uint8_t byte : reader.take(8)) value = value << 8 | byte;
    return value;
}

int64_t read_zigzag(ByteReader& reader) {
    const uint64_t value = reader.read_varuint();
    return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
}

double read_double(ByteReader& reader) {
    uint64_t bits = read_big_endian(reader);
    bits = (bits & kSignBit) != 0 ? bits & ~kSignBit : ~bits;
    return std::bit_cast<double>(bits);
}

Bytes read_bytes(ByteReader& reader) {
    const auto at = static_cast<int64_t>(reader.offset());
    const int64_t size = read_zigzag(reader);
    if (size < 0 || static_cast<uint64_t>(size) > reader.remaining())
        throw Error(ErrorCode::Corrupt,
                    "a text of " + std::to_string(size) + " bytes, but " +
                        std::to_string(reader.remaining()) + " are left",
                    {}, at);
    return reader.take(static_cast<size_t>(size));
}

Datum made(Datum::Kind kind, Bytes bytes) {
    Datum datum;
    datum.kind = kind;
    datum.bytes = bytes;
    return datum;
}

Datum made_int(int64_t value) {
    Datum datum;
    datum.kind = Datum::Kind::Int;
    datum.int_value = value;
    return datum;
}

Datum made_uint(uint64_t value) {
    Datum datum;
    datum.kind = Datum::Kind::UInt;
    datum.uint_value = value;
    return datum;
}

Datum made_double(double value) {
    Datum datum;
    datum.kind = Datum::Kind::Double;
    datum.double_value = value;
    return datum;
}

}  // namespace

Datum read_datum(ByteReader& reader) {
    const auto at = static_cast<int64_t>(reader.offset());
    const uint8_t flag = reader.take(1)[0];
    switch (flag) {
        case 0x00:
            return {};
        case 0x02:
            return made(Datum::Kind::Text, read_bytes(reader));
        case 0x03:
        case 0x07:
            return made_int(static_cast<int64_t>(read_big_endian(reader) ^ kSignBit));
        case 0x04:
            return made_uint(read_big_endian(reader));
        case 0x05:
            return made_double(read_double(reader));
        case 0x06:
            return made(Datum::Kind::Decimal, take_decimal(reader));
        case 0x08:
            return made_int(read_zigzag(reader));
        case 0x09:
            return made_uint(reader.read_varuint());
        case 0x0a:
            return made(Datum::Kind::Json, take_json(reader));
        default:
            throw Error(ErrorCode::Unsupported,
                        "a value whose first byte is " + std::to_string(flag) +
                            ": no encoding of TiDB's binlog begins with it",
                        {}, at);
    }
}

const char* datum_kind_name(Datum::Kind kind) {
    switch (kind) {
        case Datum::Kind::Null:
            return "NULL";
        case Datum::Kind::Int:
            return "a signed integer";
        case Datum::Kind::UInt:
            return "an unsigned integer";
        case Datum::Kind::Double:
            return "a double";
        case Datum::Kind::Text:
            return "a text";
        case Datum::Kind::Decimal:
            return "a decimal";
        case Datum::Kind::Json:
            return "a JSON document";
    }
    return "unknown";
}

}  // namespace ch::syncer
