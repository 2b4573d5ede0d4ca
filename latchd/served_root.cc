#include "latchd/served_root.h"

#include "latch/pin_name.h"

namespace ch::latchd {

namespace {

std::string latch_path(const std::string& root, const char* name) {
    return root + "/.ch/latch/" + name;
}

std::unique_ptr<io::FileLock> lock_root(io::FileSystem& files, const std::string& root) {
    std::unique_ptr<io::FileLock> lock =
        files.try_lock(latch_path(root, "daemon"), io::LockMode::Exclusive);
    if (!lock) throw Error(ErrorCode::Busy, "another latchd serves this root", root);
    return lock;
}

/// The commit point needs a link that fails where the name is taken; some network file systems
/// have none.
void check_links(io::FileSystem& files, const std::string& root) {
    const std::string path = latch_path(root, "probe");
    files.remove_file(path);
    const bool is_put = files.put_file(path, as_bytes("probe"));
    const bool is_put_twice = files.put_file(path, as_bytes("probe"));
    files.remove_file(path);
    if (is_put && !is_put_twice) return;
    throw Error(ErrorCode::Unsupported,
                "this file system's link() does not keep a name for the first who takes it, which "
                "commits need",
                root);
}

void make_root(io::FileSystem& files, const std::string& root, const latch::Owner& owner) {
    if (files.kind(root) && !files.kind(root + "/.ch") && !files.list(root).empty())
        throw Error(ErrorCode::Unsupported,
                    "the folder is neither empty nor a store's root: ch adopt takes ClickHouse's "
                    "tables into one",
                    root);
    latch::FileLatchStore::create(files, root, owner);
}

/// As far as it can be seen: who has the root open and holds nothing cannot.
void check_unused(const std::shared_ptr<io::FileSystem>& files, const std::string& root,
                  const std::function<uint64_t()>& random) {
    const auto embedded = latch::FileLatchStore::open(files, root, random);
    for (const latch::PinEntry& pin : embedded->pins())
        if (!pin.is_kept)
            throw Error(ErrorCode::Busy,
                        "version " + std::to_string(pin.version) +
                            " of this root is pinned through the embedded latch (" + pin.note +
                            "): stop all that use the root, then take it over",
                        root);
}

}  // namespace

ServedRoot ServedRoot::open(std::shared_ptr<io::FileSystem> files, const std::string& root,
                            const std::string& address, bool takes_over,
                            const std::function<uint64_t()>& random) {
    ServedRoot served;
    served.files_ = files;
    served.root_ = root;
    std::optional<latch::Owner> owner = latch::FileLatchStore::owner(*files, root);
    const bool is_new = !owner;
    const bool is_taken = owner && owner->is_embedded();
    if (is_new || is_taken) {
        if (is_taken && !takes_over)
            throw Error(ErrorCode::Unsupported,
                        "this root's latch is embedded: stop all that use the root, then start "
                        "latchd with --take-over",
                        root);
        if (is_taken) check_unused(files, root, random);
        served.owner_ = {latch::random_pin_name(random), address};
        if (is_new) make_root(*files, root, served.owner_);
    } else {
        served.owner_ = *owner;
    }
    served.lock_ = lock_root(*files, root);
    check_links(*files, root);
    const bool was_idle = files->remove_file(latch_path(root, "idle"));
    files->sync_folder(root + "/.ch/latch");
    served.has_unknown_holders_ = !is_new && !is_taken && !was_idle;
    if (served.owner_.address != address || is_taken) {
        served.owner_.address = address;
        latch::FileLatchStore::set_owner(*files, root, served.owner_);
    }
    // A manifest that the last daemon put and did not acknowledge will be served: not before its
    // name is durable.
    files->sync_folder(root + "/.ch/manifest");
    served.chain_ = latch::FileLatchStore::open(files, root, random, served.owner_);
    return served;
}

void ServedRoot::give_back(io::FileSystem& files, const std::string& root) {
    const std::optional<latch::Owner> owner = latch::FileLatchStore::owner(files, root);
    if (!owner) throw Error(ErrorCode::NotFound, "no store here", root);
    if (owner->is_embedded()) return;
    const std::unique_ptr<io::FileLock> lock = lock_root(files, root);
    latch::FileLatchStore::check_local(files, root);
    latch::FileLatchStore::set_owner(files, root, {});
}

void ServedRoot::end_idle() {
    static_cast<void>(files_->put_file(latch_path(root_, "idle"), as_bytes("idle\n")));
    files_->sync_folder(root_ + "/.ch/latch");
}

}  // namespace ch::latchd
