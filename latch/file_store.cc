#include "latch/file_store.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "latch/core/limits.h"
#include "latch/numbered_name.h"
#include "latch/publish_loop.h"

namespace ch::latch {

namespace {

constexpr uint64_t kOwnerBytesMax = 4096;
constexpr const char* kFreshHint = "head.";

std::string owner_path(const std::string& root) {
    return root + "/.ch/latch/store";
}

/// A root that is served by a daemon must not be written by processes that only see its files.
void check_owner(const io::FileSystem& files, const std::string& root, const Owner& expected) {
    const std::string path = owner_path(root);
    const std::string found = io::read_small_file(files, path, kOwnerBytesMax);
    const std::optional<Owner> owner = Owner::parse(found);
    if (owner && owner->root_id == expected.root_id) return;
    throw Error(ErrorCode::Unsupported,
                "this root's latch store is '" + found.substr(0, found.find('\n')) + "', '" +
                    expected.text().substr(0, expected.text().find('\n')) +
                    "' was expected; open it through the store that owns it",
                path);
}

class FileLease final : public Lease {
public:
    explicit FileLease(std::vector<std::unique_ptr<io::FileLock>> locks)
        : locks_(std::move(locks)) {}

private:
    std::vector<std::unique_ptr<io::FileLock>> locks_;
};

}  // namespace

bool FileLatchStore::is_root(const io::FileSystem& files, const std::string& root) {
    return files.kind(owner_path(root)) == io::EntryKind::File;
}

std::optional<Owner> FileLatchStore::owner(const io::FileSystem& files, const std::string& root) {
    if (!is_root(files, root)) return std::nullopt;
    const std::string text = io::read_small_file(files, owner_path(root), kOwnerBytesMax);
    std::optional<Owner> owner = Owner::parse(text);
    if (!owner)
        throw Error(ErrorCode::Unsupported,
                    "this root's latch store is '" + text.substr(0, text.find('\n')) +
                        "', which this version does not know; upgrade chspark",
                    owner_path(root));
    return owner;
}

void FileLatchStore::set_owner(io::FileSystem& files, const std::string& root, const Owner& owner) {
    const std::string fresh = owner_path(root) + ".new";
    files.remove_file(fresh);
    io::write_small_file(files, fresh, as_bytes(owner.text()));
    files.rename_over(fresh, owner_path(root));
    files.sync_folder(root + "/.ch/latch");
}

void FileLatchStore::check_local(const io::FileSystem& files, const std::string& root) {
    if (std::optional<std::string> kind = files.network_kind(root))
        throw Error(ErrorCode::Unsupported,
                    "the embedded latch excludes only processes of one machine, and this folder is "
                    "on a network file system (" +
                        *kind + "); use a local disk or a latch daemon",
                    root);
}

void FileLatchStore::create(io::FileSystem& files, const std::string& root, const Owner& owner) {
    files.make_folder(root);
    if (owner.is_embedded()) check_local(files, root);
    if (is_root(files, root)) return check_owner(files, root, owner);
    const std::string folder = root + "/.ch";
    files.make_folder(folder);
    // Folders first, the owner's file last: is_root() looks for that file, so a creation that a
    // crash cut short is no root, and doing it again completes it.
    for (const char* name : {"latch", "manifest", "floor", "pins", "checkpoint", "visible"})
        files.make_folder(folder + "/" + name);
    files.sync_folder(folder);
    files.sync_folder(root);
    size_t slash = root.find_last_of('/');
    files.sync_folder(slash == std::string::npos ? "." : root.substr(0, slash + 1));
    // Another process was faster: then its owner decides.
    if (!files.put_file(owner_path(root), as_bytes(owner.text()))) check_owner(files, root, owner);
    files.sync_folder(folder + "/latch");
}

void FileLatchStore::create_from(io::FileSystem& files, const std::string& root,
                                 const Manifest& first) {
    const std::string folder = root + "/.ch";
    const std::string name = version_name(first.envelope.version);
    for (const std::string& made : {folder, folder + "/manifest", folder + "/floor"})
        files.make_folder(made);
    const std::string bytes = encode_manifest(first.envelope, first.body);
    if (!files.put_file(folder + "/manifest/" + name, as_bytes(bytes)))
        throw Error(ErrorCode::Io, "the name is taken", folder + "/manifest/" + name);
    files.create(folder + "/floor/" + name)->close();
    files.sync_folder(folder + "/manifest");
    files.sync_folder(folder + "/floor");
    // The owner's file makes it a root, so it is the last one.
    create(files, root);
}

std::unique_ptr<FileLatchStore> FileLatchStore::open(std::shared_ptr<io::FileSystem> files,
                                                     const std::string& root, Random random,
                                                     const Owner& owner) {
    if (!is_root(*files, root))
        throw Error(ErrorCode::NotFound,
                    "no store here, .ch/latch/store is missing: ch create makes one, ch adopt "
                    "takes a ClickHouse table in",
                    root);
    check_owner(*files, root, owner);
    if (owner.is_embedded()) check_local(*files, root);
    return std::make_unique<FileLatchStore>(OpenOnly{}, std::move(files), root, std::move(random));
}

std::string FileLatchStore::manifest_path(uint64_t version) const {
    return folder_ + "/manifest/" + version_name(version);
}

uint64_t FileLatchStore::highest_name(const std::string& folder) const {
    uint64_t highest = 0;
    for (const io::DirectoryEntry& entry : files_->list(folder_ + "/" + folder))
        highest = std::max(highest, parse_version_name(entry.name).value_or(0));
    return highest;
}

// A number to look up from: the newest version known, unless collection has passed it.
uint64_t FileLatchStore::first_guess() {
    uint64_t guess = known_head_.load();
    if (guess == 0) {
        const std::string path = folder_ + "/head";
        if (files_->file_size(path) == version_name(0).size())
            guess =
                parse_version_name(io::read_small_file(*files_, path, kOwnerBytesMax)).value_or(0);
    }
    // A wrong hint must not lead below the floor, where manifests have gaps: from there the walk in
    // head() would end at a version that is not the newest.
    if (guess == 0 || guess < floor() || !files_->kind(manifest_path(guess)))
        guess = highest_name("manifest");
    return guess;
}

uint64_t FileLatchStore::head() {
    uint64_t version = first_guess();
    // The chain has no gap above the floor, so the first missing number ends it. Few steps: the
    // guess is the newest version of a moment ago.
    while (files_->kind(manifest_path(version + 1))) ++version;
    uint64_t known = known_head_.load();
    // Only ever raised: of two threads the slower one may have seen an older head.
    while (known < version && !known_head_.compare_exchange_weak(known, version)) continue;
    return version;
}

std::optional<Manifest> FileLatchStore::load(uint64_t version) {
    const std::string path = manifest_path(version);
    // Asked before, so that a version that is not there yet costs no exception; the publish loop
    // asks for one at each turn.
    if (version == 0 || !files_->kind(path)) return std::nullopt;
    try {
        Manifest manifest =
            decode_manifest(as_bytes(io::read_small_file(*files_, path, kManifestBytesMax)));
        if (manifest.envelope.version != version)
            throw Error(ErrorCode::Corrupt, "the manifest says that it is version " +
                                                std::to_string(manifest.envelope.version));
        return manifest;
    } catch (const Error& error) {
        if (error.code() == ErrorCode::NotFound) return std::nullopt;  // collected just now
        throw error.with_path(path);
    }
}

PublishOutcome FileLatchStore::publish(const Publication& publication, std::string_view body) {
    ManifestPlace place;
    place.load = [this](uint64_t version) { return load(version); };
    place.floor = [this] { return floor(); };
    place.put = [this](uint64_t version, const std::string& bytes) {
        // The commit point: link(2) gives the number to one of all processes. The bytes are synced
        // before; the name is by make_durable.
        return files_->put_file(manifest_path(version), as_bytes(bytes));
    };
    place.make_durable = [this] { files_->sync_folder(folder_ + "/manifest"); };
    PublishOutcome outcome = publish_in_turns(place, publication, body);
    if (const auto* published = std::get_if<Published>(&outcome)) write_hint(published->version);
    return outcome;
}

// Not synced: a hint that is lost, torn or old costs a listing.
void FileLatchStore::write_hint(uint64_t version) {
    // Renamed over, so that readers see a whole number; a random name, as many may write at once.
    const std::string path = folder_ + "/" + kFreshHint + std::to_string(random_());
    try {
        std::unique_ptr<io::WritableFile> file = files_->create(path);
        file->append(as_bytes(version_name(version)));
        file->close();
        files_->rename_over(path, folder_ + "/head");
    } catch (const Error& error) {
        // The commit is durable: a hint that cannot be written must not make it look failed.
        if (error.code() != ErrorCode::Io && error.code() != ErrorCode::NotFound) throw;
    }
}

std::unique_ptr<Lease> FileLatchStore::try_acquire(std::span<const ResourceId> resources,
                                                   LatchMode mode) {
    std::vector<std::unique_ptr<io::FileLock>> locks;
    auto lock = [&](ResourceId resource, const char* name, io::LockMode lock_mode) {
        locks.push_back(files_->try_lock(
            folder_ + "/latch/" + std::to_string(resource) + "." + name, lock_mode));
        return locks.back() != nullptr;
    };
    for (ResourceId resource : resources) {
        //             writer       schema
        //   Writer    exclusive
        //   Schema    exclusive    exclusive
        //   Shared                 shared
        // All or none: `locks` gives back what it has when one is missing. Nobody waits while
        // holding one, so the order of resources cannot lead to a deadlock.
        if (mode == LatchMode::Shared && !lock(resource, "schema", io::LockMode::Shared))
            return nullptr;
        if (mode == LatchMode::Schema && !lock(resource, "schema", io::LockMode::Exclusive))
            return nullptr;
        if (mode != LatchMode::Shared && !lock(resource, "writer", io::LockMode::Exclusive))
            return nullptr;
    }
    return std::make_unique<FileLease>(std::move(locks));
}

std::unique_ptr<Lease> FileLatchStore::acquire(std::span<const ResourceId> resources,
                                               LatchMode mode, uint64_t wait_ms_max) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms_max);
    // A waiting schema change holds the queue, so that new shared holders cannot keep it out.
    std::vector<std::unique_ptr<io::FileLock>> queue(resources.size());
    for (;;) {
        bool is_in_queue = true;
        for (size_t i = 0; i < resources.size() && mode != LatchMode::Writer; ++i) {
            if (!queue[i])
                queue[i] = files_->try_lock(
                    folder_ + "/latch/" + std::to_string(resources[i]) + ".queue",
                    mode == LatchMode::Shared ? io::LockMode::Shared : io::LockMode::Exclusive);
            is_in_queue = is_in_queue && queue[i];
        }
        if (is_in_queue)
            if (std::unique_ptr<Lease> lease = try_acquire(resources, mode)) return lease;
        // Shared holders need the queue's lock for the moment of entry only, and a schema change
        // that has not got all of its queues lets others pass.
        if (mode == LatchMode::Shared || !is_in_queue)
            std::fill(queue.begin(), queue.end(), nullptr);
        if (std::chrono::steady_clock::now() >= end) return nullptr;
        std::this_thread::sleep_for(std::chrono::milliseconds(kLatchPollMs));
    }
}

