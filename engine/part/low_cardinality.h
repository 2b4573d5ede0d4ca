#pragma once

#include "engine/part/decoder.h"

namespace ch::part {

/// Codes in one stream, by granule; the dictionaries in another (Wide) or in front of the codes
/// (mergetree.md 5.4). A dictionary is decoded once and shared by all batches that use it; a batch
/// that meets several gets them merged.
class LowCardinalityDecoder final : public Decoder {
public:
    struct Streams {
        Substream* prefix;  ///< Compact: the version; null in Wide
        Substream* dictionary;
        Substream* codes;
    };
    /// `dictionary_keys` reads from streams.dictionary, `granule_keys` from streams.codes.
    LowCardinalityDecoder(column::TypePtr type, Streams streams, DecoderPtr dictionary_keys,
                          DecoderPtr granule_keys, std::shared_ptr<BufferPool> pool);
    void seek(size_t granule) override;
    void enter_granule(size_t granule) override;
    void begin(size_t rows) override;
    void read(size_t rows) override;
    void skip(size_t rows) override;
    column::Column finish() override;

private:
    /// Rows of this batch, up to `end`, whose codes are of one dictionary.
    struct Piece {
        column::ColumnPtr dictionary;
        size_t end;
    };
    void next_block();
    void load_shared();
    column::ColumnPtr read_keys(ByteStream& from, Decoder& keys) const;
    void append_codes(size_t rows);
    column::ColumnPtr merge_pieces();
    void append_nulls(column::Column& column) const;

    column::TypePtr type_;
    Streams streams_;
    DecoderPtr dictionary_keys_;
    DecoderPtr granule_keys_;
    std::shared_ptr<BufferPool> pool_;

    size_t granule_ = 0;
    column::ColumnPtr shared_;  // the dictionary at shared_mark_
    format::Mark shared_mark_;
    column::ColumnPtr own_;      // the last granule's own keys
    column::ColumnPtr current_;  // what the block's codes point into
    uint64_t block_rows_left_ = 0;
    size_t code_bytes_ = 1;

    Buffer data_;
    Buffer raw_;  // codes in their stored width
    size_t rows_ = 0;
    std::vector<Piece> pieces_;
};

}  // namespace ch::part
