#include <algorithm>

#include "base/memory_budget.h"
#include "engine/format/columns_substreams.h"
#include "engine/format/compressed_frame.h"
#include "engine/part/decoder.h"
#include "engine/part/limits.h"
#include "engine/part/part.h"

// Part's marks and granules: all that is read on first use from *.mrk*.

namespace ch::part {

namespace {

// Writes down the streams that a decoder asks for.
class StreamNames final : public StreamSource {
public:
    struct Stream {
        std::string name;
        std::string other;
        size_t row_bytes;
    };
    Substream& open(const std::string& name, const std::string& other, size_t row_bytes) override {
        streams.push_back({name, other, row_bytes});
        return nowhere_;
    }
    [[nodiscard]] bool is_compact() const override { return false; }

    std::vector<Stream> streams;

private:
    Substream nowhere_{std::string()};
};

StreamNames names_of(const column::NameAndType& column, const format::Serialization& forms) {
    StreamNames names;
    (void)make_decoder(column, forms, names, nullptr);
    return names;
}

std::optional<std::string> base_of(const PartFolder& folder, const StreamNames::Stream& stream) {
    std::optional<std::string> base = folder.stream_base(stream.name, ".bin");
    if (!base && !stream.other.empty()) base = folder.stream_base(stream.other, ".bin");
    return base;
}

// Uncompressed bytes of a file between two marks, from the headers of its frames.
uint64_t bytes_between(const io::ReadableFile& file, format::Mark from, format::Mark to) {
    uint64_t total = 0;
    uint64_t at = from.frame_offset;
    while (at < to.frame_offset) {
        uint8_t header[format::kFrameHeaderBytes];
        io::read_exactly(file, at, header, sizeof(header));
        format::FrameHeader frame = format::parse_frame_header(header);
        total += frame.uncompressed_bytes;
        at += frame.frame_bytes;
    }
    return total + to.inner_offset - from.inner_offset;
}

}  // namespace

std::shared_ptr<const format::MarksFile> Part::read_marks(const std::string& base,
                                                          size_t streams) const {
    std::string file = base + marks_kind_.extension();
    // The charge lives as long as somebody has the marks.
    struct Held {
        format::MarksFile marks;
        MemoryCharge charge;
    };
    try {
        std::string content = folder_.read(file);
        auto held = std::make_shared<Held>();
        held->marks = format::parse_marks(as_bytes(content), marks_kind_, streams);
        held->charge = charge(held->marks.marks.capacity() * sizeof(format::Mark) +
                              held->marks.rows.capacity() * sizeof(uint64_t));
        return {held, &held->marks};
    } catch (const Error& error) {
        throw error.with_path(folder_.path_of(file));
    }
}

std::shared_ptr<const std::vector<format::Mark>> Part::stream_marks(const std::string& base) const {
    {
        std::lock_guard lock(mutex_);
        auto found = marks_.find(base);
        if (found != marks_.end()) return found->second;
    }
    std::shared_ptr<const format::MarksFile> file = read_marks(base, 1);
    const format::Granules& part = granules();
    size_t expected = part.count() + (part.has_final_mark ? 1 : 0);
    auto fail = [&](const std::string& what) {
        throw Error(ErrorCode::Corrupt, what, folder_.path_of(base + marks_kind_.extension()));
    };
    if (file->count() != expected)
        fail("the stream has " + std::to_string(file->count()) + " marks, the part " +
             std::to_string(expected));
    for (size_t g = 0; g < part.count() && marks_kind_.has_rows(); ++g)
        if (file->rows[g] != part.rows(g))
            fail("granule " + std::to_string(g) + " has " + std::to_string(file->rows[g]) +
                 " rows here, " + std::to_string(part.rows(g)) + " elsewhere in the part");
    std::shared_ptr<const std::vector<format::Mark>> marks(file, &file->marks);
    std::lock_guard lock(mutex_);
    return marks_.try_emplace(base, std::move(marks)).first->second;
}

std::vector<uint64_t> Part::compact_first_streams() const {
    std::vector<uint64_t> first;
    if (marks_kind_.version < 4) {
        for (size_t i = 0; i <= layout_->stored_columns; ++i) first.push_back(i);
        return first;
    }
    std::string file = "columns_substreams.txt";
    try {
        std::vector<format::ColumnSubstreams> listed =
            format::parse_columns_substreams(folder_.read(file));
        if (listed.size() != layout_->stored_columns)
            throw Error(ErrorCode::Corrupt,
                        "columns_substreams.txt has " + std::to_string(listed.size()) +
                            " columns, columns.txt " + std::to_string(layout_->stored_columns));
        for (size_t i = 0; i < columns().size(); ++i)
            if (listed[layout_->stored_position[i]].column != columns()[i].name)
                throw Error(ErrorCode::Corrupt, "column \"" + columns()[i].name +
                                                    "\" has another place than in columns.txt");
        first.push_back(0);
        for (const format::ColumnSubstreams& column : listed) {
            if (column.streams.empty())
                throw Error(ErrorCode::Corrupt, "column \"" + column.column + "\" has no streams");
            first.push_back(first.back() + column.streams.size());
        }
    } catch (const Error& error) {
        throw error.with_path(folder_.path_of(file));
    }
    return first;
}

std::shared_ptr<const format::MarksFile> Part::compact_marks() const {
    {
        std::lock_guard lock(mutex_);
        if (compact_marks_ != nullptr) return compact_marks_;
    }
    std::vector<uint64_t> first = compact_first_streams();
    std::shared_ptr<const format::MarksFile> file = read_marks("data", first.back());
    std::lock_guard lock(mutex_);
    if (compact_marks_ == nullptr) {
        compact_first_streams_ = std::move(first);
        compact_marks_ = std::move(file);
    }
    return compact_marks_;
}

std::pair<format::Mark, format::Mark> Part::column_extent(size_t column, size_t granule) const {
    CH_ASSERT(kind_ == PartKind::Compact && column < columns().size() &&
              granule < granules().count());
    std::shared_ptr<const format::MarksFile> file = compact_marks();
    size_t place = layout_->stored_position[column];
    const format::Mark* marks = file->marks.data() + granule * file->streams;
    format::Mark begin = marks[compact_first_streams_[place]];
    format::Mark end;
    if (place + 1 < layout_->stored_columns) {
        end = marks[compact_first_streams_[place + 1]];
    } else if (granule + 1 < file->count()) {
        end = marks[file->streams];
    } else {
        end.frame_offset = folder_.file_bytes("data.bin");
    }
    if (end.frame_offset < begin.frame_offset ||
        (end.frame_offset == begin.frame_offset && end.inner_offset < begin.inner_offset))
        throw Error(ErrorCode::Corrupt,
                    "the marks of granule " + std::to_string(granule) + " run backwards",
                    folder_.path_of("data" + marks_kind_.extension()));
    return {begin, end};
}

std::vector<std::string> Part::column_streams(size_t column) const {
    CH_ASSERT(kind_ == PartKind::Wide && column < columns().size());
    std::vector<std::string> bases;
    for (const StreamNames::Stream& stream : names_of(columns()[column], serialization()).streams) {
        std::optional<std::string> base = base_of(folder_, stream);
        if (!base)
            throw Error(ErrorCode::Corrupt, "the part has no file for this stream",
                        folder_.path_of(stream.name + ".bin"));
        bases.push_back(*base);
    }
    return bases;
}

uint64_t Part::find_granule_rows(size_t& marks_count) const {
    for (const column::NameAndType& column : columns()) {
        if (column.type->id == column::TypeId::Unsupported) continue;
        for (const StreamNames::Stream& stream : names_of(column, serialization()).streams) {
            std::optional<std::string> base = base_of(folder_, stream);
            if (!base) continue;
            std::shared_ptr<const format::MarksFile> file = read_marks(*base, 1);
            marks_count = file->count();
            if (marks_count < 2) return rows_;
            if (stream.row_bytes == 0) continue;
            std::unique_ptr<io::ReadableFile> data = folder_.open(*base + ".bin");
            try {
                uint64_t rows =
                    bytes_between(*data, file->marks[0], file->marks[1]) / stream.row_bytes;
                if (rows > 0) return rows;
            } catch (const Error& error) {
                throw error.with_path(data->path());
            }
        }
    }
    return options_.granule_rows;
}

format::Granules Part::find_granules() const {
    if (rows_ == 0) return format::granules_of_rows({}, 0);
    if (kind_ == PartKind::Compact) return format::granules_of_rows(compact_marks()->rows, rows_);
    if (!marks_kind_.has_rows()) {
        size_t marks_count = 0;
        uint64_t rows = find_granule_rows(marks_count);
        return format::granules_of_size(rows, marks_count, rows_);
    }
    std::string extension = marks_kind_.extension();
    for (const io::DirectoryEntry& entry : folder_.entries()) {
        if (!entry.name.ends_with(extension) || entry.name.starts_with("skp_idx_")) continue;
        std::string base = entry.name.substr(0, entry.name.size() - extension.size());
        return format::granules_of_rows(read_marks(base, 1)->rows, rows_);
    }
    throw Error(ErrorCode::Corrupt, "the part has rows, but no marks file", folder_.path());
}

const format::Granules& Part::granules() const {
    {
        std::lock_guard lock(mutex_);
        if (granules_ != nullptr) return *granules_;
    }
    std::unique_ptr<const format::Granules> found;
    try {
        found = std::make_unique<const format::Granules>(find_granules());
    } catch (const Error& error) {
        throw error.with_path(folder_.path());
    }
    MemoryCharge charged = charge(found->first_row.capacity() * sizeof(uint64_t));
    std::lock_guard lock(mutex_);
    if (granules_ == nullptr) {
        granules_ = std::move(found);
        granules_charge_ = std::move(charged);
    }
    return *granules_;
}

}  // namespace ch::part
