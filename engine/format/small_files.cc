#include "engine/format/small_files.h"

#include <algorithm>

#include "engine/format/frame_encoder.h"

namespace ch::format {

namespace {

void append_hash(std::string& to, const Hash128& hash) {
    append(to, hash.low);
    append(to, hash.high);
}

std::string quoted_name(std::string_view name) {
    std::string text = "`";
    for (char c : name) {
        switch (c) {
            case '\\':
                text += "\\\\";
                break;
            case '`':
                text += "\\`";
                break;
            case '\b':
                text += "\\b";
                break;
            case '\f':
                text += "\\f";
                break;
            case '\n':
                text += "\\n";
                break;
            case '\r':
                text += "\\r";
                break;
            case '\t':
                text += "\\t";
                break;
            case '\0':
                text += "\\0";
                break;
            default:
                text += c;
        }
    }
    return text + "`";
}

}  // namespace

std::string columns_txt(std::span<const column::NameAndType> columns) {
    std::string text =
        "columns format version: 1\n" + std::to_string(columns.size()) + " columns:\n";
    for (const column::NameAndType& column : columns)
        text += quoted_name(column.name) + " " + column.type->name() + "\n";
    return text;
}

std::string checksums_txt(std::vector<FileChecksum> files,
                          const std::shared_ptr<BufferPool>& pool) {
    // ClickHouse writes them by name (mergetree.md 2.2).
    std::sort(files.begin(), files.end(),
              [](const FileChecksum& a, const FileChecksum& b) { return a.name < b.name; });
    std::string plain;
    append_varuint(plain, files.size());
    for (const FileChecksum& file : files) {
        append_varuint(plain, file.name.size());
        plain += file.name;
        append_varuint(plain, file.size);
        // An entry: str name | varuint size | hash | u8 compressed [| varuint size | hash of the
        // content].
        append_hash(plain, file.hash);
        append(plain, static_cast<uint8_t>(file.compressed ? 1 : 0));
        if (!file.compressed) continue;
        append_varuint(plain, file.uncompressed_size);
        append_hash(plain, file.uncompressed_hash);
    }
    // LZ4, which every version reads there; newer ones write ZSTD.
    FrameEncoder encoder(FrameCodec{}, pool);
    return "checksums format version: 4\n" + std::string(as_text(encoder.encode(as_bytes(plain))));
}

std::string marks_with_rows(std::span<const Mark> marks, std::span<const uint64_t> rows,
                            size_t streams) {
    CH_ASSERT(marks.size() == rows.size() * streams);
    std::string content;
    content.reserve(marks.size() * sizeof(Mark) + rows.size() * sizeof(uint64_t));
    for (size_t granule = 0; granule < rows.size(); ++granule) {
        for (const Mark& mark : marks.subspan(granule * streams, streams)) {
            append(content, mark.frame_offset);
            append(content, mark.inner_offset);
        }
        // A granule: streams x (u64, u64), then u64 rows, as parse_marks() reads them.
        append(content, rows[granule]);
    }
    return content;
}

}  // namespace ch::format
