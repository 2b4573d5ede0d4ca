#include "engine/format/codec.h"

#include <zstd.h>

#include <bit>
#include <cstring>
#include <memory>

#include "engine/format/lz4_decode.h"

namespace ch::format {

namespace {

// The frame tells the size of the content twice here, so it can be wrong.
void decode_none(Bytes payload, std::span<uint8_t> to) {
    if (payload.size() != to.size())
        throw_corrupt("NONE", "payload of " + std::to_string(payload.size()) + " bytes for " +
                                  std::to_string(to.size()) + " bytes of content");
    if (!to.empty()) std::memcpy(to.data(), payload.data(), to.size());
}

void decode_lz4(Bytes payload, std::span<uint8_t> to) {
    if (!lz4_decode(payload, to))
        throw_corrupt("LZ4", "block of " + std::to_string(payload.size()) +
                                 " bytes is damaged or does not give the " +
                                 std::to_string(to.size()) + " bytes that were expected");
}

void decode_zstd(Bytes payload, std::span<uint8_t> to) {
    // Making a context costs more than decoding a small frame, so that each thread keeps one.
    thread_local std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(),
                                                                            &ZSTD_freeDCtx);
    if (!context) throw Error(ErrorCode::MemoryLimit, "no memory for a ZSTD context");
    size_t got =
        ZSTD_decompressDCtx(context.get(), to.data(), to.size(), payload.data(), payload.size());
    if (ZSTD_isError(got) != 0)
        throw_corrupt("ZSTD", std::string(ZSTD_getErrorName(got)) + "; " +
                                  std::to_string(to.size()) + " bytes were expected");
    // Fewer bytes than announced would leave the rest of the buffer as it was: another column's
    // data.
    if (got != to.size())
        throw_corrupt("ZSTD", std::to_string(got) + " bytes found, " + std::to_string(to.size()) +
                                  " expected");
}

const char* plain_name(Method method) {
    switch (method) {
        case Method::None:
            return "NONE";
        case Method::Lz4:
            return "LZ4";
        case Method::Zstd:
            return "ZSTD";
        case Method::Multiple:
            return "Multiple";
        case Method::Delta:
            return "Delta";
        case Method::T64:
            return "T64";
        case Method::DoubleDelta:
            return "DoubleDelta";
        case Method::Gorilla:
            return "Gorilla";
        case Method::Aes128GcmSiv:
            return "AES_128_GCM_SIV";
        case Method::Aes256GcmSiv:
            return "AES_256_GCM_SIV";
        case Method::Fpc:
            return "FPC";
        case Method::Gcd:
            return "GCD";
        case Method::Alp:
            return "ALP";
        case Method::Quantized:
            return "Quantized";
        case Method::Zxc:
            return "ZXC";
    }
    return nullptr;
}

}  // namespace

void throw_corrupt(const char* codec, const std::string& what) {
    throw Error(ErrorCode::Corrupt, std::string(codec) + ": " + what);
}

ValueRun read_value_head(const char* codec, Bytes payload, std::span<uint8_t> to,
                         uint8_t width_max) {
    if (payload.size() < 2)
        throw_corrupt(codec, "payload of " + std::to_string(payload.size()) + " bytes has no head");
    uint8_t width = payload[0];
    if (!std::has_single_bit(width) || width > width_max)
        throw_corrupt(codec, "value width is " + std::to_string(width) + "; powers of two up to " +
                                 std::to_string(width_max) + " are possible");
    size_t skip = to.size() % width;
    // The byte is redundant, and so a check: another number means another width or another content.
    if (payload[1] != skip || payload.size() < 2 + skip)
        throw_corrupt(codec, std::to_string(payload[1]) + " bytes to skip; " +
                                 std::to_string(to.size()) + " bytes of content and width " +
                                 std::to_string(width) + " leave " + std::to_string(skip));
    if (skip > 0) std::memcpy(to.data(), payload.data() + 2, skip);
    return {width, payload.subspan(2 + skip), to.subspan(skip)};
}

void decode(Method method, Bytes payload, std::span<uint8_t> to) {
    switch (method) {
        case Method::None:
            return decode_none(payload, to);
        case Method::Lz4:
            return decode_lz4(payload, to);
        case Method::Zstd:
            return decode_zstd(payload, to);
        case Method::Delta:
            return decode_delta(payload, to);
        case Method::DoubleDelta:
            return decode_double_delta(payload, to);
        case Method::Gorilla:
            return decode_gorilla(payload, to);
        case Method::T64:
            return decode_t64(payload, to);
        case Method::Fpc:
            return decode_fpc(payload, to);
        case Method::Gcd:
            return decode_gcd(payload, to);
        case Method::Multiple:
            // Chains are taken apart by compressed_frame.cc, one codec at a time.
            throw_corrupt("Multiple", "a chain inside a chain");
        case Method::Aes128GcmSiv:
        case Method::Aes256GcmSiv:
            throw Error(ErrorCode::Unsupported,
                        std::string("the data is encrypted (") + plain_name(method) +
                            "); copy it with ClickHouse into a column without that codec");
        default:
            throw Error(ErrorCode::Unsupported,
                        "codec " + method_name(method, payload) + " cannot be decoded here");
    }
}

std::string method_name(Method method, Bytes payload) {
    const char* name = plain_name(method);
    if (name == nullptr) {
        auto byte = static_cast<uint8_t>(method);
        return "0x" + to_hex(Bytes(&byte, 1));
    }
    auto with_number = [&](size_t at) {
        return payload.size() <= at ? name : name + ("(" + std::to_string(payload[at]) + ")");
    };
    switch (method) {
        case Method::Delta:
        case Method::DoubleDelta:
        case Method::Gorilla:
        case Method::Gcd:
            return with_number(0);
        case Method::Fpc:
            return with_number(1);
        case Method::T64:
            // The cookie's high bit (codec_t64.cc).
            return payload.empty() || payload[0] < 0x80 ? name : "T64('bit')";
        default:
            return name;
    }
}

}  // namespace ch::format
