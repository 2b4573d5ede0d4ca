#pragma once

#include "engine/part/decoder.h"

namespace ch::part {

// The decoders by layout (mergetree.md 5). Only make_decoder() makes them.

/// Reads `rows` u64 sizes and appends their running sums to `offsets`, which holds `have` + 1 of
/// them. Returns the sum of the sizes.
uint64_t append_offsets(ByteStream& sizes, Buffer& offsets, size_t have, size_t rows);
/// Passes over `rows` u64 sizes and returns their sum.
uint64_t skip_sizes(ByteStream& sizes, size_t rows);

/// `rows` values of one width.
class FixedDecoder final : public Decoder {
public:
    FixedDecoder(column::TypePtr type, Substream& values, std::shared_ptr<BufferPool> pool);
    void seek(size_t granule) override { values_.seek(granule); }
    void enter_granule(size_t) override {}
    void begin(size_t rows) override;
    void read(size_t rows) override;
    void skip(size_t rows) override { values_.bytes().skip(uint64_t{rows} * width_); }
    column::Column finish() override;

private:
    column::TypePtr type_;
    size_t width_;
    Substream& values_;
    std::shared_ptr<BufferPool> pool_;
    Buffer data_;
    size_t rows_ = 0;
};

/// Classic String: varuint length + bytes, row after row.
class StringDecoder final : public Decoder {
public:
    StringDecoder(column::TypePtr type, Substream& values, std::shared_ptr<BufferPool> pool);
    void seek(size_t granule) override { values_.seek(granule); }
    void enter_granule(size_t) override {}
    void begin(size_t rows) override;
    void read(size_t rows) override;
    void skip(size_t rows) override;
    column::Column finish() override;

private:
    /// Reads rows whose bytes are all in the window; returns how many.
    size_t read_window(ByteStream& values, size_t rows);
    void read_one(ByteStream& values);
    void make_room(ByteStream& values, uint64_t bytes);

    column::TypePtr type_;
    Substream& values_;
    std::shared_ptr<BufferPool> pool_;
    Buffer data_;
    Buffer offsets_;
    size_t used_bytes_ = 0;
    size_t rows_ = 0;
    size_t row_bytes_ = 16;  // estimate, from the last batch
};

/// String with a sizes stream.
class SizedStringDecoder final : public Decoder {
public:
    SizedStringDecoder(column::TypePtr type, Substream& sizes, Substream& values,
                       std::shared_ptr<BufferPool> pool);
    void seek(size_t granule) override;
    void enter_granule(size_t) override {}
    void begin(size_t rows) override;
    void read(size_t rows) override;
    void skip(size_t rows) override;
    column::Column finish() override;

private:
    column::TypePtr type_;
    Substream& sizes_;
    Substream& values_;
    std::shared_ptr<BufferPool> pool_;
    Buffer data_;
    Buffer offsets_;
    size_t rows_ = 0;
};

/// A null byte for each row, and values for all rows.
class NullableDecoder final : public Decoder {
public:
    NullableDecoder(column::TypePtr type, Substream& nulls, DecoderPtr values,
                    std::shared_ptr<BufferPool> pool);
    void seek(size_t granule) override;
    void enter_granule(size_t granule) override { values_->enter_granule(granule); }
    void begin(size_t rows) override;
    void read(size_t rows) override;
    void skip(size_t rows) override;
    column::Column finish() override;

private:
    column::TypePtr type_;
    Substream& stream_;
    DecoderPtr values_;
    std::shared_ptr<BufferPool> pool_;
    Buffer nulls_;
    size_t rows_ = 0;
    bool has_null_ = false;
};

/// Array (one inner decoder) and Map (keys and values): a u64 size for each row, then the elements.
class ArrayDecoder final : public Decoder {
public:
    ArrayDecoder(column::TypePtr type, Substream& sizes, std::vector<DecoderPtr> elements,
                 std::shared_ptr<BufferPool> pool);
    void seek(size_t granule) override;
    void enter_granule(size_t granule) override;
    void begin(size_t rows) override;
    void read(size_t rows) override;
    void skip(size_t rows) override;
    column::Column finish() override;

private:
    column::TypePtr type_;
    Substream& sizes_;
    std::vector<DecoderPtr> elements_;
    std::shared_ptr<BufferPool> pool_;
    Buffer offsets_;
    size_t rows_ = 0;
};

/// No stream of its own.
class TupleDecoder final : public Decoder {
public:
    TupleDecoder(column::TypePtr type, std::vector<DecoderPtr> elements);
    void seek(size_t granule) override;
    void enter_granule(size_t granule) override;
    void begin(size_t rows) override;
    void read(size_t rows) override;
    void skip(size_t rows) override;
    column::Column finish() override;

private:
    column::TypePtr type_;
    std::vector<DecoderPtr> elements_;
    size_t rows_ = 0;
};

/// Only the rows that are not the default are stored; `runs` says where they stand
/// (mergetree.md 5.5).
class SparseDecoder final : public Decoder {
public:
    SparseDecoder(column::TypePtr type, Substream& runs, DecoderPtr values,
                  std::shared_ptr<BufferPool> pool);
    void seek(size_t granule) override;
    void enter_granule(size_t granule) override;
    void begin(size_t rows) override;
    void read(size_t rows) override;
    void skip(size_t rows) override;
    column::Column finish() override;

private:
    /// Passes over `rows` rows, noting the places of stored values when `keep`; returns how many
    /// there are.
    size_t walk(size_t rows, bool keep);
    void next_run();
    [[nodiscard]] Buffer nulls() const;

    column::TypePtr type_;
    Substream& runs_;
    DecoderPtr values_;
    std::shared_ptr<BufferPool> pool_;
    std::vector<uint32_t> places_;  // rows of the batch that have a stored value
    size_t rows_ = 0;
    uint64_t defaults_left_ = 0;  // rows before the next stored value, or before the granule's end
    bool value_follows_ = false;
    bool granule_ends_ = false;
    bool inside_ = false;  // a granule was entered and read from
};

}  // namespace ch::part
