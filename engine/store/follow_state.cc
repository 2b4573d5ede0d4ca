#include "engine/store/follow_state.h"

#include "base/content_hash.h"
#include "engine/store/archive.h"
#include "engine/store/describe.h"
#include "engine/store/limits.h"

namespace ch::storage {

namespace {

constexpr std::string_view kMagic = "CHFOLLOW";
constexpr uint32_t kFormat = 1;
constexpr size_t kHeadBytes = 12;

template <typename Archive, typename State>
void describe(Archive& archive, State& state) {
    archive.number(state.table);
    archive.number(state.schema_id);
    archive.number(state.version);
    archive.number(state.data_version);
    archive.number(state.next_block);
    archive.number(state.level_max);
    archive.list(state.known, kPartsMax, "parts", describe_name);
    archive.list(state.shown, kPartsMax, "parts", describe_name);
    archive.list(state.covered, kPartsMax, "parts", describe_name);
}

std::string bytes_of(const FollowState& state) {
    std::string bytes(kMagic);
    append(bytes, kFormat);
    Encoder encoder(bytes);
    describe(encoder, state);
    bytes.append(as_text(content_hash(as_bytes(bytes))));
    return bytes;
}

FollowState decode(std::string_view bytes) {
    const bool is_long = bytes.size() >= kHeadBytes + kContentHashBytes;
    const std::string_view content =
        bytes.substr(0, is_long ? bytes.size() - kContentHashBytes : 0);
    if (!is_long || !content.starts_with(kMagic) ||
        bytes.substr(content.size()) != as_text(content_hash(as_bytes(content))))
        throw Error(ErrorCode::Corrupt,
                    "this is not what a following export writes there, or it is damaged: export "
                    "into a new folder");
    if (const auto format = load<uint32_t>(content.data() + kMagic.size()); format != kFormat)
        throw Error(ErrorCode::Unsupported, "a following export of format " +
                                                std::to_string(format) +
                                                ", this version knows 1; upgrade chspark");
    FollowState state;
    Decoder decoder(content.substr(kHeadBytes));
    describe(decoder, state);
    decoder.finish();
    return state;
}

std::string state_path(const std::string& folder) {
    return folder + "/follow";
}
std::string next_path(const std::string& folder) {
    return folder + "/follow.next";
}

FollowState read(const io::FileSystem& files, const std::string& path) {
    try {
        return decode(io::read_small_file(files, path, kCheckpointBytesMax));
    } catch (const Error& error) {
        throw error.with_path(path);
    }
}

void put_next(io::FileSystem& files, const std::string& folder, const FollowState& state) {
    files.remove_file(next_path(folder));
    if (!files.put_file(next_path(folder), as_bytes(bytes_of(state))))
        throw Error(ErrorCode::Io, "came up meanwhile: another process follows, too",
                    next_path(folder));
    files.sync_folder(folder);
}

void take_next(io::FileSystem& files, const std::string& folder) {
    files.rename_over(next_path(folder), state_path(folder));
    files.sync_folder(folder);
}

}  // namespace

std::string shown_folder(const std::string& folder) {
    return folder + "/parts";
}

void write_follow_state(io::FileSystem& files, const std::string& folder,
                        const FollowState& state) {
    io::write_small_file(files, state_path(folder), as_bytes(bytes_of(state)));
}

FollowState recover_follow_state(io::FileSystem& files, const std::string& folder) {
    if (files.kind(state_path(folder)) != io::EntryKind::File)
        throw Error(ErrorCode::InvalidArgument,
                    "is there already and no following export; expected one, or a new folder",
                    folder);
    FollowState state = read(files, state_path(folder));
    if (!files.kind(next_path(folder))) return state;
    FollowState next = read(files, next_path(folder));
    const bool is_made = next.shown == state.shown ||
                         files.kind(shown_folder(folder) + "/" + next.shown.back()).has_value();
    if (!is_made) {
        files.remove_file(next_path(folder));
        return state;
    }
    files.sync_folder(shown_folder(folder));
    take_next(files, folder);
    return next;
}

void advance_follow_state(io::FileSystem& files, const std::string& folder, const FollowState& next,
                          const std::optional<std::string>& made) {
    put_next(files, folder, next);
    if (made) {
        const std::string shown = shown_folder(folder) + "/" + next.shown.back();
        // The one step by which a reader's table changes.
        if (!files.rename_new(*made, shown)) throw Error(ErrorCode::Io, "the name is taken", shown);
        files.sync_folder(shown_folder(folder));
    }
    take_next(files, folder);
}

}  // namespace ch::storage
