#include "engine/store/folder_tree.h"

#include <algorithm>

#include "engine/part/file_hashes.h"
#include "engine/part/part_folder.h"
#include "engine/part/verify_part.h"
#include "engine/store/limits.h"

namespace ch::storage {

namespace {

constexpr int kPartDepthMax = 4;

[[noreturn]] void too_deep(const std::string& path, const char* what) {
    throw Error(ErrorCode::Unsupported,
                std::string("more folders inside each other than a ") + what + " has", path);
}

void link_tree(io::FileSystem& files, const std::string& from, const std::string& to, int depth) {
    if (depth > kPartDepthMax) too_deep(from, "part");
    if (!files.make_folder(to)) throw Error(ErrorCode::Io, "the folder is there already", to);
    for (const io::DirectoryEntry& entry : files.list(from)) {
        const std::string source = from + "/" + entry.name;
        const std::string target = to + "/" + entry.name;
        if (entry.kind == io::EntryKind::Folder) {
            link_tree(files, source, target, depth + 1);
        } else if (!files.link(source, target)) {
            throw Error(ErrorCode::Io, "the name is taken", target);
        }
    }
    files.sync_folder(to);
}

bool remove_tree(io::FileSystem& files, const std::string& path, int depth) {
    if (depth > kFolderDepthMax) too_deep(path, "table");
    if (files.kind(path) != io::EntryKind::Folder) return files.remove_file(path);
    for (const io::DirectoryEntry& entry : files.list(path))
        remove_tree(files, path + "/" + entry.name, depth + 1);
    return files.remove_folder(path);
}

bool is_same(const io::FileStamp& a, const io::FileStamp& b) {
    return a.device == b.device && a.inode == b.inode;
}

void copy_file(io::FileSystem& files, const std::string& from, const std::string& to) {
    const std::unique_ptr<io::ReadableFile> source = files.open(from);
    const std::unique_ptr<io::WritableFile> copy = files.create(to);
    std::string piece(kCopyBytes, '\0');
    for (uint64_t at = 0; at < source->size(); at += piece.size()) {
        const auto count = static_cast<size_t>(std::min<uint64_t>(kCopyBytes, source->size() - at));
        io::read_exactly(*source, at, piece.data(), count);
        copy->append(as_bytes(piece).first(count));
    }
    copy->sync();
    copy->close();
}

void verify(const part::PartFolder& folder, const std::vector<part::UnlistedFile>& hashes,
            const std::shared_ptr<BufferPool>& pool) {
    part::verify_hashes(folder.files(), folder.path(), hashes);
    part::verify_bytes(folder, pool);
}

/// `takes_all`: of a projection, whose small files nothing outside of it knows.
void take_part(const std::shared_ptr<io::FileSystem>& files, const std::string& from,
               const std::string& to, const std::vector<part::UnlistedFile>& hashes, bool takes_all,
               const std::shared_ptr<BufferPool>& pool, TakenPart& taken) {
    const part::PartFolder folder(files, from);
    verify(folder, hashes, pool);
    auto is_known = [&](const std::string& name) {
        return takes_all || folder.checksums().find(name) != nullptr ||
               std::any_of(hashes.begin(), hashes.end(),
                           [&](const part::UnlistedFile& file) { return file.name == name; });
    };
    files->make_folder(to);
    taken.folders.push_back(to);
    const uint64_t copies_before = taken.copies;
    for (const io::DirectoryEntry& entry : folder.entries()) {
        if (!is_known(entry.name)) continue;
        const std::string source = folder.path_of(entry.name);
        const std::string target = to + "/" + entry.name;
        if (entry.kind != io::EntryKind::Folder) {
            taken.copies += take_file(*files, source, target) ? 1 : 0;
        } else if (!takes_all) {
            take_part(files, source, target, {}, true, pool, taken);
        } else {
            too_deep(from, "part");
        }
    }
    if (taken.copies > copies_before) verify(part::PartFolder(files, to), hashes, pool);
}

}  // namespace

void link_tree(io::FileSystem& files, const std::string& from, const std::string& to) {
    link_tree(files, from, to, 1);
}

bool remove_tree(io::FileSystem& files, const std::string& path) {
    return remove_tree(files, path, 0);
}

std::string parent_of(const std::string& path) {
    const size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

bool is_inside(const io::FileSystem& files, const std::string& path, const std::string& folder) {
    if (path.starts_with(folder + "/")) return true;
    const std::optional<io::FileStamp> wanted = files.stamp(folder);
    if (!wanted) return false;
    // The system goes up by "..", so that links and relative paths lead where they do for it.
    for (std::string at = parent_of(path);; at += "/..") {
        const std::optional<io::FileStamp> found = files.stamp(at);
        if (!found) return false;
        if (is_same(*found, *wanted)) return true;
        const std::optional<io::FileStamp> above = files.stamp(at + "/..");
        if (!above || is_same(*above, *found)) return false;
    }
}

bool take_file(io::FileSystem& files, const std::string& from, const std::string& to) {
    try {
        if (!files.link(from, to)) throw Error(ErrorCode::InvalidArgument, "the name is taken", to);
        return false;
    } catch (const Error& error) {
        // Another file system, too many names, a file of another user: copying finds out whether
        // it is more than that.
        if (error.code() != ErrorCode::Io) throw;
    }
    copy_file(files, from, to);
    return true;
}

TakenPart take_part(const std::shared_ptr<io::FileSystem>& files, const std::string& from,
                    const std::string& to, const std::vector<part::UnlistedFile>& hashes,
                    const std::shared_ptr<BufferPool>& pool) {
    TakenPart taken;
    take_part(files, from, to, hashes, false, pool, taken);
    return taken;
}

}  // namespace ch::storage
