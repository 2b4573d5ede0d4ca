#include "engine/store/write_task.h"

#include "base/error.h"
#include "engine/store/describe.h"

namespace ch::storage {

namespace {

constexpr uint64_t kFormat = 1;
constexpr uint64_t kPathBytesMax = 64u << 10;

constexpr auto describe_path = [](auto& archive, auto& path) {
    archive.text(path, kPathBytesMax, "bytes of a path");
};

constexpr auto describe_task = [](auto& archive, auto& task) {
    describe_path(archive, task.root);
    archive.number(task.target.table);
    describe_path(archive, task.target.folder);
    describe_schema(archive, task.target.schema);
    archive.number(task.target.epoch);
    archive.number(task.target.max_commit_ts);
    archive.optional(task.commit_ts, [](auto& inner, auto& ts) { inner.number(ts); });
};

constexpr auto describe_new_part = [](auto& archive, auto& part) {
    describe_path(archive, part.folder);
    describe_name(archive, part.partition_id);
    describe_part(archive, part.record);
    archive.optional(part.bitmap, describe_bitmap);
};

Decoder open(std::string_view bytes) {
    Decoder decoder(bytes);
    uint64_t format = 0;
    decoder.number(format);
    if (format != kFormat)
        throw Error(ErrorCode::Unsupported, "a write task of format " + std::to_string(format) +
                                                ", this library has " + std::to_string(kFormat) +
                                                "; run one version of it in all processes");
    return decoder;
}

}  // namespace

std::string encode_write_task(const WriteTask& task) {
    std::string bytes;
    Encoder encoder(bytes);
    encoder.number(kFormat);
    describe_task(encoder, task);
    return bytes;
}

WriteTask decode_write_task(std::string_view bytes) {
    Decoder decoder = open(bytes);
    WriteTask task;
    describe_task(decoder, task);
    decoder.finish();
    return task;
}

std::string encode_new_parts(std::span<const NewPart> parts) {
    std::string bytes;
    Encoder encoder(bytes);
    encoder.number(kFormat);
    encoder.number(parts.size());
    for (const NewPart& part : parts) {
        CH_ASSERT(part.unsynced.empty());
        describe_new_part(encoder, part);
    }
    return bytes;
}

std::vector<NewPart> decode_new_parts(std::string_view bytes) {
    Decoder decoder = open(bytes);
    uint64_t count = 0;
    decoder.number(count);
    std::vector<NewPart> parts;
    // A part takes dozens of bytes, so a false count ends at the end of the bytes.
    for (; count > 0; --count) describe_new_part(decoder, parts.emplace_back());
    decoder.finish();
    return parts;
}

}  // namespace ch::storage
