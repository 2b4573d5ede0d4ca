#include "engine/part/part_files.h"

#include "engine/format/small_files.h"

namespace ch::part {

HashedFile::HashedFile(io::FileSystem& files, const std::string& folder, std::string name)
    : name_(std::move(name)), file_(files.create(folder + "/" + name_)) {}

void HashedFile::append(Bytes bytes) {
    file_->append(bytes);
    hasher_.update(bytes);
    bytes_ += bytes.size();
}

void PartFiles::add(HashedFile file) {
    format::FileChecksum listed;
    listed.name = file.name_;
    listed.size = file.bytes_;
    listed.hash = file.hasher_.finish();
    listed_.push_back(std::move(listed));
    bytes_ += file.bytes_;
    open_.push_back(std::move(file.file_));
}

void PartFiles::add(HashedFile file, uint64_t uncompressed_size,
                    format::Hash128 uncompressed_hash) {
    add(std::move(file));
    listed_.back().compressed = true;
    listed_.back().uncompressed_size = uncompressed_size;
    listed_.back().uncompressed_hash = uncompressed_hash;
}

void PartFiles::write(std::string name, Bytes content) {
    HashedFile file = create(std::move(name));
    if (!content.empty()) file.append(content);
    add(std::move(file));
}

void PartFiles::write_unlisted(std::string name, Bytes content) {
    std::unique_ptr<io::WritableFile> file = files_.create(folder_ + "/" + name);
    file->append(content);
    bytes_ += content.size();
    unlisted_.push_back({std::move(name), content_hash(content)});
    open_.push_back(std::move(file));
}

ContentHash PartFiles::write_checksums(const std::shared_ptr<BufferPool>& pool) {
    std::string content = format::checksums_txt(std::move(listed_), pool);
    write_unlisted("checksums.txt", as_bytes(content));
    ContentHash hash = unlisted_.back().hash;
    unlisted_.pop_back();
    return hash;
}

}  // namespace ch::part
