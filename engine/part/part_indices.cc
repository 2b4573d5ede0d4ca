#include "engine/format/compressed_frame.h"
#include "engine/format/file_limits.h"
#include "engine/format/stream_name.h"
#include "engine/part/part.h"

// Part's skip indices: single files, or all of them in skp_idx.packed.

namespace ch::part {

namespace {

constexpr const char* kPackedFile = "skp_idx.packed";

// The content of an index file, and the name of the file that it stands in.
struct Found {
    std::string file;
    std::string content;
};

std::optional<Found> find_index_file(const PartFolder& folder, const std::string& stream,
                                     std::string_view extension) {
    if (std::optional<std::string> base = folder.stream_base(stream, extension)) {
        std::string file = *base + std::string(extension);
        return Found{file, folder.read(file)};
    }
    if (!folder.has(kPackedFile)) return std::nullopt;
    std::string packed = folder.read(kPackedFile);
    std::string hashed = format::hashed_stream_name(stream) + std::string(extension);
    for (const format::PackedFile& file : format::parse_packed_directory(as_bytes(packed)))
        if (file.name == stream + std::string(extension) || file.name == hashed)
            return Found{kPackedFile, packed.substr(file.offset, file.size)};
    return std::nullopt;
}

}  // namespace

std::optional<format::SkipIndex> Part::skip_index(const std::string& index_name,
                                                  std::string_view type_text,
                                                  const std::vector<column::TypePtr>& types,
                                                  uint64_t granularity) const {
    std::optional<format::SkipIndex::Kind> kind = format::SkipIndex::kind_of(type_text);
    if (!kind || granularity == 0 || rows_ == 0) return std::nullopt;
    // minmax has been .idx2 since it knows NULL; what older servers wrote as .idx is left alone.
    const char* extension = *kind == format::SkipIndex::Kind::MinMax ? ".idx2" : ".idx";
    std::string stream = "skp_idx_" + format::escape_for_file_name(index_name);
    std::string file = stream + extension;
    try {
        std::optional<Found> found = find_index_file(folder_, stream, extension);
        if (!found) return std::nullopt;
        file = found->file;
        std::string plain =
            format::decompress_all(as_bytes(found->content), format::kSmallFileBytesMax);
        size_t count = (granules().count() + granularity - 1) / granularity;
        return format::SkipIndex::parse(as_bytes(plain), type_text, types, count);
    } catch (const Error& error) {
        throw error.with_path(folder_.path_of(file));
    }
}

}  // namespace ch::part
