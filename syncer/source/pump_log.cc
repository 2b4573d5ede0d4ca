#include "syncer/source/pump_log.h"

#include <algorithm>
#include <charconv>

#include "base/content_hash.h"
#include "base/error.h"
#include "syncer/limits.h"

namespace ch::syncer {

namespace {

constexpr std::string_view kMagic = "CHPUMP1\n";
constexpr uint64_t kHeadBytes = 8 + 8 + kContentHashBytes;
constexpr uint64_t kRecordHeadBytes = 4 + kContentHashBytes;
constexpr std::string_view kSuffix = ".binlog";
constexpr uint64_t kAllBytes = UINT64_MAX;

void append_hash(std::string& to, Bytes of) {
    const ContentHash hash = content_hash(of);
    to.append(reinterpret_cast<const char*>(hash.data()), hash.size());
}

bool has_hash(Bytes hash, Bytes of) {
    return std::ranges::equal(content_hash(of), hash);
}

std::vector<uint64_t> segments_of(const io::FileSystem& files, const std::string& folder) {
    std::vector<uint64_t> segments;
    for (const io::DirectoryEntry& entry : files.list(folder)) {
        uint64_t number = 0;
        const auto [end, error] =
            std::from_chars(entry.name.data(), entry.name.data() + entry.name.size(), number);
        if (error == std::errc{} &&
            entry.name.substr(static_cast<size_t>(end - entry.name.data())) == kSuffix)
            segments.push_back(number);
    }
    std::sort(segments.begin(), segments.end());
    return segments;
}

std::string read_bytes(const io::ReadableFile& file, uint64_t offset, uint64_t count) {
    std::string bytes(count, '\0');
    bytes.resize(file.read_at(offset, bytes.data(), count));
    return bytes;
}

}  // namespace

PumpLog::PumpLog(std::shared_ptr<io::FileSystem> files, std::string folder,
                 const OnMessage& on_message)
    : files_(std::move(files)), folder_(std::move(folder)) {
    if (files_->make_folder(folder_)) {
        const size_t slash = folder_.rfind('/');
        files_->sync_folder(slash == std::string::npos ? "."
                            : slash == 0               ? "/"
                                                       : folder_.substr(0, slash));
    }
    const std::vector<uint64_t> segments = segments_of(*files_, folder_);
    uint64_t valid = 0;
    for (size_t i = 0; i < segments.size(); ++i)
        valid = recover(segments[i],
                        i + 1 < segments.size() ? valid_before(segments[i + 1]) : kAllBytes,
                        on_message);
    begin_segment(segments.empty() ? 1 : segments.back() + 1, valid);
}

std::string PumpLog::path(uint64_t segment) const {
    std::string number = std::to_string(segment);
    constexpr size_t kDigits = 20;
    return folder_ + "/" + std::string(kDigits - number.size(), '0') + number +
           std::string(kSuffix);
}

// A segment whose head was not written whole held nothing: what it says of the one before is lost,
// and was found out from that one's own records when it was made, as it is again.
uint64_t PumpLog::valid_before(uint64_t segment) const {
    const auto file = files_->open(path(segment));
    const std::string head = read_bytes(*file, 0, kHeadBytes);
    const std::string_view text = std::string_view(head).substr(0, 16);
    if (head.size() < kHeadBytes || text.substr(0, 8) != kMagic ||
        !has_hash(as_bytes(head).subspan(16), as_bytes(text)))
        return kAllBytes;
    return load<uint64_t>(head.data() + 8);
}

// The bytes that hold whole records. Behind them a crash may have left anything, if nothing says
// how many there must be.
uint64_t PumpLog::recover(uint64_t segment, uint64_t valid_bytes,
                          const OnMessage& on_message) const {
    const auto file = files_->open(path(segment));
    const uint64_t size = std::min(file->size(), valid_bytes);
    if (size < kHeadBytes) return 0;
    uint64_t at = kHeadBytes;
    while (at + kRecordHeadBytes <= size) {
        const std::string head = read_bytes(*file, at, kRecordHeadBytes);
        const auto bytes = load<uint32_t>(head.data());
        if (bytes > size - at - kRecordHeadBytes) break;
        const std::string message = read_bytes(*file, at + kRecordHeadBytes, bytes);
        if (!has_hash(as_bytes(head).subspan(4), as_bytes(message))) break;
        on_message({segment, at + kRecordHeadBytes, bytes}, as_bytes(message));
        at += kRecordHeadBytes + bytes;
    }
    if (valid_bytes != kAllBytes && at != valid_bytes)
        throw Error(ErrorCode::Corrupt,
                    "the pump's log is damaged: whole records up to here, but up to " +
                        std::to_string(valid_bytes) + " were acknowledged",
                    path(segment), static_cast<int64_t>(at));
    return at;
}

void PumpLog::begin_segment(uint64_t segment, uint64_t valid_before) {
    std::string head(kMagic);
    ch::append(head, valid_before);
    append_hash(head, as_bytes(std::string(head)));
    file_ = files_->create(path(segment));
    file_->append(as_bytes(head));
    file_->sync();
    files_->sync_folder(folder_);
    std::lock_guard lock(mutex_);
    last_segment_ = segment;
}

void PumpLog::append(Bytes message, const OnMessage& on_stored) {
    if (message.size() > kMessageBytesMax)
        throw Error(ErrorCode::InvalidArgument,
                    "a binlog message of " + std::to_string(message.size()) + " bytes, at most " +
                        std::to_string(kMessageBytesMax) + " are taken");
    Waiting mine{message, &on_stored};
    std::unique_lock lock(mutex_);
    queue_.push_back(&mine);
    changed_.wait(lock, [&] { return mine.is_done || !is_storing_; });
    if (!mine.is_done) {
        is_storing_ = true;
        std::vector<Waiting*> group;
        group.swap(queue_);
        lock.unlock();
        store(group);
        lock.lock();
        is_storing_ = false;
        for (Waiting* member : group) member->is_done = true;
        changed_.notify_all();
    }
    if (mine.is_failed)
        throw Error(ErrorCode::Io, "the pump's log takes no more after an error", folder_);
}

void PumpLog::store(const std::vector<Waiting*>& group) {
    try {
        if (is_broken_) throw Error(ErrorCode::Io, "the log is broken", folder_);
        std::vector<LogPlace> places;
        for (const Waiting* member : group) {
            std::string head;
            ch::append(head, static_cast<uint32_t>(member->message.size()));
            append_hash(head, member->message);
            file_->append(as_bytes(head));
            places.push_back(
                {last_segment_, file_->size(), static_cast<uint32_t>(member->message.size())});
            file_->append(member->message);
        }
        file_->sync();
        for (size_t i = 0; i < group.size(); ++i)
            (*group[i]->on_stored)(places[i], group[i]->message);
        if (file_->size() >= kSegmentBytes) {
            const uint64_t valid = file_->size();
            file_->close();
            begin_segment(last_segment_ + 1, valid);
        }
    } catch (const std::exception&) {
        is_broken_ = true;
        for (Waiting* member : group) member->is_failed = true;
    }
}

std::string PumpLog::read(const LogPlace& place) const {
    const auto file = files_->open(path(place.segment));
    const std::string head = read_bytes(*file, place.offset - kRecordHeadBytes, kRecordHeadBytes);
    std::string message = read_bytes(*file, place.offset, place.bytes);
    if (head.size() != kRecordHeadBytes || message.size() != place.bytes ||
        !has_hash(as_bytes(head).subspan(4), as_bytes(message)))
        throw Error(ErrorCode::Corrupt, "a message of the pump's log is not what was stored",
                    path(place.segment), static_cast<int64_t>(place.offset));
    return message;
}

void PumpLog::remove_before(uint64_t segment) {
    for (uint64_t number : segments_of(*files_, folder_))
        if (number < std::min(segment, last_segment())) files_->remove_file(path(number));
}

uint64_t PumpLog::last_segment() const {
    std::lock_guard lock(mutex_);
    return last_segment_;
}

}  // namespace ch::syncer
