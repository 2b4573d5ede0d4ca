#include <algorithm>

#include "engine/part/encoders.h"

namespace ch::part {

using column::Column;

namespace {

void append_sizes(StreamWriter& to, const int32_t* ends, size_t rows) {
    constexpr size_t kPieceRows = StreamWriter::kRoomBytesMax / sizeof(uint64_t);
    for (size_t row = 0; row < rows;) {
        size_t piece = std::min(rows - row, kPieceRows);
        uint8_t* out = to.room(piece * sizeof(uint64_t));
        for (size_t i = 0; i < piece; ++i)
            store(out + i * sizeof(uint64_t),
                  static_cast<uint64_t>(ends[row + i + 1] - ends[row + i]));
        to.commit(piece * sizeof(uint64_t));
        row += piece;
    }
}

}  // namespace

void ArrayEncoder::write_prefix() {
    for (const EncoderPtr& element : elements_) element->write_prefix();
}

void ArrayEncoder::begin_granule() {
    if (sizes_ != nullptr) sizes_->begin_granule();
    for (const EncoderPtr& element : elements_) element->begin_granule();
}

void ArrayEncoder::write(const Column& column, size_t from, size_t rows) {
    const int32_t* ends = column.offsets.as<int32_t>();
    if (sizes_ != nullptr) append_sizes(*sizes_->writer, ends + from, rows);
    auto begin = static_cast<size_t>(ends[from]);
    size_t count = static_cast<size_t>(ends[from + rows]) - begin;
    for (size_t i = 0; i < elements_.size(); ++i)
        elements_[i]->write(*column.children[i], begin, count);
}

void ArrayEncoder::finish() {
    for (const EncoderPtr& element : elements_) element->finish();
}

void TupleEncoder::write_prefix() {
    for (const EncoderPtr& element : elements_) element->write_prefix();
}

void TupleEncoder::begin_granule() {
    for (const EncoderPtr& element : elements_) element->begin_granule();
}

void TupleEncoder::write(const Column& column, size_t from, size_t rows) {
    for (size_t i = 0; i < elements_.size(); ++i)
        elements_[i]->write(*column.children[i], from, rows);
}

void TupleEncoder::finish() {
    for (const EncoderPtr& element : elements_) element->finish();
}

}  // namespace ch::part
