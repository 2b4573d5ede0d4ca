#include "engine/store/backup.h"

#include <charconv>

#include "engine/store/checkpoint.h"
#include "engine/store/folder_tree.h"
#include "engine/store/limits.h"
#include "engine/store/root_content.h"
#include "latch/numbered_name.h"

namespace ch::storage {

namespace {

constexpr std::string_view kTitle = "chspark backup ";
constexpr std::string_view kFormat = "1\n";
constexpr std::string_view kVersion = "version ";

std::string seal_path(const std::string& folder) {
    return folder + "/backup";
}

ContentHash state_hash(const io::FileSystem& files, const std::string& folder, uint64_t version) {
    const std::string path =
        backed_up_content(folder) + "/.ch/checkpoint/" + latch::version_name(version);
    return content_hash(as_bytes(io::read_small_file(files, path, kCheckpointBytesMax)));
}

std::string seal_text(uint64_t version, const ContentHash& state) {
    return std::string(kTitle) + std::string(kFormat) + std::string(kVersion) +
           std::to_string(version) + "\nstate " + to_hex(state) + "\n";
}

/// The version in a seal's text. Throws Error without its path.
uint64_t sealed_version(std::string_view text) {
    if (!text.starts_with(kTitle))
        throw Error(ErrorCode::Corrupt, "this does not make the folder a backup: it begins with '" +
                                            std::string(text.substr(0, kTitle.size())) +
                                            "', not with '" + std::string(kTitle) + "'");
    text.remove_prefix(kTitle.size());
    if (!text.starts_with(kFormat))
        throw Error(ErrorCode::Unsupported, "a backup of format " +
                                                std::string(text.substr(0, text.find('\n'))) +
                                                ", this version reads 1; upgrade chspark");
    text.remove_prefix(kFormat.size());
    uint64_t version = 0;
    if (text.starts_with(kVersion)) text.remove_prefix(kVersion.size());
    if (std::from_chars(text.data(), text.data() + text.size(), version).ec != std::errc())
        throw Error(ErrorCode::Corrupt, "the line of the version is damaged");
    return version;
}

}  // namespace

BackupReport back_up(Database& database, const Snapshot& snapshot, const std::string& to,
                     const std::shared_ptr<BufferPool>& pool, const BytesDone& done) {
    if (is_inside(database.files(), to, database.root()))
        throw Error(ErrorCode::InvalidArgument,
                    "is inside the root that is backed up; give a folder outside of it", to);
    State state = *snapshot.state;
    // What readers of older versions need is not taken.
    state.retired.clear();
    state.collected = state.version;
    io::FileSystem& files = database.files();
    PartialFolder made(files, to);
    const TakenContent taken = take_content(database.shared_files(), database.root(), state,
                                            {made, kBackedUpContent}, pool, done);
    made.make(std::string(kBackedUpContent) + "/.ch/checkpoint");
    write_checkpoint(files, backed_up_content(made.path()), state);
    const std::string seal =
        seal_text(state.version, state_hash(files, made.path(), state.version));
    io::write_small_file(files, seal_path(made.path()), as_bytes(seal));
    made.finish();
    return {state.version, state.tables.size(), taken};
}

Backup read_backup(const io::FileSystem& files, const std::string& folder) {
    const std::string path = seal_path(folder);
    if (files.kind(path) != io::EntryKind::File)
        throw Error(ErrorCode::NotFound,
                    "no backup here, the file 'backup' is missing; ch backup makes one", folder);
    try {
        const std::string text = io::read_small_file(files, path, kBackupTextBytesMax);
        const uint64_t version = sealed_version(text);
        Backup backup{folder, read_checkpoint(files, backed_up_content(folder), version)};
        const std::string expected = seal_text(version, state_hash(files, folder, version));
        if (text != expected)
            throw Error(ErrorCode::Corrupt, "the text is not that of the state beside it, '" +
                                                expected + "'; one of both is damaged");
        return backup;
    } catch (const Error& error) {
        throw error.with_path(path);
    }
}

}  // namespace ch::storage
