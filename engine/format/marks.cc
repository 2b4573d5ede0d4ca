#include "engine/format/marks.h"

#include "engine/format/compressed_frame.h"
#include "engine/format/file_limits.h"

namespace ch::format {

namespace {

[[noreturn]] void fail(const std::string& what) {
    throw Error(ErrorCode::Corrupt, what);
}

}  // namespace

std::string MarksKind::extension() const {
    std::string text = compressed ? ".cmrk" : ".mrk";
    if (version > 1) text += std::to_string(version);
    return text;
}

std::optional<MarksKind> MarksKind::of_file(std::string_view file_name) {
    size_t dot = file_name.rfind('.');
    if (dot == std::string_view::npos) return std::nullopt;
    std::string_view extension = file_name.substr(dot + 1);
    MarksKind kind;
    kind.compressed = extension.starts_with('c');
    if (kind.compressed) extension.remove_prefix(1);
    if (!extension.starts_with("mrk")) return std::nullopt;
    extension.remove_prefix(3);
    if (extension.empty()) {
        kind.version = 1;
    } else if (extension.size() == 1 && extension[0] >= '2' && extension[0] <= '4') {
        kind.version = static_cast<uint8_t>(extension[0] - '0');
    } else {
        return std::nullopt;
    }
    return kind;
}

MarksFile parse_marks(Bytes content, MarksKind kind, size_t streams) {
    std::string plain;
    if (kind.compressed) {
        plain = decompress_all(content, kSmallFileBytesMax);
        content = as_bytes(plain);
    }
    if (streams == 0) fail("a part without columns has marks");
    size_t granule_bytes = streams * 16 + (kind.has_rows() ? 8 : 0);
    // Per granule: streams x (u64 frame offset, u64 inner offset), then u64 rows but in .mrk.
    if (content.size() % granule_bytes != 0)
        fail("marks have " + std::to_string(content.size()) + " bytes, expected a multiple of " +
             std::to_string(granule_bytes));
    size_t count = content.size() / granule_bytes;
    // Memory for marks is several times the file's, so the count has a limit of its own.
    if (count > kGranulesMax) fail(std::to_string(count) + " granules are too many");
    MarksFile file;
    file.streams = streams;
    file.marks.resize(count * streams);
    if (kind.has_rows()) file.rows.resize(count);
    const uint8_t* at = content.data();
    Mark* mark = file.marks.data();
    for (size_t i = 0; i < count; ++i) {
        for (size_t s = 0; s < streams; ++s, ++mark, at += 16)
            *mark = {load<uint64_t>(at), load<uint64_t>(at + 8)};
        if (!kind.has_rows()) continue;
        file.rows[i] = load<uint64_t>(at);
        at += 8;
    }
    return file;
}

Granules granules_of_rows(std::span<const uint64_t> rows, uint64_t part_rows) {
    Granules granules;
    granules.first_row.reserve(rows.size() + 1);
    granules.first_row.push_back(0);
    uint64_t total = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
        // The final mark: 0 rows, pointing at the end (mergetree.md 4). Anywhere else 0 rows are
        // damage.
        if (rows[i] == 0 && i + 1 == rows.size()) {
            granules.has_final_mark = true;
            break;
        }
        if (rows[i] == 0) fail("granule " + std::to_string(i) + " has no rows");
        // As a difference, since the sum of two numbers from disk could wrap.
        if (rows[i] > part_rows - total)
            fail("granules up to number " + std::to_string(i) + " have more rows than the part's " +
                 std::to_string(part_rows));
        total += rows[i];
        granules.first_row.push_back(total);
    }
    if (total != part_rows)
        fail("granules have " + std::to_string(total) + " rows, the part has " +
             std::to_string(part_rows));
    return granules;
}

Granules granules_of_size(uint64_t granule_rows, size_t marks_count, uint64_t part_rows) {
    if (granule_rows == 0) fail("granules of 0 rows");
    // Nothing in such a file tells the size: it is the table's index_granularity, and one that does
    // not fit the number of marks is refused rather than guessed.
    uint64_t count = part_rows / granule_rows + (part_rows % granule_rows != 0 ? 1 : 0);
    if (marks_count != count && marks_count != count + 1)
        fail(std::to_string(marks_count) + " marks do not fit " + std::to_string(part_rows) +
             " rows in granules of " + std::to_string(granule_rows));
    Granules granules;
    granules.has_final_mark = marks_count == count + 1;
    granules.first_row.reserve(count + 1);
    // No overflow: i < count, so the product is below part_rows.
    for (uint64_t i = 0; i < count; ++i) granules.first_row.push_back(i * granule_rows);
    granules.first_row.push_back(part_rows);
    return granules;
}

}  // namespace ch::format
