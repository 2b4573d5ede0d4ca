#include "tools/ch/column_storage.h"

#include <algorithm>
#include <array>

#include "tools/ch/frame_scan.h"

namespace ch::tools {

namespace {

/// Adds up frames. The codec is looked up in the first frame of each run and where the method
/// changes.
class FrameCount {
public:
    FrameCount(const io::ReadableFile& file, ColumnStorage& storage)
        : file_(file), storage_(storage) {}

    void add(const FrameAt& frame) {
        storage_.compressed_bytes += frame.bytes;
        storage_.uncompressed_bytes += frame.uncompressed_bytes;
        if (seen_[frame.method]) return;
        seen_[frame.method] = true;
        std::string codec = read_codec_name(file_, frame);
        auto& codecs = storage_.codecs;
        if (std::find(codecs.begin(), codecs.end(), codec) == codecs.end())
            codecs.push_back(std::move(codec));
    }

private:
    const io::ReadableFile& file_;
    ColumnStorage& storage_;
    std::array<bool, 256> seen_{};
};

void inspect_wide(const part::Part& part, size_t column, ColumnStorage& storage) {
    storage.streams = part.column_streams(column);
    for (const std::string& stream : storage.streams) {
        auto file = part.folder().open(stream + ".bin");
        FrameCount count(*file, storage);
        scan_frames(*file, 0, file->size(), [&](const FrameAt& frame) { count.add(frame); });
    }
}

void inspect_compact(const part::Part& part, size_t column, ColumnStorage& storage) {
    storage.streams = {"data"};
    auto file = part.folder().open("data.bin");
    FrameCount count(*file, storage);
    uint64_t counted_to = 0;
    for (size_t granule = 0; granule < part.granules().count(); ++granule) {
        const auto [begin, end] = part.column_extent(column, granule);
        // Neighbouring columns and granules may share a frame (mergetree.md 4): it counts for the
        // first one that is met.
        const uint64_t from = std::max(begin.frame_offset, counted_to);
        // An end within a frame means that its first bytes are the column's too.
        const uint64_t to = end.frame_offset + (end.inner_offset > 0 ? 1 : 0);
        scan_frames(*file, from, to, [&](const FrameAt& frame) {
            count.add(frame);
            counted_to = frame.offset + frame.bytes;
        });
    }
}

}  // namespace

ColumnStorage inspect_column(const part::Part& part, size_t column) {
    ColumnStorage storage;
    const column::NameAndType& named = part.columns()[column];
    storage.name = named.name;
    storage.type = named.type->name();
    storage.sparse = part.serialization().form(named.name).sparse;
    if (part.kind() == part::PartKind::Wide)
        inspect_wide(part, column, storage);
    else
        inspect_compact(part, column, storage);
    return storage;
}

}  // namespace ch::tools
