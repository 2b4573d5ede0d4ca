#include <algorithm>
#include <array>

#include "engine/part/encoders.h"

namespace ch::part {

using column::Column;

namespace {

constexpr size_t kRoom = StreamWriter::kRoomBytesMax;
constexpr size_t kLengthBytesMax = 5;  // of a varuint below 2^35: offsets are int32

// Texts up to this long are copied in whole vectors; both buffers are padded.
constexpr size_t kCopyBytes = 32;
static_assert(kCopyBytes <= Buffer::kPaddingBytes);

uint8_t* put_length(uint8_t* to, size_t length) {
    for (; length >= 0x80; length >>= 7) *to++ = static_cast<uint8_t>(length | 0x80);
    *to++ = static_cast<uint8_t>(length);
    return to;
}

uint8_t* put_short_text(uint8_t* to, const uint8_t* from, size_t length) {
    to = put_length(to, length);
    std::memcpy(to, from, kCopyBytes);
    if (length > kCopyBytes) std::memcpy(to + kCopyBytes, from + kCopyBytes, length - kCopyBytes);
    return to + length;
}

}  // namespace

void FixedEncoder::write(const Column& column, size_t from, size_t rows) {
    StreamWriter& to = *values_.writer;
    const uint8_t* values = column.data.data() + from * width_;
    if (!column.has_nulls()) return to.append(values, rows * width_);
    const uint8_t* nulls = column.nulls.data() + from;
    if (width_ > kRoom) {
        std::string zeros(width_, '\0');
        for (size_t row = 0; row < rows; ++row)
            to.append(nulls[row] != 0 ? zeros.data()
                                      : reinterpret_cast<const char*>(values) + row * width_,
                      width_);
        return;
    }
    for (size_t row = 0; row < rows;) {
        size_t piece = std::min(rows - row, kRoom / width_);
        uint8_t* out = to.room(piece * width_);
        std::memcpy(out, values + row * width_, piece * width_);
        for (size_t i = 0; i < piece; ++i)
            if (nulls[row + i] != 0) std::memset(out + i * width_, 0, width_);
        to.commit(piece * width_);
        row += piece;
    }
}

void StringEncoder::write(const Column& column, size_t from, size_t rows) {
    StreamWriter& to = *values_.writer;
    const int32_t* ends = column.offsets.as<int32_t>();
    const uint8_t* bytes = column.data.data();
    bool has_nulls = column.has_nulls();
    // Of a column that was never given bytes there is not even padding to read.
    std::array<uint8_t, kCopyBytes> nothing{};
    if (bytes == nullptr) bytes = nothing.data();
    constexpr size_t kShortMax = kRoom - kLengthBytesMax - kCopyBytes;
    for (size_t row = from; row < from + rows;) {
        uint8_t* begin = to.room(kRoom);
        uint8_t* out = begin;
        for (; row < from + rows; ++row) {
            auto length = static_cast<size_t>(ends[row + 1] - ends[row]);
            if (has_nulls && column.nulls.data()[row] != 0) length = 0;
            if (length + kLengthBytesMax + kCopyBytes > kRoom - static_cast<size_t>(out - begin))
                break;
            out = put_short_text(out, bytes + ends[row], length);
        }
        to.commit(static_cast<size_t>(out - begin));
        if (row == from + rows || out != begin) continue;
        auto length = static_cast<size_t>(ends[row + 1] - ends[row]);
        CH_ASSERT(length > kShortMax);
        uint8_t* head = to.room(kLengthBytesMax);
        to.commit(static_cast<size_t>(put_length(head, length) - head));
        to.append(bytes + ends[row], length);
        ++row;
    }
}

void NullableEncoder::begin_granule() {
    nulls_.begin_granule();
    values_->begin_granule();
}

void NullableEncoder::write(const Column& column, size_t from, size_t rows) {
    StreamWriter& to = *nulls_.writer;
    if (column.has_nulls()) {
        to.append(column.nulls.data() + from, rows);
    } else {
        for (size_t left = rows; left > 0;) {
            size_t piece = std::min(left, kRoom);
            std::memset(to.room(piece), 0, piece);
            to.commit(piece);
            left -= piece;
        }
    }
    values_->write(column, from, rows);
}

}  // namespace ch::part
