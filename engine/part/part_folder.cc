#include "engine/part/part_folder.h"

#include <algorithm>
#include <array>

#include "engine/format/file_limits.h"
#include "engine/format/stream_name.h"
#include "engine/part/limits.h"

namespace ch::part {

namespace {

constexpr const char* kChecksumsFile = "checksums.txt";

}  // namespace

PartFolder::PartFolder(std::shared_ptr<const io::FileSystem> files, std::string path)
    : files_(std::move(files)), path_(std::move(path)), entries_(files_->list(path_)) {
    if (!has(kChecksumsFile)) return;
    std::string checksums_path = path_of(kChecksumsFile);
    std::string content = io::read_small_file(*files_, checksums_path, format::kSmallFileBytesMax);
    try {
        checksums_ = format::Checksums::parse(as_bytes(content));
    } catch (const Error& error) {
        throw error.with_path(checksums_path);
    }
    has_checksums_ = true;
    for (const format::FileChecksum& file : checksums_.files())
        if (!has(file.name))
            throw Error(ErrorCode::Corrupt,
                        "the file is missing; checksums.txt lists it with " +
                            std::to_string(file.size) + " bytes",
                        path_of(file.name));
}

bool PartFolder::has(std::string_view file) const {
    auto found = std::lower_bound(
        entries_.begin(), entries_.end(), file,
        [](const io::DirectoryEntry& entry, std::string_view name) { return entry.name < name; });
    return found != entries_.end() && found->name == file;
}

uint64_t PartFolder::bytes() const {
    uint64_t total = 0;
    if (has_checksums_) {
        for (const format::FileChecksum& file : checksums_.files()) total += file.size;
        return total;
    }
    for (const io::DirectoryEntry& entry : entries_)
        if (entry.kind == io::EntryKind::File) total += file_bytes(entry.name);
    return total;
}

size_t PartFolder::memory_bytes() const {
    size_t total = path_.capacity();
    for (const io::DirectoryEntry& entry : entries_)
        total += sizeof(io::DirectoryEntry) + entry.name.capacity();
    for (const format::FileChecksum& file : checksums_.files())
        total += sizeof(format::FileChecksum) + file.name.capacity();
    return total;
}

uint64_t PartFolder::file_bytes(const std::string& file) const {
    if (const format::FileChecksum* listed = checksums_.find(file)) return listed->size;
    return files_->file_size(path_of(file)).value_or(0);
}

std::string PartFolder::read(const std::string& file) const {
    std::string path = path_of(file);
    std::string content = io::read_small_file(*files_, path, format::kSmallFileBytesMax);
    const format::FileChecksum* listed = checksums_.find(file);
    if (listed == nullptr) return content;
    if (content.size() != listed->size)
        throw Error(ErrorCode::Corrupt,
                    "the file has " + std::to_string(content.size()) +
                        " bytes, checksums.txt says " + std::to_string(listed->size),
                    path);
    format::FileHasher hasher;
    hasher.update(as_bytes(content));
    if (hasher.finish() != listed->hash)
        throw Error(ErrorCode::Corrupt, "the file's hash is not the one in checksums.txt", path);
    return content;
}

std::unique_ptr<io::ReadableFile> PartFolder::open(const std::string& file) const {
    std::unique_ptr<io::ReadableFile> opened = files_->open(path_of(file));
    const format::FileChecksum* listed = checksums_.find(file);
    if (listed != nullptr && opened->size() != listed->size)
        throw Error(ErrorCode::Corrupt,
                    "the file has " + std::to_string(opened->size()) +
                        " bytes, checksums.txt says " + std::to_string(listed->size),
                    opened->path());
    if (listed != nullptr && listed->size <= kHashedFileBytesMax) verify_hash(*opened, *listed);
    return opened;
}

void PartFolder::verify_hash(const io::ReadableFile& opened,
                             const format::FileChecksum& listed) const {
    {
        std::lock_guard lock(verified_->mutex);
        if (verified_->files.count(listed.name) > 0) return;
    }
    format::FileHasher hasher;
    std::array<uint8_t, 16384> piece;
    for (uint64_t at = 0; at < listed.size; at += piece.size()) {
        auto count = static_cast<size_t>(std::min<uint64_t>(piece.size(), listed.size - at));
        io::read_exactly(opened, at, piece.data(), count);
        hasher.update({piece.data(), count});
    }
    if (hasher.finish() != listed.hash)
        throw Error(ErrorCode::Corrupt, "the file's hash is not the one in checksums.txt",
                    opened.path());
    std::lock_guard lock(verified_->mutex);
    verified_->files.insert(listed.name);
}

std::optional<std::string> PartFolder::stream_base(const std::string& stream,
                                                   std::string_view extension) const {
    if (has(stream + std::string(extension))) return stream;
    std::string hashed = format::hashed_stream_name(stream);
    if (has(hashed + std::string(extension))) return hashed;
    return std::nullopt;
}

}  // namespace ch::part
