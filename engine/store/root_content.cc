#include "engine/store/root_content.h"

#include "engine/part/file_hashes.h"
#include "engine/store/folder_tree.h"
#include "engine/store/table_schema.h"

namespace ch::storage {

namespace {

/// A state may come from outside: its names must not lead elsewhere.
void check_name(const std::string& name, const std::string& whole) {
    if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos)
        throw Error(ErrorCode::Corrupt,
                    "'" + whole + "' is no name of a folder or file of a root's");
}

void check_table_folder(const std::string& folder) {
    const size_t slash = folder.find('/');
    check_name(folder.substr(0, slash), folder);
    check_name(slash == std::string::npos ? "" : folder.substr(slash + 1), folder);
}

class Taking {
public:
    Taking(const std::shared_ptr<io::FileSystem>& files, const std::string& root,
           const ContentTarget& to, const std::shared_ptr<BufferPool>& pool)
        : files_(files),
          root_(root),
          to_(to.folder),
          prefix_(to.below.empty() ? "" : to.below + "/"),
          pool_(pool) {}

    void take(const TableState& table, const BytesDone& done) {
        check_table_folder(table.folder);
        const std::string target = to_.make(prefix_ + table.folder);
        for (const auto& part : table.parts) {
            check_name(part->record.name, part->record.name);
            const table::TablePart source =
                table_part(table, part->record, root_ + "/" + table.folder);
            add(take_part(files_, source.path, target + "/" + part->record.name, source.hashes,
                          pool_));
            ++taken_.parts;
            taken_.bytes += part->record.bytes;
            done(part->record.bytes);
        }
        for (const auto& [part, bitmap] : table.bitmaps) take_bitmap(bitmap->record);
    }

    [[nodiscard]] const TakenContent& taken() const { return taken_; }

private:
    void add(const TakenPart& part) {
        taken_.copies += part.copies;
        for (const std::string& folder : part.folders) to_.add(folder);
    }

    void take_bitmap(const BitmapRecord& bitmap) {
        if (bitmap.file.empty()) return;
        check_name(bitmap.file, bitmap.file);
        const std::string source = root_ + "/.ch/visible";
        const std::string target = to_.make(prefix_ + ".ch/visible");
        const std::vector<part::UnlistedFile> expected = {{bitmap.file, bitmap.hash}};
        part::verify_hashes(*files_, source, expected);
        if (!take_file(*files_, source + "/" + bitmap.file, target + "/" + bitmap.file)) return;
        part::verify_hashes(*files_, target, expected);
        ++taken_.copies;
    }

    const std::shared_ptr<io::FileSystem>& files_;
    const std::string& root_;
    PartialFolder& to_;
    const std::string prefix_;
    const std::shared_ptr<BufferPool>& pool_;
    TakenContent taken_;
};

}  // namespace

uint64_t bytes_of(const State& state) {
    uint64_t bytes = 0;
    for (const auto& [id, table] : state.tables) bytes += table->bytes;
    return bytes;
}

TakenContent take_content(const std::shared_ptr<io::FileSystem>& files, const std::string& root,
                          const State& state, const ContentTarget& to,
                          const std::shared_ptr<BufferPool>& pool, const BytesDone& done) {
    Taking taking(files, root, to, pool);
    for (const auto& [id, table] : state.tables) taking.take(*table, done);
    return taking.taken();
}

}  // namespace ch::storage
