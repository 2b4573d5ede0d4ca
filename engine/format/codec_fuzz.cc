// Each codec over any bytes: input = u8 choice of the codec, u16 size of the content, then the
// payload.
#include "engine/format/codec.h"

#include <cstdlib>
#include <vector>

#include "engine/format/compressed_frame.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace ch::format;
    constexpr Method kMethods[] = {Method::Delta, Method::DoubleDelta, Method::Gorilla,
                                   Method::T64,   Method::Fpc,         Method::Gcd,
                                   Method::None,  Method::Lz4,         Method::Zstd};
    if (size < 3) return 0;
    Method method = kMethods[data[0] % std::size(kMethods)];
    size_t content_bytes = ch::load<uint16_t>(data + 1) % 4096;
    std::vector<uint8_t> to(content_bytes + kFramePaddingBytes);
    try {
        decode(method, ch::Bytes(data + 3, size - 3), std::span(to).first(content_bytes));
    } catch (const ch::Error& error) {
        if (error.code() != ch::ErrorCode::Corrupt) std::abort();
    }
    (void)method_name(method, ch::Bytes(data + 3, size - 3));
    return 0;
}
