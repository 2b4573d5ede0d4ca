// Bytes of content a second of the file hash, the frame checksum, whole frames beside liblz4 and
// libzstd alone, and each codec.
#include <benchmark/benchmark.h>
#include <lz4.h>
#include <zstd.h>

#include <bit>
#include <string>
#include <vector>

#include "engine/format/city_hash.h"
#include "engine/format/codec.h"
#include "engine/format/compressed_frame.h"

namespace ch::format {
namespace {

constexpr size_t kContentBytes = 1 << 20;

// What columns look like: 0 = prices (decimals of 8 bytes), 1 = dates of 2 bytes in loose order, 2
// = sizes of strings (8 bytes, 10 to 43), 3 = an ascending key of 8 bytes, 4 = words of text.
std::string content(int64_t shape) {
    static constexpr const char* kWords[] = {"carefully ", "final ", "deposits ", "sleep ",
                                             "furiously ", "above ", "the ",      "requests "};
    std::string bytes;
    uint64_t state = 42;
    for (uint64_t i = 0; bytes.size() < kContentBytes; ++i) {
        state = state * 6364136223846793005 + 1442695040888963407;
        uint64_t random = state >> 33;
        switch (shape) {
            case 0:
                append(bytes, 90000 + random % 10000000);
                break;
            case 1:
                append(bytes, static_cast<uint16_t>(8036 + i % 2500 + random % 121));
                break;
            case 2:
                append(bytes, 10 + random % 34);
                break;
            case 3:
                append(bytes, 1 + i / 4 + (i / 32) * 24);
                break;
            default:
                bytes += kWords[random % 8];
        }
    }
    bytes.resize(kContentBytes);
    return bytes;
}

std::string compressed(Method method, const std::string& bytes) {
    std::string to(bytes.size() * 2, '\0');
    if (method == Method::Lz4)
        to.resize(static_cast<size_t>(LZ4_compress_default(
            bytes.data(), to.data(), static_cast<int>(bytes.size()), static_cast<int>(to.size()))));
    else
        to.resize(ZSTD_compress(to.data(), to.size(), bytes.data(), bytes.size(), 1));
    return to;
}

std::string framed(Method method, const std::string& payload) {
    std::string body;
    append(body, method);
    append(body, static_cast<uint32_t>(payload.size() + 9));
    append(body, static_cast<uint32_t>(kContentBytes));
    body += payload;
    Hash128 hash = city_hash_128(as_bytes(body));
    std::string frame;
    append(frame, hash.low);
    append(frame, hash.high);
    return frame + body;
}

void count(benchmark::State& state) {
    state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(kContentBytes));
}

void checksum(benchmark::State& state) {
    std::string bytes = content(0);
    for (auto _ : state) benchmark::DoNotOptimize(city_hash_128(as_bytes(bytes)));
    count(state);
}
BENCHMARK(checksum);

void file_hash(benchmark::State& state) {
    std::string bytes = content(0);
    for (auto _ : state) {
        FileHasher hasher;
        hasher.update(as_bytes(bytes));
        benchmark::DoNotOptimize(hasher.finish());
    }
    count(state);
}
BENCHMARK(file_hash);

template <Method kMethod>
void frame(benchmark::State& state) {
    std::string payload = compressed(kMethod, content(state.range(0)));
    std::string whole = framed(kMethod, payload);
    std::vector<uint8_t> to(kContentBytes + kFramePaddingBytes);
    for (auto _ : state) decompress_frame(as_bytes(whole), to.data());
    count(state);
    state.counters["ratio"] =
        static_cast<double>(kContentBytes) / static_cast<double>(whole.size());
}
BENCHMARK(frame<Method::Lz4>)->DenseRange(0, 4);
BENCHMARK(frame<Method::Zstd>)->DenseRange(0, 4);

void liblz4_alone(benchmark::State& state) {
    std::string payload = compressed(Method::Lz4, content(state.range(0)));
    std::vector<char> to(kContentBytes + kFramePaddingBytes);
    for (auto _ : state)
        benchmark::DoNotOptimize(LZ4_decompress_safe(payload.data(), to.data(),
                                                     static_cast<int>(payload.size()),
                                                     static_cast<int>(kContentBytes)));
    count(state);
}
BENCHMARK(liblz4_alone)->DenseRange(0, 4);

void libzstd_alone(benchmark::State& state) {
    std::string payload = compressed(Method::Zstd, content(state.range(0)));
    std::vector<char> to(kContentBytes);
    ZSTD_DCtx* context = ZSTD_createDCtx();
    for (auto _ : state)
        benchmark::DoNotOptimize(
            ZSTD_decompressDCtx(context, to.data(), to.size(), payload.data(), payload.size()));
    ZSTD_freeDCtx(context);
    count(state);
}
BENCHMARK(libzstd_alone)->DenseRange(0, 4);

// Payloads that any encoder could have made; their values do not matter for the time taken.
void codec(benchmark::State& state, Method method, const std::string& payload) {
    std::vector<uint8_t> to(kContentBytes + kFramePaddingBytes);
    for (auto _ : state) decode(method, as_bytes(payload), std::span(to).first(kContentBytes));
    count(state);
}
std::string delta_payload() {
    return std::string("\x08\x00", 2) + content(0);
}
std::string t64_payload(uint8_t cookie, uint64_t max) {
    std::string payload(1, static_cast<char>(cookie));
    append(payload, uint64_t{0});
    append(payload, max);
    size_t bits = static_cast<size_t>(std::bit_width(max));
    return payload + content(0).substr(0, kContentBytes / 64 * bits);
}
BENCHMARK_CAPTURE(codec, delta, Method::Delta, delta_payload());
BENCHMARK_CAPTURE(codec, gcd, Method::Gcd, std::string("\x08\x00", 2) + "12345678" + content(0));
BENCHMARK_CAPTURE(codec, t64_byte_20_bits, Method::T64, t64_payload(4, 0xfffff));
BENCHMARK_CAPTURE(codec, t64_bit_20_bits, Method::T64, t64_payload(0x84, 0xfffff));

}  // namespace
}  // namespace ch::format
