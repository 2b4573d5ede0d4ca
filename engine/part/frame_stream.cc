#include "engine/part/frame_stream.h"

#include <algorithm>

#include "engine/format/compressed_frame.h"
#include "engine/part/limits.h"

namespace ch::part {

namespace {

// A frame gives at most 32,768 bytes for one: what ZSTD can do, the most of all codecs.
constexpr uint64_t kExpansionMax = 1ULL << 15;

void add(std::atomic<uint64_t>& counter, uint64_t value) {
    counter.store(counter.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
}

}  // namespace

FrameStream::FrameStream(std::shared_ptr<const io::ReadableFile> file,
                         std::optional<uint64_t> uncompressed_bytes,
                         const PartReader::Options& options)
    : file_(std::move(file)),
      options_(options),
      bytes_max_(std::min(file_->size(), UINT64_MAX / kExpansionMax) * kExpansionMax),
      read_bytes_next_(kReadBytesMin) {
    if (uncompressed_bytes) bytes_max_ = std::min(bytes_max_, *uncompressed_bytes);
    io_ = options_.pool->make(0);
    scratch_ = options_.pool->make(0);
}

Error FrameStream::corrupt(const std::string& what) const {
    uint64_t at = at_ != end_ || scratch_frame_at_ != UINT64_MAX ? scratch_frame_at_ : frame_at_;
    return {ErrorCode::Corrupt, what, file_->path(), static_cast<int64_t>(at)};
}

void FrameStream::seek(format::Mark mark) {
    if (mark.frame_offset > file_->size() ||
        (mark.frame_offset == file_->size() && mark.inner_offset > 0))
        throw Error(ErrorCode::Corrupt,
                    "a mark points to byte " + std::to_string(mark.frame_offset) +
                        ", the file has " + std::to_string(file_->size()) + " bytes",
                    file_->path());
    if (mark.frame_offset == scratch_frame_at_ && mark.inner_offset <= scratch_.size()) {
        at_ = scratch_.data() + mark.inner_offset;
        end_ = scratch_.data() + scratch_.size();
        frame_at_ = scratch_frame_end_;
        frame_bytes_ = 0;
        inner_skip_ = 0;
    } else {
        at_ = end_ = nullptr;
        frame_at_ = mark.frame_offset;
        frame_bytes_ = 0;
        inner_skip_ = mark.inner_offset;
    }
    if (frame_at_ < io_begin_ || frame_at_ > io_begin_ + io_bytes_) {
        io_begin_ = frame_at_;
        io_bytes_ = 0;
        read_bytes_next_ = kReadBytesMin;
    }
}

void FrameStream::fail_cut(uint64_t bytes) const {
    throw Error(ErrorCode::Corrupt,
                "a frame of " + std::to_string(bytes) + " bytes is cut: the file has " +
                    std::to_string(file_->size() - frame_at_) + " bytes from there",
                file_->path(), static_cast<int64_t>(frame_at_));
}

void FrameStream::fill(uint64_t count) {
    uint64_t ready = ready_bytes();
    if (ready >= count) return;
    uint64_t left = file_->size() - frame_at_;
    if (left < count) fail_cut(count);
    uint64_t wanted = read_bytes_next_;
    if (expected_end_ > frame_at_) {
        wanted = std::min<uint64_t>(expected_end_ - frame_at_, kReadBytesMax);
    } else {
        read_bytes_next_ = std::min<uint64_t>(read_bytes_next_ * 2, kReadBytesMax);
    }
    wanted = std::min(std::max(wanted, count), left);
    uint8_t* tail = io_.data() + (frame_at_ - io_begin_);
    if (io_.size() < wanted) {
        Buffer larger = options_.pool->make(wanted);
        if (ready > 0) std::memcpy(larger.data(), tail, ready);
        io_ = std::move(larger);
    } else if (ready > 0) {
        std::memmove(io_.data(), tail, ready);
    }
    io_begin_ = frame_at_;
    io_bytes_ = ready;
    io::read_exactly(*file_, frame_at_ + ready, io_.data() + ready, wanted - ready);
    io_bytes_ = wanted;
    if (options_.metrics != nullptr) add(options_.metrics->bytes_read, wanted - ready);
}

std::optional<uint32_t> FrameStream::next_frame() {
    if (frame_at_ == file_->size()) {
        if (inner_skip_ > 0) fail("a mark points behind the last frame");
        return std::nullopt;
    }
    fill(format::kFrameHeaderBytes);
    try {
        format::FrameHeader header = format::parse_frame_header(
            {io_.data() + (frame_at_ - io_begin_), format::kFrameHeaderBytes});
        frame_bytes_ = header.frame_bytes;
        if (frame_bytes_ > file_->size() - frame_at_) fail_cut(frame_bytes_);
        return header.uncompressed_bytes;
    } catch (const Error& error) {
        if (!error.path().empty()) throw;
        throw Error(error.code(), error.message(), file_->path(), static_cast<int64_t>(frame_at_));
    }
}

void FrameStream::decompress(uint8_t* to) {
    if (options_.cancelled != nullptr && options_.cancelled->load(std::memory_order_relaxed))
        throw Error(ErrorCode::Cancelled, "the query was cancelled");
    fill(frame_bytes_);
    try {
        format::decompress_frame({io_.data() + (frame_at_ - io_begin_), frame_bytes_}, to);
    } catch (const Error& error) {
        throw Error(error.code(), error.message(), file_->path(), static_cast<int64_t>(frame_at_));
    }
    frame_at_ += frame_bytes_;
}

void FrameStream::refill() {
    while (at_ == end_) {
        std::optional<uint32_t> bytes = next_frame();
        if (!bytes) return;
        if (inner_skip_ > *bytes)
            fail("a mark points to byte " + std::to_string(inner_skip_) + " of a frame of " +
                 std::to_string(*bytes));
        scratch_frame_at_ = UINT64_MAX;
        if (scratch_bytes_max_ < *bytes) {
            scratch_ = options_.pool->make(*bytes);
            scratch_bytes_max_ = *bytes;
        }
        scratch_.resize(*bytes);
        uint64_t frame_at = frame_at_;
        decompress(scratch_.data());
        if (options_.metrics != nullptr) add(options_.metrics->bytes_decompressed, *bytes);
        scratch_frame_at_ = frame_at;
        scratch_frame_end_ = frame_at_;
        at_ = scratch_.data() + inner_skip_;
        end_ = scratch_.data() + *bytes;
        inner_skip_ = 0;
    }
}

size_t FrameStream::read_direct(uint8_t* to, size_t count) {
    size_t done = 0;
    while (inner_skip_ == 0) {
        std::optional<uint32_t> bytes = next_frame();
        if (!bytes || *bytes > count - done) break;
        decompress(to + done);
        if (options_.metrics != nullptr) add(options_.metrics->bytes_decompressed, *bytes);
        done += *bytes;
    }
    return done;
}

uint64_t FrameStream::skip_direct(uint64_t count) {
    uint64_t done = 0;
    while (true) {
        std::optional<uint32_t> bytes = next_frame();
        if (!bytes || inner_skip_ > *bytes || *bytes - inner_skip_ > count - done) break;
        done += *bytes - inner_skip_;
        inner_skip_ = 0;
        frame_at_ += frame_bytes_;
        if (frame_at_ > io_begin_ + io_bytes_) {
            io_begin_ = frame_at_;
            io_bytes_ = 0;
        }
    }
    return done;
}

void FrameStream::append_until(format::Mark end, Buffer& to) {
    auto append = [&](uint64_t wanted_max) {
        size_t have = to.size();
        if (at_ == end_) refill();
        size_t piece =
            static_cast<size_t>(std::min<uint64_t>(wanted_max, static_cast<uint64_t>(end_ - at_)));
        if (piece == 0) fail("unexpected end of a granule");
        to.resize(have + piece);
        std::memcpy(to.data() + have, at_, piece);
        at_ += piece;
    };
    while (frame_at_ < end.frame_offset || (at_ != end_ && scratch_frame_at_ < end.frame_offset))
        append(UINT64_MAX);
    if (frame_at_ > end.frame_offset && scratch_frame_at_ != end.frame_offset)
        fail("a mark points to byte " + std::to_string(end.frame_offset) +
             ", which begins no frame");
    if (end.inner_offset == 0) return;
    if (at_ == end_) refill();
    uint64_t stands = static_cast<uint64_t>(at_ - scratch_.data());
    if (at_ == end_ || scratch_frame_at_ != end.frame_offset ||
        end.inner_offset > scratch_.size() || stands > end.inner_offset)
        fail("the granule's end mark does not fit its frame");
    if (end.inner_offset > stands) append(end.inner_offset - stands);
}

}  // namespace ch::part
