#include <algorithm>

#include "latch/core/limits.h"
#include "latch/file_store.h"
#include "latch/numbered_name.h"
#include "latch/pin_name.h"

namespace ch::latch {

namespace {

class FilePin final : public Pin {
public:
    FilePin(std::shared_ptr<io::FileSystem> files, std::string path, std::string name,
            uint64_t version, std::unique_ptr<io::FileLock> lock)
        : files_(std::move(files)),
          path_(std::move(path)),
          name_(std::move(name)),
          version_(version),
          lock_(std::move(lock)) {}
    ~FilePin() override {
        lock_.reset();
        try {
            files_->remove_unlocked(path_);
        } catch (const Error&) {
            lock_.reset();  // unlocked, it pins nothing: pins() removes it
        }
    }
    [[nodiscard]] uint64_t version() const override { return version_; }
    [[nodiscard]] const std::string& name() const override { return name_; }

private:
    std::shared_ptr<io::FileSystem> files_;
    std::string path_;
    std::string name_;
    uint64_t version_;
    std::unique_ptr<io::FileLock> lock_;
};

/// Removes it otherwise. The lock is the sign of life: the system drops it with its process, so
/// that a reader that was killed pins nothing. Of another user's pin it may not be asked for: that
/// one counts as held.
bool is_held(io::FileSystem& files, const std::string& path) {
    try {
        return !files.remove_unlocked(path);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::Io) throw;
        return true;
    }
}

}  // namespace

std::variant<std::unique_ptr<Pin>, Expired> FileLatchStore::pin(std::optional<uint64_t> version,
                                                                std::string_view note) {
    note = note.substr(0, kNoteBytesMax);
    for (;;) {
        const uint64_t wanted = version ? *version : head();
        PinName name{wanted, false, random_pin_name(random_)};
        const std::string path = folder_ + "/pins/" + name.text();
        std::unique_ptr<io::FileLock> lock = files_->put_locked(path, as_bytes(note));
        if (!lock) continue;  // the name is taken: take another one
        auto made = std::make_unique<FilePin>(files_, path, name.name, wanted, std::move(lock));
        // After the pin, never before: a collector raises the floor and then lists the pins, so
        // that one of the two sees the other.
        const uint64_t now = floor();
        if (now <= wanted) return made;
        // The newest version was collected while it was being pinned: there is a newer one now.
        // (`made` is dropped, and with it the pin.)
        if (version) return Expired{wanted, now};
    }
}

std::optional<Expired> FileLatchStore::keep(uint64_t version, std::string_view name,
                                            std::string_view note) {
    check_kept_name(name);
    for (const PinEntry& entry : pins())
        if (entry.is_kept && entry.name == name)
            throw Error(ErrorCode::InvalidArgument,
                        "there is a pin of the name '" + std::string(name) + "' at version " +
                            std::to_string(entry.version) + "; unpin it, or take another name");
    const PinName kept{version, true, std::string(name)};
    const std::string path = folder_ + "/pins/" + kept.text();
    // No lock, since no process holds it: it must outlive a crash, so it is synced before the floor
    // is read.
    if (!files_->put_file(path, as_bytes(note.substr(0, kNoteBytesMax))))
        throw Error(ErrorCode::InvalidArgument, "there is a pin of that name", path);
    files_->sync_folder(folder_ + "/pins");
    const uint64_t now = floor();
    if (now <= version) return std::nullopt;
    files_->remove_file(path);
    return Expired{version, now};
}

bool FileLatchStore::unkeep(std::string_view name) {
    bool found = false;
    for (const io::DirectoryEntry& entry : files_->list(folder_ + "/pins")) {
        std::optional<PinName> parsed = PinName::parse(entry.name);
        if (parsed && parsed->is_kept && parsed->name == name)
            found = files_->remove_file(folder_ + "/pins/" + entry.name) || found;
    }
    if (found) files_->sync_folder(folder_ + "/pins");
    return found;
}

std::vector<PinEntry> FileLatchStore::pins() {
    std::vector<PinEntry> live;
    for (const io::DirectoryEntry& entry : files_->list(folder_ + "/pins")) {
        std::optional<PinName> parsed = PinName::parse(entry.name);
        const std::string path = folder_ + "/pins/" + entry.name;
        // Kept pins never have a lock.
        if (!parsed || (!parsed->is_kept && !is_held(*files_, path))) continue;
        PinEntry found{parsed->name, parsed->version, {}, parsed->is_kept};
        try {
            found.note = io::read_small_file(*files_, path, kNoteBytesMax);
        } catch (const Error& error) {
            if (error.code() == ErrorCode::NotFound) continue;  // released since
            if (error.code() != ErrorCode::Corrupt) throw;
            found.note = "(its note cannot be read)";
        }
        live.push_back(std::move(found));
    }
    std::stable_sort(live.begin(), live.end(),
                     [](const PinEntry& a, const PinEntry& b) { return a.version < b.version; });
    return live;
}

}  // namespace ch::latch