void FileLatchStore::break_lease(ResourceId resource) {
    // The holder's lock stays on a file without a name, where it excludes nobody.
    for (const char* name : {".writer", ".schema", ".queue"})
        files_->remove_file(folder_ + "/latch/" + std::to_string(resource) + name);
}

uint64_t FileLatchStore::floor() {
    return highest_name("floor");
}

void FileLatchStore::raise_floor(uint64_t version) {
    if (version <= floor()) return;
    // An empty file whose name is the value cannot be torn. Durable before lower names go: after a
    // crash in between the highest name still counts.
    files_->create(folder_ + "/floor/" + version_name(version))->close();
    files_->sync_folder(folder_ + "/floor");
    for (const io::DirectoryEntry& entry : files_->list(folder_ + "/floor"))
        if (parse_version_name(entry.name).value_or(version) < version)
            files_->remove_file(folder_ + "/floor/" + entry.name);
}

/// In any order and not synced: what a crash leaves lies below the floor, where nobody looks, and
/// goes the next time.
void FileLatchStore::forget_below(uint64_t version) {
    for (const io::DirectoryEntry& entry : files_->list(folder_ + "/manifest")) {
        std::optional<uint64_t> number = parse_version_name(entry.name);
        if (number && *number < version) files_->remove_file(folder_ + "/manifest/" + entry.name);
    }
    // Also one that is being written now: its writer takes the loss of a hint.
    for (const io::DirectoryEntry& entry : files_->list(folder_))
        if (entry.name.starts_with(kFreshHint)) files_->remove_file(folder_ + "/" + entry.name);
}

}  // namespace ch::latch
