#include "tests/corruption/damage.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/error.h"
#include "engine/format/city_hash.h"
#include "engine/format/compressed_frame.h"

namespace ch::corruption {

namespace {

Content content_of(std::string bytes) {
    return std::make_shared<const std::string>(std::move(bytes));
}

size_t below(Random& random, size_t bound) {
    return bound == 0 ? 0 : static_cast<size_t>(random() % bound);
}

void overwrite(std::string& bytes, size_t at, size_t count, char with) {
    for (size_t i = at; i < std::min(bytes.size(), at + count); ++i) bytes[i] = with;
}

/// One random change of the bytes; what was done is returned.
std::string change(std::string& bytes, Random& random) {
    size_t at = below(random, bytes.size());
    std::string where = " at byte " + std::to_string(at);
    size_t run = size_t{1} << below(random, 6);
    switch (random() % 8) {
        case 0:
            bytes.resize(at);
            return "cut" + where;
        case 1:
            overwrite(bytes, at, run, '\0');
            return std::to_string(run) + " bytes zeroed" + where;
        case 2:
            overwrite(bytes, at, run, '\xff');
            return std::to_string(run) + " bytes set to FF" + where;
        case 3:
            bytes.insert(at, run, static_cast<char>(random()));
            return std::to_string(run) + " bytes put in" + where;
        case 4:
            bytes.erase(at, run);
            return std::to_string(run) + " bytes left out" + where;
        case 5:
            bytes[at] = static_cast<char>(random());
            return "a random byte" + where;
        default:
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
            return "a bit flipped" + where;
    }
}

// Frame: 16 bytes checksum | u8 method | u32 compressed bytes | u32 uncompressed bytes | payload.
constexpr size_t kChecksumBytes = 16;
constexpr size_t kMethodAt = 16;
constexpr size_t kCompressedAt = 17;
constexpr size_t kUncompressedAt = 21;
constexpr uint64_t kPlainBytesMax = 64U << 20;

bool is_framed(const std::string& path) {
    std::string extension = path.substr(path.rfind('.') + 1);
    return extension == "bin" || extension == "cidx" || extension.starts_with("cmrk");
}

template <typename T>
void put(std::string& bytes, size_t at, T value) {
    if (at + sizeof(T) <= bytes.size()) store(bytes.data() + at, value);
}

/// Writes the checksum of the frame at `at` over what stands there now.
void seal(std::string& bytes, size_t at) {
    if (at + format::kFrameHeaderBytes > bytes.size()) return;
    size_t size = load<uint32_t>(reinterpret_cast<uint8_t*>(bytes.data()) + at + kCompressedAt);
    size = std::min(size, bytes.size() - at - kChecksumBytes);
    format::Hash128 hash =
        format::city_hash_128(as_bytes(std::string_view(bytes).substr(at + kChecksumBytes, size)));
    put(bytes, at, hash.low);
    put(bytes, at + sizeof(hash.low), hash.high);
}

std::vector<size_t> frame_offsets(const std::string& bytes) {
    std::vector<size_t> offsets;
    for (size_t at = 0; at + format::kFrameHeaderBytes <= bytes.size();) {
        offsets.push_back(at);
        at += kChecksumBytes +
              load<uint32_t>(reinterpret_cast<const uint8_t*>(bytes.data()) + at + kCompressedAt);
    }
    return offsets;
}

uint64_t odd_number(Random& random, uint64_t now) {
    const std::array<uint64_t, 14> numbers = {
        0,          1,          now + 1,    now - 1,    now * 2,    0x7f,       0xffff,
        0x3fffffff, 0x40000001, 0x7fffffff, 0xffffffff, 1ULL << 40, 1ULL << 62, UINT64_MAX};
    return numbers[below(random, numbers.size())];
}

/// Changes a frame's header or payload in place, with a checksum that fits.
std::string forge_frame(std::string& bytes, size_t at, Random& random) {
    auto* frame = reinterpret_cast<uint8_t*>(bytes.data()) + at;
    std::string what;
    switch (random() % 4) {
        case 0: {
            auto size = static_cast<uint32_t>(odd_number(random, load<uint32_t>(frame + 21)));
            put(bytes, at + kUncompressedAt, size);
            what = "uncompressed size " + std::to_string(size);
            break;
        }
        case 1: {
            auto size = static_cast<uint32_t>(odd_number(random, load<uint32_t>(frame + 17)));
            put(bytes, at + kCompressedAt, size);
            what = "compressed size " + std::to_string(size);
            break;
        }
        case 2: {
            auto method = static_cast<uint8_t>(random() % 2 ? 0x80 + random() % 0x20 : random());
            put(bytes, at + kMethodAt, method);
            what = "method " + std::to_string(method);
            break;
        }
        default: {
            size_t room = bytes.size() - at - format::kFrameHeaderBytes;
            size_t place =
                at + format::kFrameHeaderBytes + below(random, std::min<size_t>(room, 64));
            put(bytes, place, static_cast<uint8_t>(random()));
            what = "payload byte " + std::to_string(place);
        }
    }
    seal(bytes, at);
    return what + " in the frame at " + std::to_string(at);
}

/// Changes plain content: a number of 1, 4 or 8 bytes, a digit of a text, or anything at all.
std::string forge_plain(std::string& bytes, Random& random) {
    if (bytes.empty()) return "nothing";
    size_t at = below(random, bytes.size());
    if (random() % 4 == 0) return change(bytes, random);
    size_t width = std::array<size_t, 3>{1, 4, 8}[below(random, 3)];
    at -= at % width;
    uint64_t now = 0;
    std::memcpy(&now, bytes.data() + at, std::min(width, bytes.size() - at));
    uint64_t number = odd_number(random, now);
    std::memcpy(bytes.data() + at, &number, std::min(width, bytes.size() - at));
    return "number " + std::to_string(number) + " at byte " + std::to_string(at);
}

/// The file's last frame with its content changed, stored without compression.
std::optional<std::string> forge_content(const std::string& bytes, size_t at, Random& random,
                                         std::string& what) {
    std::string plain;
    try {
        plain =
            format::decompress_all(as_bytes(std::string_view(bytes).substr(at)), kPlainBytesMax);
    } catch (const Error&) {
        return std::nullopt;  // a frame that is damaged already has no content to change
    }
    what = forge_plain(plain, random) + " of the content of the frame at " + std::to_string(at);
    std::string forged = bytes.substr(0, at) + std::string(kChecksumBytes, '\0') + '\x02';
    append(forged, static_cast<uint32_t>(plain.size() + 9));
    append(forged, static_cast<uint32_t>(plain.size()));
    forged += plain;
    seal(forged, at);
    return forged;
}

}  // namespace

std::vector<Damage> accidents(const Files& files, const std::string& path,
                              const std::vector<std::string>& others, size_t count,
                              Random& random) {
    const Content& whole = files.at(path);
    std::vector<Damage> damages;
    auto add = [&](std::string what, std::string bytes) {
        if (bytes != *whole && damages.size() < count)
            damages.push_back({std::move(what), {{path, content_of(std::move(bytes))}}});
    };
    damages.push_back({"removed", {{path, nullptr}}});
    add("emptied", "");
    add("a byte cut off", whole->substr(0, whole->size() - 1));
    add("a byte added", *whole + '\0');
    add("doubled", *whole + *whole);
    add("half", whole->substr(0, whole->size() / 2));
    add("all zeros", std::string(whole->size(), '\0'));
    for (size_t tries = 0; damages.size() < count && tries < 4 * count; ++tries) {
        const std::string& other = others[below(random, others.size())];
        if (random() % 8 == 0 && *files.at(other) != *whole) {
            damages.push_back({"swapped with " + other, {{path, files.at(other)}, {other, whole}}});
            continue;
        }
        if (whole->empty()) continue;
        std::string bytes = *whole;
        std::string what = change(bytes, random);
        add(std::move(what), std::move(bytes));
    }
    return damages;
}

std::vector<Damage> forgeries(const Files& files, const std::string& path, size_t count,
                              Random& random) {
    const std::string& whole = *files.at(path);
    std::vector<size_t> frames = is_framed(path) ? frame_offsets(whole) : std::vector<size_t>();
    std::string checksums = path.substr(0, path.rfind('/') + 1) + "checksums.txt";
    std::vector<Damage> damages;
    for (size_t i = 0; i < count && !whole.empty(); ++i) {
        std::string bytes = whole;
        std::string what;
        if (frames.empty()) {
            what = forge_plain(bytes, random);
        } else if (random() % 2 == 0) {
            what = forge_frame(bytes, frames[below(random, frames.size())], random);
        } else {
            std::optional<std::string> forged = forge_content(bytes, frames.back(), random, what);
            if (!forged) continue;
            bytes = *forged;
        }
        Damage damage{"forged: " + what, {{path, content_of(std::move(bytes))}}};
        if (path != checksums) damage.changes[checksums] = nullptr;
        damages.push_back(std::move(damage));
    }
    return damages;
}

}  // namespace ch::corruption
