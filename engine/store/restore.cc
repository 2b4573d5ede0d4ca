#include "engine/store/restore.h"

#include <algorithm>

#include "engine/store/checkpoint.h"
#include "engine/store/create_text.h"
#include "engine/store/folder_tree.h"
#include "engine/store/limits.h"
#include "latch/file_store.h"

namespace ch::storage {

namespace {

constexpr uint64_t kVersionsEnd = uint64_t{1} << 40;
/// Epochs go up by one; those of a restored root begin above all that the old one will ever reach.
constexpr int kEpochBits = 32;

uint64_t first_version(uint64_t backed_up) {
    const uint64_t first = (backed_up / kVersionsApart + 1) * kVersionsApart;
    if (first + kVersionsApart > kVersionsEnd)
        throw Error(ErrorCode::Unsupported,
                    "version " + std::to_string(backed_up) +
                        " is of a root that was restored of a restored one too often: no numbers "
                        "are left; import the tables into a new root");
    return first;
}

/// The version that makes a chain of its own of what was restored.
latch::Manifest first_manifest(const State& state, uint64_t backed_up,
                               const RestoreOptions& options) {
    latch::Manifest manifest;
    latch::Envelope& envelope = manifest.envelope;
    envelope.version = state.version + 1;
    envelope.parent_id = state.commit_id;
    store(envelope.commit_id.data(), options.random());
    store(envelope.commit_id.data() + sizeof(uint64_t), options.random());
    envelope.floor = envelope.version;
    for (const auto& [id, table] : state.tables)
        envelope.epochs.push_back({id, ((state.epoch(id) >> kEpochBits) + 1) << kEpochBits});
    Edit edit;
    edit.time_ms = std::max(options.now_ms, state.time_ms);
    edit.note = "restored from a backup of version " + std::to_string(backed_up);
    manifest.body = encode_edit(edit);
    return manifest;
}

}  // namespace

RestoreReport restore(const std::shared_ptr<io::FileSystem>& files, const Backup& backup,
                      const std::string& to, const RestoreOptions& options,
                      const std::shared_ptr<BufferPool>& pool, const BytesDone& done) {
    if (is_inside(*files, to, backup.folder))
        throw Error(ErrorCode::InvalidArgument, "is inside the backup; give a folder outside of it",
                    to);
    State state = backup.state;
    state.version = first_version(backup.state.version);
    PartialFolder made(*files, to);
    latch::FileLatchStore::check_local(*files, made.path());
    RestoreReport report;
    report.content =
        take_content(files, backed_up_content(backup.folder), state, {made, ""}, pool, done);
    for (const auto& [id, table] : state.tables) {
        const std::string folder = made.path() + "/" + table->folder;
        begin_table_folder(*files, folder, id);
        repair_create_text(*files, folder, *table, options.random());
    }
    for (const char* name : {"checkpoint", "manifest", "floor"})
        made.make(std::string(".ch/") + name);
    write_checkpoint(*files, made.path(), state);
    latch::FileLatchStore::create_from(*files, made.path(),
                                       first_manifest(state, backup.state.version, options));
    made.finish();
    report.version = state.version + 1;
    return report;
}

}  // namespace ch::storage
