#include "engine/format/checksums_txt.h"

#include <algorithm>

#include "engine/format/compressed_frame.h"
#include "engine/format/file_limits.h"

// "checksums format version: 4\n", then frames of:
//   varuint count, then per file: str name | varuint size | 16 bytes hash | u8 compressed
//                                 [compressed = 1: varuint uncompressed size | 16 bytes hash]

namespace ch::format {

namespace {

constexpr std::string_view kPrefix = "checksums format version: ";
constexpr size_t kEntryBytesMin = 1 + 1 + 16 + 1;

Hash128 read_hash(ByteReader& reader) {
    Hash128 hash;
    hash.low = reader.read<uint64_t>();
    hash.high = reader.read<uint64_t>();
    return hash;
}

// Names become paths below the part's folder: one with a slash or `..` could lead out of it.
void check_name(std::string_view name) {
    bool fits = !name.empty() && name.size() <= kFileNameBytesMax && name != "." && name != ".." &&
                name.find('/') == std::string_view::npos &&
                name.find('\0') == std::string_view::npos;
    if (!fits)
        throw Error(ErrorCode::Corrupt, "a listed file has the impossible name \"" +
                                            std::string(name.substr(0, 200)) + "\"");
}

FileChecksum read_entry(ByteReader& reader) {
    FileChecksum file;
    file.name = reader.read_string();
    check_name(file.name);
    file.size = reader.read_varuint();
    file.hash = read_hash(reader);
    auto compressed = reader.read<uint8_t>();
    if (compressed > 1)
        throw Error(ErrorCode::Corrupt, "file \"" + file.name + "\": compressed flag is " +
                                            std::to_string(compressed) + ", expected 0 or 1");
    file.compressed = compressed == 1;
    if (!file.compressed) return file;
    file.uncompressed_size = reader.read_varuint();
    file.uncompressed_hash = read_hash(reader);
    return file;
}

}  // namespace

Checksums Checksums::parse(Bytes content) {
    std::string_view text = as_text(content);
    size_t line_end = text.substr(0, 64).find('\n');
    if (!text.starts_with(kPrefix) || line_end == std::string_view::npos)
        throw Error(ErrorCode::Corrupt, "does not begin with \"checksums format version: \"", {},
                    0);
    std::string_view version = text.substr(kPrefix.size(), line_end - kPrefix.size());
    if (version != "4")
        throw Error(ErrorCode::Unsupported, "checksums format version \"" + std::string(version) +
                                                "\" is not read, only 4");
    std::string plain = decompress_all(content.subspan(line_end + 1), kSmallFileBytesMax);
    ByteReader reader(as_bytes(plain));
    uint64_t count = reader.read_varuint();
    // Bounds the reserve() below by the bytes that are really there.
    if (count > reader.remaining() / kEntryBytesMin)
        throw Error(ErrorCode::Corrupt, std::to_string(count) + " files announced in " +
                                            std::to_string(reader.remaining()) + " bytes");
    Checksums checksums;
    checksums.files_.reserve(count);
    for (uint64_t i = 0; i < count; ++i) checksums.files_.push_back(read_entry(reader));
    if (!reader.at_end())
        throw Error(ErrorCode::Corrupt,
                    std::to_string(reader.remaining()) + " bytes are left behind the last file");
    auto by_name = [](const FileChecksum& a, const FileChecksum& b) { return a.name < b.name; };
    // ClickHouse writes them sorted but does not check it when reading; find() relies on it.
    std::sort(checksums.files_.begin(), checksums.files_.end(), by_name);
    for (size_t i = 1; i < checksums.files_.size(); ++i)
        if (checksums.files_[i].name == checksums.files_[i - 1].name)
            throw Error(ErrorCode::Corrupt,
                        "file \"" + checksums.files_[i].name + "\" is listed twice");
    return checksums;
}

const FileChecksum* Checksums::find(std::string_view name) const {
    auto found = std::lower_bound(
        files_.begin(), files_.end(), name,
        [](const FileChecksum& file, std::string_view wanted) { return file.name < wanted; });
    return found != files_.end() && found->name == name ? &*found : nullptr;
}

}  // namespace ch::format
