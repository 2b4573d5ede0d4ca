#include "syncer/source/wire.h"

namespace ch::syncer {

namespace {

constexpr uint64_t kFieldNumberMax = (1u << 29) - 1;

enum WireType : uint64_t { Varint = 0, Fixed64 = 1, Sized = 2, Fixed32 = 5 };

[[noreturn]] void refuse(const WireField& field, const char* expected) {
    throw Error(ErrorCode::Corrupt, "field " + std::to_string(field.number) +
                                        " of a protobuf message is no " + expected);
}

}  // namespace

uint64_t WireField::as_number() const {
    if (kind != Kind::Number) refuse(*this, "number");
    return value;
}

Bytes WireField::as_bytes() const {
    if (kind != Kind::Bytes) refuse(*this, "run of bytes");
    return bytes;
}

std::optional<WireField> WireReader::next() {
    if (reader_.at_end()) return std::nullopt;
    const auto at = static_cast<int64_t>(reader_.offset());
    const uint64_t key = reader_.read_varuint();
    const uint64_t number = key >> 3;
    if (number == 0 || number > kFieldNumberMax)
        throw Error(ErrorCode::Corrupt,
                    "protobuf field of number " + std::to_string(number) + ", expected 1 to " +
                        std::to_string(kFieldNumberMax),
                    {}, at);
    WireField field;
    field.number = static_cast<uint32_t>(number);
    switch (key & 7) {
        case Varint:
            field.value = reader_.read_varuint();
            return field;
        case Fixed64:
            field.value = reader_.read<uint64_t>();
            return field;
        case Sized:
            field.kind = WireField::Kind::Bytes;
            field.bytes = ch::as_bytes(reader_.read_string());
            return field;
        case Fixed32:
            field.value = reader_.read<uint32_t>();
            return field;
        default:
            throw Error(ErrorCode::Corrupt,
                        "protobuf field " + std::to_string(number) + " has wire type " +
                            std::to_string(key & 7) + ", expected 0, 1, 2 or 5",
                        {}, at);
    }
}

}  // namespace ch::syncer
