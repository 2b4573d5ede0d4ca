// Each codec over any bytes: input = u8 choice of the codec, u16 size of the content, then the
// payload.
#include "engine/format/codec.h"

#include <cstdlib>
#include <vector>

#include "engine/format/compressed_frame.h"

namespace ch::format {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    constexpr Method kMethods[] = {Method::Delta, Method::DoubleDelta, Method::Gorilla,
                                   Method::T64,   Method::Fpc,         Method::Gcd,
                                   Method::None,  Method::Lz4,         Method::Zstd};
    if (size < 3) return 0;
    Method method = kMethods[data[0] % std::size(kMethods)];
    size_t content_bytes = load<uint16_t>(data + 1) % 4096;
    std::vector<uint8_t> to(content_bytes + kFramePaddingBytes);
    try {
        decode(method, Bytes(data + 3, size - 3), std::span(to).first(content_bytes));
    } catch (const Error& error) {
        if (error.code() != ErrorCode::Corrupt) std::abort();
    }
    (void)method_name(method, Bytes(data + 3, size - 3));
    return 0;
}

}  // namespace ch::format
