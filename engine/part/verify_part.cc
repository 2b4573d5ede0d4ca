#include "engine/part/verify_part.h"

#include <algorithm>

#include "engine/format/compressed_frame.h"
#include "engine/part/limits.h"

namespace ch::part {

namespace {

// Files that ClickHouse never lists in checksums.txt.
constexpr const char* kUnlisted[] = {
    "checksums.txt",
    "columns.txt",
    "columns_substreams.txt",
    "default_compression_codec.txt",
    "metadata_version.txt",
    "txn_version.txt",
    "uuid.txt",
    "invalidated_system_columns.txt",
};

format::Hash128 hash_of(const io::ReadableFile& file, Buffer& piece) {
    format::FileHasher hasher;
    for (uint64_t at = 0; at < file.size(); at += piece.size()) {
        auto count = static_cast<size_t>(std::min<uint64_t>(piece.size(), file.size() - at));
        io::read_exactly(file, at, piece.data(), count);
        hasher.update({piece.data(), count});
    }
    return hasher.finish();
}

class Verification {
public:
    Verification(const PartFolder& folder, const std::shared_ptr<BufferPool>& pool)
        : folder_(folder), pool_(pool), piece_(pool->make(kReadBytesMax)) {}

    std::vector<Finding> run() {
        for (const format::FileChecksum& file : folder_.checksums().files()) {
            if (file.name.ends_with(".proj")) continue;
            try {
                check(file);
            } catch (const Error& error) {
                if (error.code() == ErrorCode::MemoryLimit) throw;
                findings_.push_back({file.name, error.message()});
            }
        }
        for (const io::DirectoryEntry& entry : folder_.entries()) {
            bool known = folder_.checksums().find(entry.name) != nullptr ||
                         std::find(std::begin(kUnlisted), std::end(kUnlisted), entry.name) !=
                             std::end(kUnlisted);
            if (!known)
                findings_.push_back({entry.name, "the file is not listed in checksums.txt"});
        }
        return std::move(findings_);
    }

private:
    void check(const format::FileChecksum& listed) {
        std::unique_ptr<io::ReadableFile> file = folder_.open(listed.name);
        if (hash_of(*file, piece_) != listed.hash)
            findings_.push_back({listed.name, "the file's hash is not the one in checksums.txt"});
        if (listed.compressed) check_frames(*file, listed);
    }

    void check_frames(const io::ReadableFile& file, const format::FileChecksum& listed) {
        format::FileHasher hasher;
        uint64_t plain_bytes = 0;
        for (uint64_t at = 0; at < file.size();) {
            uint8_t head[format::kFrameHeaderBytes];
            io::read_exactly(file, at, head, sizeof(head));
            format::FrameHeader header = format::parse_frame_header(head);
            if (header.frame_bytes > file.size() - at)
                throw Error(ErrorCode::Corrupt,
                            "the frame at byte " + std::to_string(at) + " is cut");
            Buffer frame = pool_->make(header.frame_bytes);
            io::read_exactly(file, at, frame.data(), header.frame_bytes);
            Buffer plain = pool_->make(header.uncompressed_bytes);
            format::decompress_frame({frame.data(), frame.size()}, plain.data());
            hasher.update({plain.data(), plain.size()});
            plain_bytes += plain.size();
            at += header.frame_bytes;
        }
        if (plain_bytes != listed.uncompressed_size)
            findings_.push_back({listed.name, "decompresses to " + std::to_string(plain_bytes) +
                                                  " bytes, checksums.txt says " +
                                                  std::to_string(listed.uncompressed_size)});
        // What stands there for data.bin is no hash of its content (mergetree.md 2.2).
        else if (listed.name != "data.bin" && hasher.finish() != listed.uncompressed_hash)
            findings_.push_back(
                {listed.name, "decompresses to other bytes than checksums.txt says"});
    }

    const PartFolder& folder_;
    const std::shared_ptr<BufferPool>& pool_;
    Buffer piece_;
    std::vector<Finding> findings_;
};

void add_projections(const Part& part, const std::shared_ptr<const io::FileSystem>& files,
                     const std::shared_ptr<BufferPool>& pool, std::vector<Finding>& findings) {
    for (const io::DirectoryEntry& entry : part.folder().entries()) {
        if (entry.kind != io::EntryKind::Folder || !entry.name.ends_with(".proj")) continue;
        for (Finding& finding : verify_part(files, part.folder().path_of(entry.name), pool,
                                            part.default_granule_rows()))
            findings.push_back({entry.name + "/" + finding.file, std::move(finding.what)});
    }
}

}  // namespace

std::vector<Finding> verify_part(const std::shared_ptr<const io::FileSystem>& files,
                                 const std::string& path, const std::shared_ptr<BufferPool>& pool,
                                 uint64_t granule_rows) {
    try {
        std::shared_ptr<const Part> part = Part::open(files, path, {granule_rows});
        std::vector<Finding> findings;
        if (!part->folder().has_checksums())
            findings.push_back({"checksums.txt", "the file is missing"});
        else
            findings = Verification(part->folder(), pool).run();
        (void)part->granules();
        add_projections(*part, files, pool, findings);
        return findings;
    } catch (const Error& error) {
        if (error.code() == ErrorCode::MemoryLimit) throw;
        std::string file = error.path();
        if (file.starts_with(path + "/")) file = file.substr(path.size() + 1);
        return {{file, error.message()}};
    }
}

void verify_bytes(const PartFolder& folder, const std::shared_ptr<BufferPool>& pool) {
    if (!folder.has_checksums())
        throw Error(ErrorCode::Corrupt, "the file is missing; restore the part from a backup",
                    folder.path_of("checksums.txt"));
    Buffer piece = pool->make(kReadBytesMax);
    for (const format::FileChecksum& listed : folder.checksums().files()) {
        if (listed.name.ends_with(".proj")) continue;
        if (hash_of(*folder.open(listed.name), piece) != listed.hash)
            throw Error(ErrorCode::Corrupt,
                        "the file's hash is not the one in checksums.txt; restore the part from a "
                        "backup",
                        folder.path_of(listed.name));
    }
}

}  // namespace ch::part
