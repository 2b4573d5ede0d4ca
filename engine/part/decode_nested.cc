#include <algorithm>

#include "engine/part/decoders.h"
#include "engine/part/limits.h"

namespace ch::part {

NullableDecoder::NullableDecoder(column::TypePtr type, Substream& nulls, DecoderPtr values,
                                 std::shared_ptr<BufferPool> pool)
    : type_(std::move(type)), stream_(nulls), values_(std::move(values)), pool_(std::move(pool)) {}

void NullableDecoder::seek(size_t granule) {
    stream_.seek(granule);
    values_->seek(granule);
}

void NullableDecoder::begin(size_t rows) {
    nulls_ = pool_->make(0);
    nulls_.reserve(rows);
    rows_ = 0;
    has_null_ = false;
    values_->begin(rows);
}

void NullableDecoder::read(size_t rows) {
    ByteStream& stream = stream_.bytes();
    if (rows > stream.bytes_max())
        stream.fail(std::to_string(rows) + " null flags are more than the stream holds");
    nulls_.resize(rows_ + rows);
    uint8_t* flags = nulls_.data() + rows_;
    stream.read(flags, rows);
    uint8_t bits = 0;
    for (size_t i = 0; i < rows; ++i) bits |= flags[i];
    if (bits > 1) stream.fail("a null flag is neither 0 nor 1");
    has_null_ |= bits != 0;
    rows_ += rows;
    values_->read(rows);
}

void NullableDecoder::skip(size_t rows) {
    stream_.bytes().skip(rows);
    values_->skip(rows);
}

column::Column NullableDecoder::finish() {
    column::Column column = values_->finish();
    column.type = type_;
    if (has_null_) column.nulls = std::move(nulls_);
    nulls_ = Buffer();
    return column;
}

ArrayDecoder::ArrayDecoder(column::TypePtr type, Substream& sizes, std::vector<DecoderPtr> elements,
                           std::shared_ptr<BufferPool> pool)
    : type_(std::move(type)),
      sizes_(sizes),
      elements_(std::move(elements)),
      pool_(std::move(pool)) {}

void ArrayDecoder::seek(size_t granule) {
    sizes_.seek(granule);
    for (DecoderPtr& element : elements_) element->seek(granule);
}

void ArrayDecoder::enter_granule(size_t granule) {
    for (DecoderPtr& element : elements_) element->enter_granule(granule);
}

void ArrayDecoder::begin(size_t rows) {
    offsets_ = pool_->make(0);
    offsets_.reserve((rows + 1) * sizeof(int32_t));
    offsets_.resize(sizeof(int32_t));
    offsets_.as<int32_t>()[0] = 0;
    rows_ = 0;
    for (DecoderPtr& element : elements_) element->begin(0);
}

void ArrayDecoder::read(size_t rows) {
    ByteStream& sizes = sizes_.bytes();
    if (rows > sizes.bytes_max() / sizeof(uint64_t))
        sizes.fail(std::to_string(rows) + " sizes are more than the stream holds");
    uint64_t count = append_offsets(sizes, offsets_, rows_, rows);
    rows_ += rows;
    for (DecoderPtr& element : elements_) element->read(count);
}

void ArrayDecoder::skip(size_t rows) {
    uint64_t count = skip_sizes(sizes_.bytes(), rows);
    for (DecoderPtr& element : elements_) element->skip(count);
}

column::Column ArrayDecoder::finish() {
    column::Column column;
    column.type = type_;
    column.rows = rows_;
    column.offsets = std::move(offsets_);
    for (DecoderPtr& element : elements_)
        column.children.push_back(std::make_shared<const column::Column>(element->finish()));
    return column;
}

TupleDecoder::TupleDecoder(column::TypePtr type, std::vector<DecoderPtr> elements)
    : type_(std::move(type)), elements_(std::move(elements)) {}

void TupleDecoder::seek(size_t granule) {
    for (DecoderPtr& element : elements_) element->seek(granule);
}

void TupleDecoder::enter_granule(size_t granule) {
    for (DecoderPtr& element : elements_) element->enter_granule(granule);
}

void TupleDecoder::begin(size_t rows) {
    rows_ = 0;
    for (DecoderPtr& element : elements_) element->begin(rows);
}

void TupleDecoder::read(size_t rows) {
    rows_ += rows;
    for (DecoderPtr& element : elements_) element->read(rows);
}

void TupleDecoder::skip(size_t rows) {
    for (DecoderPtr& element : elements_) element->skip(rows);
}

column::Column TupleDecoder::finish() {
    column::Column column;
    column.type = type_;
    column.rows = rows_;
    for (DecoderPtr& element : elements_)
        column.children.push_back(std::make_shared<const column::Column>(element->finish()));
    return column;
}

}  // namespace ch::part
