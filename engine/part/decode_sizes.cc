#include <algorithm>

#include "engine/part/decoders.h"
#include "engine/part/limits.h"

namespace ch::part {

namespace {

// Sums are checked after each run of this many sizes, each below 2^31, so they cannot wrap.
constexpr size_t kRunSizes = 4096;

[[noreturn]] void fail_large(const ByteStream& sizes) {
    sizes.fail("the values of one batch have more than " + std::to_string(kColumnBytesMax) +
               " bytes or elements; read fewer rows at once");
}

}  // namespace

uint64_t append_offsets(ByteStream& sizes, Buffer& offsets, size_t have, size_t rows) {
    offsets.resize((have + rows + 1) * sizeof(int32_t));
    int32_t* to = offsets.as<int32_t>() + have;
    auto first = static_cast<uint64_t>(*to++);
    uint64_t total = first;
    while (rows > 0) {
        size_t ready = sizes.window().size() / sizeof(uint64_t);
        if (ready == 0) {
            // A size that is cut by the end of a frame.
            auto size = sizes.read_value<uint64_t>();
            if (size > kColumnBytesMax - total) fail_large(sizes);
            total += size;
            *to++ = static_cast<int32_t>(total);
            --rows;
            continue;
        }
        size_t count = std::min({ready, rows, kRunSizes});
        const uint8_t* from = sizes.window().data();
        uint64_t bits = 0;
        for (size_t i = 0; i < count; ++i) {
            auto size = load<uint64_t>(from + i * sizeof(uint64_t));
            bits |= size;
            total += size;
            to[i] = static_cast<int32_t>(total);
        }
        if (bits > kColumnBytesMax || total > kColumnBytesMax) fail_large(sizes);
        sizes.advance(count * sizeof(uint64_t));
        to += count;
        rows -= count;
    }
    return total - first;
}

uint64_t skip_sizes(ByteStream& sizes, size_t rows) {
    uint64_t total = 0;
    while (rows > 0) {
        size_t ready = sizes.window().size() / sizeof(uint64_t);
        size_t count = std::min({ready, rows, kRunSizes});
        uint64_t bits = 0;
        const uint8_t* from = sizes.window().data();
        for (size_t i = 0; i < count; ++i) {
            auto size = load<uint64_t>(from + i * sizeof(uint64_t));
            bits |= size;
            total += size;
        }
        if (count == 0) {
            bits = sizes.read_value<uint64_t>();
            total += bits;
            count = 1;
        } else {
            sizes.advance(count * sizeof(uint64_t));
        }
        // A granule may hold more than one batch can; the bound keeps products with a width from
        // wrapping.
        if (bits > (1ULL << 40) || total > (1ULL << 42)) fail_large(sizes);
        rows -= count;
    }
    return total;
}

}  // namespace ch::part
