#include "tools/ch/part_check.h"

#include <algorithm>

#include "base/error.h"
#include "engine/format/city_hash.h"

namespace ch::tools {

namespace {

constexpr size_t kReadBytes = 1 << 20;

std::string hash_text(const format::Hash128& hash) {
    return to_hex({reinterpret_cast<const uint8_t*>(&hash), sizeof(hash)});
}

void check_file(const part::Part& part, const format::FileChecksum& listed, PartCheck& check,
                Progress& progress) {
    auto file = part.folder().open(listed.name);
    format::FileHasher hasher;
    std::string piece(kReadBytes, '\0');
    for (uint64_t at = 0; at < listed.size;) {
        const auto count = static_cast<size_t>(std::min<uint64_t>(kReadBytes, listed.size - at));
        io::read_exactly(*file, at, piece.data(), count);
        hasher.update(as_bytes(std::string_view(piece).substr(0, count)));
        at += count;
        check.bytes += count;
        progress.advance(count);
    }
    const format::Hash128 found = hasher.finish();
    if (!(found == listed.hash))
        throw Error(ErrorCode::Corrupt,
                    "checksum of the file: expected " + hash_text(listed.hash) + ", found " +
                        hash_text(found) + "; restore the part from a copy",
                    file->path());
}

}  // namespace

PartCheck check_part(const part::Part& part, Progress& progress) {
    PartCheck check;
    for (const format::FileChecksum& listed : part.folder().checksums().files()) {
        if (listed.name.ends_with(".proj")) continue;
        try {
            check_file(part, listed, check, progress);
            ++check.files;
        } catch (const Error& error) {
            if (error.code() == ErrorCode::Bug || error.code() == ErrorCode::MemoryLimit) throw;
            check.damages.emplace_back(error.what());
        }
    }
    return check;
}

}  // namespace ch::tools
