#include "base/io/file_system.h"

namespace ch::io {

std::string read_small_file(const FileSystem& files, const std::string& path, uint64_t bytes_max) {
    std::unique_ptr<ReadableFile> file = files.open(path);
    if (file->size() > bytes_max)
        throw Error(ErrorCode::Corrupt,
                    "file has " + std::to_string(file->size()) + " bytes, at most " +
                        std::to_string(bytes_max) + " are expected",
                    path);
    // A file that shrank since it was opened is found by read_exactly(); one that grew is read as
    // it was.
    std::string content(static_cast<size_t>(file->size()), '\0');
    read_exactly(*file, 0, content.data(), content.size());
    return content;
}

void write_small_file(FileSystem& files, const std::string& path, Bytes content) {
    std::unique_ptr<WritableFile> file = files.create(path);
    file->append(content);
    file->sync();
    file->close();
}

void read_exactly(const ReadableFile& file, uint64_t offset, void* to, size_t count) {
    size_t got = file.read_at(offset, to, count);
    if (got != count)
        throw Error(ErrorCode::Corrupt,
                    "file ends early: " + std::to_string(count) + " bytes expected here, " +
                        std::to_string(got) + " found; file size is " + std::to_string(file.size()),
                    file.path(), static_cast<int64_t>(offset));
}

}  // namespace ch::io
