#include <algorithm>

#include "engine/part/decoders.h"
#include "engine/part/limits.h"

namespace ch::part {

FixedDecoder::FixedDecoder(column::TypePtr type, Substream& values,
                           std::shared_ptr<BufferPool> pool)
    : type_(std::move(type)), width_(type_->width()), values_(values), pool_(std::move(pool)) {}

void FixedDecoder::begin(size_t rows) {
    data_ = pool_->make(0);
    data_.reserve(rows * width_);
    rows_ = 0;
}

void FixedDecoder::read(size_t rows) {
    ByteStream& values = values_.bytes();
    uint64_t bytes = uint64_t{rows} * width_;
    if (bytes > values.bytes_max())
        values.fail(std::to_string(rows) + " values of " + std::to_string(width_) +
                    " bytes are more than the stream holds");
    size_t have = data_.size();
    data_.resize(have + bytes);
    values.read(data_.data() + have, bytes);
    rows_ += rows;
}

column::Column FixedDecoder::finish() {
    column::Column column;
    column.type = type_;
    column.rows = rows_;
    column.data = std::move(data_);
    return column;
}

}  // namespace ch::part
