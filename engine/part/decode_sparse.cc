#include <algorithm>

#include "engine/part/decoders.h"

namespace ch::part {

namespace {

// The varuint that ends a written block, and with it perhaps the granule, has this bit: END + the
// default rows behind the last stored value.
constexpr uint64_t kGranuleEnd = 1ULL << 62;

// Width 1, 2, 4, 8, 16, 32 take a copy of constant size.
template <size_t kWidth>
void scatter(uint8_t* to, const uint8_t* from, const std::vector<uint32_t>& places, size_t width) {
    for (size_t i = 0; i < places.size(); ++i) {
        if constexpr (kWidth > 0)
            std::memcpy(to + size_t{places[i]} * kWidth, from + i * kWidth, kWidth);
        else
            std::memcpy(to + places[i] * width, from + i * width, width);
    }
}

void scatter_fixed(uint8_t* to, const uint8_t* from, const std::vector<uint32_t>& places,
                   size_t width) {
    switch (width) {
        case 1:
            return scatter<1>(to, from, places, width);
        case 2:
            return scatter<2>(to, from, places, width);
        case 4:
            return scatter<4>(to, from, places, width);
        case 8:
            return scatter<8>(to, from, places, width);
        case 16:
            return scatter<16>(to, from, places, width);
        default:
            return scatter<0>(to, from, places, width);
    }
}

}  // namespace

SparseDecoder::SparseDecoder(column::TypePtr type, Substream& runs, DecoderPtr values,
                             std::shared_ptr<BufferPool> pool)
    : type_(std::move(type)), runs_(runs), values_(std::move(values)), pool_(std::move(pool)) {}

void SparseDecoder::seek(size_t granule) {
    runs_.seek(granule);
    values_->seek(granule);
    inside_ = false;
}

void SparseDecoder::enter_granule(size_t granule) {
    if (inside_) {
        if (!granule_ends_ || defaults_left_ > 0)
            runs_.bytes().fail("a sparse granule has more rows than its mark says");
    }
    inside_ = true;
    defaults_left_ = 0;
    value_follows_ = granule_ends_ = false;
    values_->enter_granule(granule);
}

void SparseDecoder::next_run() {
    uint64_t group = runs_.bytes().read_varuint();
    granule_ends_ = (group & kGranuleEnd) != 0;
    value_follows_ = !granule_ends_;
    defaults_left_ = group & (kGranuleEnd - 1);
    if (group >= kGranuleEnd * 2) runs_.bytes().fail("a sparse run has an impossible length");
}

size_t SparseDecoder::walk(size_t rows, bool keep) {
    size_t count = 0;
    for (size_t row = 0; row < rows;) {
        if (defaults_left_ > 0) {
            size_t passed = static_cast<size_t>(std::min<uint64_t>(defaults_left_, rows - row));
            row += passed;
            defaults_left_ -= passed;
        } else if (value_follows_) {
            if (keep) places_.push_back(static_cast<uint32_t>(rows_ + row));
            ++count;
            ++row;
            // At once, so that the stream stands behind the granule when its last row is passed.
            next_run();
        } else {
            // Also behind an end: a merge that wrote the granule in several blocks ended each.
            next_run();
        }
    }
    return count;
}

void SparseDecoder::begin(size_t) {
    places_.clear();
    rows_ = 0;
    values_->begin(0);
}

void SparseDecoder::read(size_t rows) {
    size_t count = walk(rows, true);
    rows_ += rows;
    values_->read(count);
}

void SparseDecoder::skip(size_t rows) {
    values_->skip(walk(rows, false));
}

/// The default of a Nullable is NULL, so that no stored value is one.
Buffer SparseDecoder::nulls() const {
    Buffer nulls = pool_->make(rows_);
    if (rows_ > 0) std::memset(nulls.data(), 1, rows_);
    for (uint32_t place : places_) nulls.data()[place] = 0;
    return nulls;
}

column::Column SparseDecoder::finish() {
    column::Column stored = values_->finish();
    column::Column column = column::make_column(type_, rows_, pool_);
    if (type_->nullable && places_.size() < rows_) column.nulls = nulls();
    if (type_->id != column::TypeId::String) {
        size_t width = type_->width();
        if (rows_ > 0) std::memset(column.data.data(), 0, rows_ * width);
        scatter_fixed(column.data.data(), stored.data.data(), places_, width);
        return column;
    }
    // Row i ends where the stored values that stand at or before it end.
    const int32_t* ends = stored.offsets.as<int32_t>();
    int32_t* offsets = column.offsets.as<int32_t>();
    size_t row = 0;
    for (size_t i = 0; i < places_.size(); ++i) {
        std::fill(offsets + row, offsets + places_[i] + 1, ends[i]);
        row = places_[i] + size_t{1};
    }
    std::fill(offsets + row, offsets + rows_ + 1, ends[places_.size()]);
    column.data = std::move(stored.data);
    return column;
}

}  // namespace ch::part
