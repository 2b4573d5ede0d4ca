#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/bytes.h"

namespace ch::format {

/// The method byte of a frame.
enum class Method : uint8_t {
    None = 0x02,
    Lz4 = 0x82,
    Zstd = 0x90,
    Multiple = 0x91,
    Delta = 0x92,
    T64 = 0x93,
    DoubleDelta = 0x94,
    Gorilla = 0x95,
    Aes128GcmSiv = 0x96,
    Aes256GcmSiv = 0x97,
    Fpc = 0x98,
    Gcd = 0x9a,
    Alp = 0x9c,
    Quantized = 0x9e,
    Zxc = 0x9f,
};

/// Decodes the payload of one codec (not Multiple), filling `to` exactly; behind `to` lie
/// kFramePaddingBytes that may be overwritten. Thread-safe. Throws Error{Corrupt} for a payload
/// that does not give exactly to.size() bytes, or Error{Unsupported} for an encrypted or unknown
/// method. The contents of `to` are undefined then.
void decode(Method method, Bytes payload, std::span<uint8_t> to);

/// A codec with the parameters that its payload tells, as in CODEC(...): "LZ4", "Delta(8)".
std::string method_name(Method method, Bytes payload);

// One decoder a codec, with the contract of decode().
void decode_delta(Bytes payload, std::span<uint8_t> to);
void decode_double_delta(Bytes payload, std::span<uint8_t> to);
void decode_gorilla(Bytes payload, std::span<uint8_t> to);
void decode_t64(Bytes payload, std::span<uint8_t> to);
void decode_fpc(Bytes payload, std::span<uint8_t> to);
void decode_gcd(Bytes payload, std::span<uint8_t> to);

/// The head that Delta, DoubleDelta, Gorilla and GCD share: u8 width of a value, u8 bytes to skip,
/// then the skipped bytes raw (those that are left when the content is cut into values). Checks it
/// against `to` and copies the skipped bytes there.
struct ValueRun {
    uint8_t width;          ///< a power of two from 1 to width_max
    Bytes body;             ///< the payload behind the head
    std::span<uint8_t> to;  ///< where the values go: a multiple of the width
};
ValueRun read_value_head(const char* codec, Bytes payload, std::span<uint8_t> to,
                         uint8_t width_max = 8);

/// Throws Error{Corrupt} that names the codec.
[[noreturn]] void throw_corrupt(const char* codec, const std::string& what);

/// Calls `body` with a value of the unsigned type of that width. Requires: width is 1, 2, 4 or 8.
template <typename Body>
void with_width(uint8_t width, Body&& body) {
    switch (width) {
        case 1:
            return body(uint8_t{});
        case 2:
            return body(uint16_t{});
        case 4:
            return body(uint32_t{});
        default:
            return body(uint64_t{});
    }
}

}  // namespace ch::format
