#include "engine/part/file_hashes.h"

#include "base/error.h"
#include "engine/format/file_limits.h"

namespace ch::part {

void verify_hashes(const io::FileSystem& files, const std::string& part_path,
                   const std::vector<UnlistedFile>& hashes) {
    for (const UnlistedFile& file : hashes) {
        const std::string path = part_path + "/" + file.name;
        const std::string content = io::read_small_file(files, path, format::kSmallFileBytesMax);
        const ContentHash found = content_hash(as_bytes(content));
        if (found != file.hash)
            throw Error(ErrorCode::Corrupt,
                        "the file's hash is " + to_hex(found) + ", the manifest expects " +
                            to_hex(file.hash) + "; restore the part from a backup",
                        path);
    }
}

}  // namespace ch::part
