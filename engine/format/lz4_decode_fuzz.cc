// lz4_decode() beside liblz4 over any block: input = u16 size of the content, then the block. Both
// must take it or refuse it, and give the same bytes.
#include "engine/format/lz4_decode.h"

#include <lz4.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "engine/format/compressed_frame.h"

namespace {

// liblz4 takes the offset 0, which the format forbids.
bool has_offset_zero(ch::Bytes block) {
    size_t at = 0;
    auto skip_length = [&] {
        size_t length = 15;
        while (at < block.size()) {
            length += block[at];
            if (block[at++] != 255) break;
        }
        return length;
    };
    while (at < block.size()) {
        uint8_t token = block[at++];
        size_t literals = token >> 4;
        at += literals == 15 ? skip_length() : literals;
        if (at + 2 > block.size()) return false;
        if (ch::load<uint16_t>(block.data() + at) == 0) return true;
        at += 2;
        if ((token & 15) == 15) (void)skip_length();
    }
    return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 2) return 0;
    size_t content_bytes = ch::load<uint16_t>(data);
    ch::Bytes input(data + 2, size - 2);
    auto block = std::make_unique_for_overwrite<uint8_t[]>(input.size());
    std::ranges::copy(input, block.get());
    size_t room = content_bytes + ch::format::kFramePaddingBytes;
    auto ours = std::make_unique_for_overwrite<uint8_t[]>(room);
    std::fill_n(ours.get(), room, uint8_t{0xa5});
    bool taken = ch::format::lz4_decode({block.get(), input.size()}, {ours.get(), content_bytes});
    auto theirs = std::make_unique<char[]>(content_bytes + 1);
    int got = LZ4_decompress_safe(reinterpret_cast<const char*>(block.get()), theirs.get(),
                                  static_cast<int>(input.size()), static_cast<int>(content_bytes));
    bool expected = got >= 0 && static_cast<size_t>(got) == content_bytes;
    if (taken != expected && !(expected && has_offset_zero(input))) std::abort();
    if (taken && std::memcmp(ours.get(), theirs.get(), content_bytes) != 0) std::abort();
    return 0;
}
