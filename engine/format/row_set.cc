#include "engine/format/row_set.h"

#include <bit>
#include <cstring>

#include "base/error.h"

namespace ch::format {

namespace {

constexpr uint32_t kPlainCookie = 12346;
constexpr uint32_t kRunCookie = 12347;
constexpr uint32_t kContainersMax = 1u << 16;
constexpr uint32_t kNumbersMax = 4096;
constexpr size_t kBitBytes = 8192;
constexpr size_t kContainerWords = kBitBytes / sizeof(uint64_t);
constexpr uint32_t kContainerRows = 1u << 16;
constexpr uint32_t kOffsetsWithRunsMin = 4;

[[noreturn]] void corrupt(const std::string& what, size_t offset) {
    throw Error(ErrorCode::Corrupt, "bitmap: " + what, {}, static_cast<int64_t>(offset));
}

}  // namespace

RowSet RowSet::parse(std::string bytes) {
    RowSet set;
    set.bytes_ = std::move(bytes);
    ByteReader reader(as_bytes(set.bytes_));
    set.read_containers(reader);
    return set;
}

void RowSet::read_containers(ByteReader& reader) {
    const auto cookie = reader.read<uint32_t>();
    const bool has_runs = (cookie & 0xffff) == kRunCookie;
    if (!has_runs && cookie != kPlainCookie)
        corrupt("the first number is " + std::to_string(cookie) + ", expected Roaring's", 0);
    const uint32_t count = has_runs ? (cookie >> 16) + 1 : reader.read<uint32_t>();
    if (count > kContainersMax) corrupt(std::to_string(count) + " containers are too many", 4);
    const Bytes run_flags = has_runs ? reader.take((count + 7) / 8) : Bytes();
    std::vector<std::pair<uint16_t, uint32_t>> heads;
    for (uint32_t i = 0; i < count; ++i) {
        const auto high = reader.read<uint16_t>();
        if (i > 0 && high <= heads.back().first) corrupt("containers fall", reader.offset());
        heads.emplace_back(high, uint32_t{reader.read<uint16_t>()} + 1);
    }
    if (!has_runs || count >= kOffsetsWithRunsMin) reader.take(size_t{count} * sizeof(uint32_t));
    for (uint32_t i = 0; i < count; ++i) {
        const bool is_run = has_runs && (run_flags[i / 8] >> (i % 8) & 1) != 0;
        Container container;
        container.base = uint64_t{heads[i].first} << 16;
        container.count = is_run ? reader.read<uint16_t>() : heads[i].second;
        container.offset = reader.offset();
        container.kind = is_run                           ? Kind::Runs
                         : heads[i].second <= kNumbersMax ? Kind::Numbers
                                                          : Kind::Bits;
        const size_t size = container.kind == Kind::Runs      ? size_t{container.count} * 4
                            : container.kind == Kind::Numbers ? size_t{container.count} * 2
                                                              : kBitBytes;
        reader.take(size);
        check(container, heads[i].second);
        containers_.push_back(container);
    }
    if (!reader.at_end()) corrupt("bytes follow the end", reader.offset());
}

/// Its numbers rise and are as many as its head says.
void RowSet::check(const Container& container, uint32_t cardinality) {
    uint64_t numbers = 0;
    uint64_t end = container.base;
    if (container.kind == Kind::Bits) {  // which rise as they stand
        for (size_t word = 0; word < kContainerWords; ++word) {
            const auto bits = load<uint64_t>(bytes_.data() + container.offset + word * 8);
            numbers += static_cast<uint64_t>(std::popcount(bits));
            if (bits != 0) end = container.base + word * 64 + std::bit_width(bits);
        }
    } else {
        each_run(container, [&](uint64_t from, uint64_t to) {
            if (from < end || to <= from || to > container.base + kContainerRows)
                corrupt("the numbers of a container do not rise", container.offset);
            numbers += to - from;
            end = to;
        });
    }
    if (numbers != cardinality)
        corrupt("a container has " + std::to_string(numbers) + " numbers, its head says " +
                    std::to_string(cardinality),
                container.offset);
    count_ += numbers;
    end_ = end;
}

void RowSet::clear(uint64_t first, size_t rows, uint8_t* flags) const {
    each_run(first, first + rows, [&](uint64_t from, uint64_t to) {
        std::memset(flags + (from - first), 0, to - from);
    });
}

void RowSet::add_to(std::span<uint64_t> words) const {
    for (const Container& container : containers_)
        each_run(container, [&](uint64_t from, uint64_t to) {
            for (uint64_t row = from; row < to; ++row) words[row / 64] |= uint64_t{1} << (row % 64);
        });
}

std::string RowSet::encode(std::span<const uint64_t> words) {
    struct Head {
        uint16_t high;
        uint32_t count;
    };
    std::vector<Head> heads;
    for (size_t begin = 0; begin < words.size(); begin += kContainerWords) {
        uint32_t count = 0;
        for (size_t i = begin; i < std::min(words.size(), begin + kContainerWords); ++i)
            count += static_cast<uint32_t>(std::popcount(words[i]));
        if (count > 0) heads.push_back({static_cast<uint16_t>(begin / kContainerWords), count});
    }
    std::string bytes;
    ch::append(bytes, kPlainCookie);
    ch::append(bytes, static_cast<uint32_t>(heads.size()));
    auto offset = static_cast<uint32_t>(bytes.size() + heads.size() * 8);
    std::string offsets;
    for (const Head& head : heads) {
        ch::append(bytes, head.high);
        ch::append(bytes, static_cast<uint16_t>(head.count - 1));
        ch::append(offsets, offset);
        offset += static_cast<uint32_t>(head.count <= kNumbersMax ? head.count * 2 : kBitBytes);
    }
    bytes += offsets;
    for (const Head& head : heads) {
        const size_t begin = size_t{head.high} * kContainerWords;
        for (size_t i = 0; i < kContainerWords; ++i) {
            uint64_t bits = begin + i < words.size() ? words[begin + i] : 0;
            if (head.count > kNumbersMax) ch::append(bytes, bits);
            for (; head.count <= kNumbersMax && bits != 0; bits &= bits - 1)
                ch::append(bytes, static_cast<uint16_t>(
                                      i * 64 + static_cast<size_t>(std::countr_zero(bits))));
        }
    }
    return bytes;
}

}  // namespace ch::format
