#pragma once

#include "engine/part/encoder.h"

namespace ch::part {

// The encoders by layout (mergetree.md 5). Only make_encoder() makes them.

/// Values of one width; NULL rows are written as zeros.
class FixedEncoder final : public Encoder {
public:
    FixedEncoder(size_t width, MarkedStream& values) : width_(width), values_(values) {}
    void begin_granule() override { values_.begin_granule(); }
    void write(const column::Column& column, size_t from, size_t rows) override;

private:
    size_t width_;
    MarkedStream& values_;
};

/// Classic String: varuint length + bytes, row after row; NULL rows are written as empty.
class StringEncoder final : public Encoder {
public:
    explicit StringEncoder(MarkedStream& values) : values_(values) {}
    void begin_granule() override { values_.begin_granule(); }
    void write(const column::Column& column, size_t from, size_t rows) override;

private:
    MarkedStream& values_;
};

/// A null byte for each row, then values for all rows.
class NullableEncoder final : public Encoder {
public:
    NullableEncoder(MarkedStream& nulls, EncoderPtr values)
        : nulls_(nulls), values_(std::move(values)) {}
    void write_prefix() override { values_->write_prefix(); }
    void begin_granule() override;
    void write(const column::Column& column, size_t from, size_t rows) override;
    void finish() override { values_->finish(); }

private:
    MarkedStream& nulls_;
    EncoderPtr values_;
};

/// Array (one inner encoder) and Map (keys and values): a u64 size for each row, then the elements.
class ArrayEncoder final : public Encoder {
public:
    /// `sizes` may be null: another column writes them.
    ArrayEncoder(MarkedStream* sizes, std::vector<EncoderPtr> elements)
        : sizes_(sizes), elements_(std::move(elements)) {}
    void write_prefix() override;
    void begin_granule() override;
    void write(const column::Column& column, size_t from, size_t rows) override;
    void finish() override;

private:
    MarkedStream* sizes_;
    std::vector<EncoderPtr> elements_;
};

/// No stream of its own.
class TupleEncoder final : public Encoder {
public:
    explicit TupleEncoder(std::vector<EncoderPtr> elements) : elements_(std::move(elements)) {}
    void write_prefix() override;
    void begin_granule() override;
    void write(const column::Column& column, size_t from, size_t rows) override;
    void finish() override;

private:
    std::vector<EncoderPtr> elements_;
};

/// LowCardinality: codes and their dictionaries (encode_low_cardinality.cc).
EncoderPtr make_wide_dictionary_encoder(column::TypePtr type, MarkedStream& dictionary,
                                        MarkedStream& codes);
EncoderPtr make_compact_dictionary_encoder(column::TypePtr type, MarkedStream& codes);

}  // namespace ch::part
