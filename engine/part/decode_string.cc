#include <algorithm>

#include "engine/part/decoders.h"
#include "engine/part/limits.h"

namespace ch::part {

namespace {

constexpr size_t kGrowBytesMin = 4096;

Buffer first_offset(size_t rows, const std::shared_ptr<BufferPool>& pool) {
    Buffer offsets = pool->make(0);
    offsets.reserve((rows + 1) * sizeof(int32_t));
    offsets.resize(sizeof(int32_t));
    offsets.as<int32_t>()[0] = 0;
    return offsets;
}

// Most strings are short: fixed-size copies of 16 bytes beat a call. Reads and writes up to 31
// bytes too many.
inline void copy_wide(uint8_t* to, const uint8_t* from, size_t bytes) {
    if (bytes <= 32) {
        std::memcpy(to, from, 16);
        if (bytes > 16) std::memcpy(to + 16, from + 16, 16);
    } else {
        std::memcpy(to, from, bytes);
    }
}

}  // namespace

StringDecoder::StringDecoder(column::TypePtr type, Substream& values,
                             std::shared_ptr<BufferPool> pool)
    : type_(std::move(type)), values_(values), pool_(std::move(pool)) {}

void StringDecoder::begin(size_t rows) {
    offsets_ = first_offset(rows, pool_);
    size_t bytes = std::min<size_t>(rows * row_bytes_, kColumnBytesMax);
    data_ = pool_->make(bytes + bytes / 8);
    used_bytes_ = 0;
    rows_ = 0;
}

void StringDecoder::make_room(ByteStream& values, uint64_t bytes) {
    if (bytes > kColumnBytesMax - used_bytes_)
        values.fail("the strings of one batch have more than " + std::to_string(kColumnBytesMax) +
                    " bytes; read fewer rows at once");
    if (bytes > values.bytes_max())
        values.fail("a string of " + std::to_string(bytes) + " bytes is longer than the stream");
    if (used_bytes_ + bytes <= data_.size()) return;
    size_t grown = std::max<size_t>(used_bytes_ + bytes + kGrowBytesMin, data_.size() / 2 * 3);
    data_.resize(std::min<size_t>(grown, kColumnBytesMax));
}

size_t StringDecoder::read_window(ByteStream& values, size_t rows) {
    Bytes window = values.window();
    const uint8_t* at = window.data();
    const uint8_t* end = at + window.size();
    int32_t* ends = offsets_.as<int32_t>() + rows_ + 1;
    uint8_t* to = data_.data();
    size_t room = data_.size();
    size_t used = used_bytes_;
    size_t done = 0;
    while (done < rows && at < end) {
        size_t bytes = at[0];
        size_t head = 1;
        if (bytes >= 0x80) {
            if (end - at < 2 || at[1] >= 0x80) break;
            bytes = (bytes & 0x7f) | static_cast<size_t>(at[1]) << 7;
            head = 2;
        }
        if (bytes > static_cast<size_t>(end - at) - head || bytes > room - used) break;
        copy_wide(to + used, at + head, bytes);
        used += bytes;
        at += head + bytes;
        ends[done++] = static_cast<int32_t>(used);
    }
    used_bytes_ = used;
    rows_ += done;
    values.advance(static_cast<size_t>(at - window.data()));
    return done;
}

void StringDecoder::read_one(ByteStream& values) {
    uint64_t bytes = values.read_varuint();
    make_room(values, bytes);
    values.read(data_.data() + used_bytes_, bytes);
    used_bytes_ += bytes;
    offsets_.as<int32_t>()[++rows_] = static_cast<int32_t>(used_bytes_);
}

void StringDecoder::read(size_t rows) {
    ByteStream& values = values_.bytes();
    if (rows > values.bytes_max())
        values.fail(std::to_string(rows) + " strings are more than the stream holds");
    offsets_.resize((rows_ + rows + 1) * sizeof(int32_t));
    while (rows > 0) {
        rows -= read_window(values, rows);
        if (rows == 0) break;
        read_one(values);
        --rows;
    }
}

void StringDecoder::skip(size_t rows) {
    ByteStream& values = values_.bytes();
    while (rows > 0) {
        Bytes window = values.window();
        size_t at = 0;
        while (rows > 0 && at < window.size() && window[at] < 0x80 &&
               window[at] < window.size() - at) {
            at += size_t{1} + window[at];
            --rows;
        }
        values.advance(at);
        if (rows == 0) break;
        values.skip(values.read_varuint());
        --rows;
    }
}

column::Column StringDecoder::finish() {
    column::Column column;
    column.type = type_;
    column.rows = rows_;
    data_.resize(used_bytes_);
    if (rows_ > 0) row_bytes_ = used_bytes_ / rows_ + 1;
    column.data = std::move(data_);
    column.offsets = std::move(offsets_);
    return column;
}

SizedStringDecoder::SizedStringDecoder(column::TypePtr type, Substream& sizes, Substream& values,
                                       std::shared_ptr<BufferPool> pool)
    : type_(std::move(type)), sizes_(sizes), values_(values), pool_(std::move(pool)) {}

void SizedStringDecoder::seek(size_t granule) {
    sizes_.seek(granule);
    values_.seek(granule);
}

void SizedStringDecoder::begin(size_t rows) {
    offsets_ = first_offset(rows, pool_);
    data_ = pool_->make(0);
    rows_ = 0;
}

void SizedStringDecoder::read(size_t rows) {
    ByteStream& sizes = sizes_.bytes();
    if (rows > sizes.bytes_max() / sizeof(uint64_t))
        sizes.fail(std::to_string(rows) + " sizes are more than the stream holds");
    uint64_t bytes = append_offsets(sizes, offsets_, rows_, rows);
    rows_ += rows;
    ByteStream& values = values_.bytes();
    if (bytes > values.bytes_max())
        values.fail("strings of " + std::to_string(bytes) +
                    " bytes are more than the stream holds");
    size_t have = data_.size();
    data_.resize(have + bytes);
    values.read(data_.data() + have, bytes);
}

void SizedStringDecoder::skip(size_t rows) {
    uint64_t bytes = skip_sizes(sizes_.bytes(), rows);
    values_.bytes().skip(bytes);
}

column::Column SizedStringDecoder::finish() {
    column::Column column;
    column.type = type_;
    column.rows = rows_;
    column.data = std::move(data_);
    column.offsets = std::move(offsets_);
    return column;
}

}  // namespace ch::part
