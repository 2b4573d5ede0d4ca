#include "engine/part/stream_writer.h"

#include <algorithm>

namespace ch::part {

namespace {

// ClickHouse's min_compress_block_size and max_compress_block_size.
constexpr size_t kMarkBytesCut = 64U << 10;
constexpr size_t kFrameBytesCut = 1U << 20;

}  // namespace

StreamWriter::StreamWriter(HashedFile file, format::FrameEncoder& encoder,
                           const std::shared_ptr<BufferPool>& pool)
    : file_(std::move(file)), encoder_(&encoder), plain_(pool->make(0)) {}

format::Mark StreamWriter::mark() {
    if (pending_ >= kMarkBytesCut) flush();
    return position();
}

void StreamWriter::reserve(size_t bytes) {
    if (plain_.size() >= bytes) return;
    plain_.resize(std::max(bytes, std::min(plain_.size() * 2, kFrameBytesCut + kRoomBytesMax)));
}

void StreamWriter::append(const void* bytes, size_t count) {
    const auto* from = static_cast<const uint8_t*>(bytes);
    while (count > 0) {
        size_t piece = std::min(count, kFrameBytesCut - std::min(pending_, kFrameBytesCut));
        if (piece == 0) {
            flush();
            continue;
        }
        reserve(pending_ + piece);
        std::memcpy(plain_.data() + pending_, from, piece);
        pending_ += piece;
        from += piece;
        count -= piece;
    }
}

uint8_t* StreamWriter::room(size_t count) {
    CH_ASSERT(count <= kRoomBytesMax);
    if (pending_ >= kFrameBytesCut) flush();
    reserve(pending_ + count);
    return plain_.data() + pending_;
}

void StreamWriter::flush() {
    if (pending_ == 0) return;
    Bytes plain(plain_.data(), pending_);
    content_hasher_.update(plain);
    content_bytes_ += pending_;
    file_.append(encoder_->encode(plain));
    pending_ = 0;
}

void StreamWriter::finish(PartFiles& files, bool is_data_bin) {
    flush();
    format::Hash128 hash = content_hasher_.finish();
    if (is_data_bin)
        hash = format::city_hash_128_with_seed(
            {reinterpret_cast<const uint8_t*>(&hash), sizeof(hash)}, {});
    files.add(std::move(file_), content_bytes_, hash);
    plain_ = {};
}

}  // namespace ch::part
