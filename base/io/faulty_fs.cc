#include "base/io/faulty_fs.h"

#include <utility>

namespace ch::io {

class FaultyFs::Reader final : public ReadableFile {
public:
    Reader(const FaultyFs& files, std::unique_ptr<ReadableFile> inner)
        : files_(files), inner_(std::move(inner)) {}
    [[nodiscard]] uint64_t size() const override { return inner_->size(); }
    [[nodiscard]] const std::string& path() const override { return inner_->path(); }
    size_t read_at(uint64_t offset, void* to, size_t count) const override {
        if (!files_.step("read", path(), true)) return inner_->read_at(offset, to, count);
        // A short read is no error of the system's: callers must notice by the count.
        if (files_.fault_ != Fault::ShortRead) files_.raise(path());
        return inner_->read_at(offset, to, count / 2);
    }

private:
    const FaultyFs& files_;
    std::unique_ptr<ReadableFile> inner_;
};

class FaultyFs::Writer final : public WritableFile {
public:
    Writer(const FaultyFs& files, std::unique_ptr<WritableFile> inner)
        : files_(files), inner_(std::move(inner)) {}
    void append(Bytes bytes) override {
        check_usable();
        if (!files_.step("append", path(), true)) return inner_->append(bytes);
        abandoned_ = true;
        // A full disk takes what fits, so half of the bytes are there.
        if (files_.fault_ == Fault::NoSpace || files_.fault_ == Fault::ShortWrite)
            inner_->append(bytes.first(bytes.size() / 2));
        files_.raise(path());
    }
    void sync() override {
        check_usable();
        if (files_.step("sync", path(), true)) {
            abandoned_ = true;
            files_.raise(path());
        }
        inner_->sync();
    }
    void close() override {
        check_usable();
        files_.step("close", path());
        inner_->close();
    }
    [[nodiscard]] uint64_t size() const override { return inner_->size(); }
    [[nodiscard]] const std::string& path() const override { return inner_->path(); }

private:
    void check_usable() const {
        // A Bug, which no test takes for the injected fault: that is an Io error.
        if (abandoned_)
            throw Error(ErrorCode::Bug, "a file was used again after its write or sync failed",
                        path());
    }

    const FaultyFs& files_;
    std::unique_ptr<WritableFile> inner_;
    bool abandoned_ = false;
};

void FaultyFs::fail(uint64_t nth, Fault fault) {
    std::lock_guard lock(mutex_);
    nth_ = operations_ + nth;
    fault_ = fault;
    failed_.clear();
}

uint64_t FaultyFs::operations() const {
    std::lock_guard lock(mutex_);
    return operations_;
}

std::string FaultyFs::failed() const {
    std::lock_guard lock(mutex_);
    return failed_;
}

bool FaultyFs::step(const char* operation, const std::string& path, bool in_parts) const {
    uint64_t number = 0;
    bool fails = false;
    {
        std::lock_guard lock(mutex_);
        number = ++operations_;
        // Exactly one operation fails: what the code does to recover runs on a sound file system.
        fails = number == nth_;
        if (fails) failed_ = std::string(operation) + " " + path;
    }
    if (observer_) observer_(number, operation, path);
    if (fails && !in_parts) raise(path);
    return fails;
}

void FaultyFs::raise(const std::string& path) const {
    switch (fault_) {
        case Fault::NoSpace:
            throw Error(ErrorCode::Io, "No space left on device", path);
        case Fault::NoAccess:
            throw Error(ErrorCode::Io, "Permission denied", path);
        case Fault::InputOutput:
        case Fault::ShortRead:
        case Fault::ShortWrite:
        case Fault::DoneAnyway:
            break;
    }
    throw Error(ErrorCode::Io, "Input/output error", path);
}

template <typename Operation>
auto FaultyFs::attempt(const char* operation, const std::string& path, Operation run) const {
    // DoneAnyway: the operation takes place and its answer is lost.
    const bool fails = step(operation, path, fault_ == Fault::DoneAnyway);
    auto result = run();
    if (fails) raise(path);
    return result;
}

std::unique_ptr<ReadableFile> FaultyFs::open(const std::string& path) const {
    step("open", path);
    return std::make_unique<Reader>(*this, inner_->open(path));
}

std::optional<uint64_t> FaultyFs::file_size(const std::string& path) const {
    step("file size", path);
    return inner_->file_size(path);
}

std::optional<EntryKind> FaultyFs::kind(const std::string& path) const {
    step("kind", path);
    return inner_->kind(path);
}

std::vector<DirectoryEntry> FaultyFs::list(const std::string& path) const {
    step("list", path);
    return inner_->list(path);
}

std::unique_ptr<WritableFile> FaultyFs::create(const std::string& path) {
    step("create", path);
    return std::make_unique<Writer>(*this, inner_->create(path));
}

bool FaultyFs::make_folder(const std::string& path) {
    return attempt("make folder", path, [&] { return inner_->make_folder(path); });
}

void FaultyFs::sync_folder(const std::string& path) {
    attempt("sync folder", path, [&] {
        inner_->sync_folder(path);
        return true;
    });
}

bool FaultyFs::link(const std::string& from, const std::string& to) {
    return attempt("link", to, [&] { return inner_->link(from, to); });
}

bool FaultyFs::rename_new(const std::string& from, const std::string& to) {
    return attempt("rename", to, [&] { return inner_->rename_new(from, to); });
}

void FaultyFs::rename_over(const std::string& from, const std::string& to) {
    step("rename", to);
    inner_->rename_over(from, to);
}

bool FaultyFs::remove_file(const std::string& path) {
    return attempt("remove", path, [&] { return inner_->remove_file(path); });
}

bool FaultyFs::remove_folder(const std::string& path) {
    step("remove folder", path);
    return inner_->remove_folder(path);
}

std::unique_ptr<FileLock> FaultyFs::try_lock(const std::string& path, LockMode mode) {
    step("lock", path);
    return inner_->try_lock(path, mode);
}

bool FaultyFs::put_file(const std::string& path, Bytes content) {
    // Each of the steps inside can fail by itself, though the real thing is one call.
    for (const char* part : {"create", "append", "sync"}) step(part, path);
    return attempt("link", path, [&] { return inner_->put_file(path, content); });
}

std::unique_ptr<FileLock> FaultyFs::put_locked(const std::string& path, Bytes content) {
    for (const char* part : {"create", "append", "lock"}) step(part, path);
    return attempt("link", path, [&] { return inner_->put_locked(path, content); });
}

bool FaultyFs::remove_unlocked(const std::string& path) {
    for (const char* part : {"lock", "remove"}) step(part, path);
    return inner_->remove_unlocked(path);
}

std::optional<std::string> FaultyFs::network_kind(const std::string& path) const {
    step("network kind", path);
    return inner_->network_kind(path);
}

}  // namespace ch::io
