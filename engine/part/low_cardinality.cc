#include "engine/part/low_cardinality.h"

#include <algorithm>
#include <map>

#include "engine/part/dictionary.h"
#include "engine/part/limits.h"

// A granule with rows, in the codes' stream:
//   u64 width (0 u8, 1 u16, 2 u32, 3 u64) | flags   [own keys: u64 count, keys]   u64 rows   rows
//   codes

namespace ch::part {

namespace {

constexpr uint64_t kSharedDictionary = 0x100;
constexpr uint64_t kOwnKeys = 0x200;
constexpr uint64_t kNextDictionary = 0x400;
constexpr uint64_t kVersion = 1;

// Returns the largest code; the loop has no branch, so that it is done with vectors.
template <typename T>
uint64_t widen(const uint8_t* from, int32_t* to, size_t count) {
    T largest = 0;
    for (size_t i = 0; i < count; ++i) {
        T code = load<T>(from + i * sizeof(T));
        largest = std::max(largest, code);
        to[i] = static_cast<int32_t>(code);
    }
    return largest;
}

uint64_t widen_codes(const uint8_t* from, int32_t* to, size_t count, size_t code_bytes) {
    switch (code_bytes) {
        case 1:
            return widen<uint8_t>(from, to, count);
        case 2:
            return widen<uint16_t>(from, to, count);
        case 4:
            return widen<uint32_t>(from, to, count);
        default:
            return widen<uint64_t>(from, to, count);
    }
}

}  // namespace

LowCardinalityDecoder::LowCardinalityDecoder(column::TypePtr type, Streams streams,
                                             DecoderPtr dictionary_keys, DecoderPtr granule_keys,
                                             std::shared_ptr<BufferPool> pool)
    : type_(std::move(type)),
      streams_(streams),
      dictionary_keys_(std::move(dictionary_keys)),
      granule_keys_(std::move(granule_keys)),
      pool_(std::move(pool)) {}

void LowCardinalityDecoder::seek(size_t granule) {
    streams_.codes->seek(granule);
    block_rows_left_ = 0;
}

void LowCardinalityDecoder::enter_granule(size_t granule) {
    if (block_rows_left_ > 0 && streams_.prefix == nullptr)
        streams_.codes->bytes().fail("a granule has more dictionary codes than rows");
    granule_ = granule;
    block_rows_left_ = 0;
    if (streams_.prefix == nullptr) return;
    ByteStream& prefix = streams_.prefix->bytes();
    auto version = prefix.read_value<uint64_t>();
    if (version != kVersion)
        prefix.fail("dictionary version is " + std::to_string(version) + ", expected 1");
}

column::ColumnPtr LowCardinalityDecoder::read_keys(ByteStream& from, Decoder& keys) const {
    auto count = from.read_value<uint64_t>();
    if (count > std::min(from.bytes_max(), kDictionaryKeysMax))
        from.fail("a dictionary of " + std::to_string(count) + " keys is larger than its stream");
    keys.begin(count);
    keys.read(count);
    return std::make_shared<const column::Column>(keys.finish());
}

void LowCardinalityDecoder::load_shared() {
    const format::Mark* mark = streams_.dictionary->mark(granule_);
    if (mark == nullptr)
        streams_.codes->bytes().fail("a granule of a Compact part asks for a shared dictionary");
    if (shared_ != nullptr && shared_mark_ == *mark) return;
    shared_ = nullptr;
    streams_.dictionary->seek(*mark);
    ByteStream& keys = streams_.dictionary->bytes();
    if (*mark == format::Mark{} && keys.read_value<uint64_t>() != kVersion)
        keys.fail("dictionary version is not 1");
    shared_ = read_keys(keys, *dictionary_keys_);
    shared_mark_ = *mark;
}

void LowCardinalityDecoder::next_block() {
    ByteStream& codes = streams_.codes->bytes();
    auto kind = codes.read_value<uint64_t>();
    uint64_t width = kind & 0xff;
    if (width > 3 ||
        (kind & ~(uint64_t{0xff} | kSharedDictionary | kOwnKeys | kNextDictionary)) != 0)
        codes.fail("dictionary codes of unknown kind " + std::to_string(kind));
    code_bytes_ = size_t{1} << width;
    if ((kind & (kSharedDictionary | kOwnKeys)) == 0)
        codes.fail("dictionary codes without a dictionary");
    if ((kind & kSharedDictionary) != 0) load_shared();
    current_ = shared_;
    if ((kind & kOwnKeys) != 0) {
        column::ColumnPtr keys = read_keys(codes, *granule_keys_);
        bool again = own_ != nullptr && same_dictionary(*own_, *keys);
        if (!again) own_ = keys;
        current_ =
            (kind & kSharedDictionary) != 0 ? concat_dictionaries(*shared_, *own_, pool_) : own_;
    }
    block_rows_left_ = codes.read_value<uint64_t>();
    if (block_rows_left_ == 0) codes.fail("a block of 0 dictionary codes");
}

void LowCardinalityDecoder::begin(size_t rows) {
    data_ = pool_->make(0);
    data_.reserve(rows * sizeof(int32_t));
    rows_ = 0;
    pieces_.clear();
}

void LowCardinalityDecoder::append_codes(size_t rows) {
    ByteStream& codes = streams_.codes->bytes();
    uint64_t bytes = uint64_t{rows} * code_bytes_;
    if (bytes > codes.bytes_max())
        codes.fail(std::to_string(rows) + " dictionary codes are more than the stream holds");
    data_.resize((rows_ + rows) * sizeof(int32_t));
    if (raw_.size() < bytes) raw_ = pool_->make(bytes);
    codes.read(raw_.data(), bytes);
    uint64_t largest = widen_codes(raw_.data(), data_.as<int32_t>() + rows_, rows, code_bytes_);
    if (largest >= current_->rows)
        codes.fail("dictionary code " + std::to_string(largest) + " of a dictionary of " +
                   std::to_string(current_->rows) + " keys");
    rows_ += rows;
    if (!pieces_.empty() && pieces_.back().dictionary == current_)
        pieces_.back().end = rows_;
    else
        pieces_.push_back({current_, rows_});
}

void LowCardinalityDecoder::read(size_t rows) {
    while (rows > 0) {
        if (block_rows_left_ == 0) next_block();
        auto piece = static_cast<size_t>(std::min<uint64_t>(rows, block_rows_left_));
        append_codes(piece);
        block_rows_left_ -= piece;
        rows -= piece;
    }
}

void LowCardinalityDecoder::skip(size_t rows) {
    while (rows > 0) {
        if (block_rows_left_ == 0) next_block();
        uint64_t piece = std::min<uint64_t>(rows, block_rows_left_);
        streams_.codes->bytes().skip(piece * code_bytes_);
        block_rows_left_ -= piece;
        rows -= piece;
    }
}

column::ColumnPtr LowCardinalityDecoder::merge_pieces() {
    DictionaryMerge merge(type_->nullable);
    std::map<const column::Column*, std::vector<int32_t>> merged_codes;
    int32_t* codes = data_.as<int32_t>();
    size_t row = 0;
    for (const Piece& piece : pieces_) {
        auto [found, is_new] = merged_codes.try_emplace(piece.dictionary.get());
        if (is_new) found->second = merge.add(*piece.dictionary);
        for (; row < piece.end; ++row) codes[row] = found->second[static_cast<size_t>(codes[row])];
    }
    return merge.finish(type_->children[0], pool_);
}

void LowCardinalityDecoder::append_nulls(column::Column& column) const {
    const int32_t* codes = column.data.as<int32_t>();
    bool has_null = false;
    for (size_t i = 0; i < rows_; ++i) has_null |= codes[i] == 0;
    if (!has_null) return;
    column.nulls = pool_->make(rows_);
    uint8_t* nulls = column.nulls.data();
    for (size_t i = 0; i < rows_; ++i) nulls[i] = codes[i] == 0 ? 1 : 0;
}

column::Column LowCardinalityDecoder::finish() {
    column::Column column;
    column.type = type_;
    column.rows = rows_;
    column::ColumnPtr dictionary;
    if (pieces_.size() > 1)
        dictionary = merge_pieces();
    else if (pieces_.size() == 1)
        dictionary = pieces_[0].dictionary;
    else
        dictionary = std::make_shared<const column::Column>(
            column::make_column(type_->children[0], 0, pool_));
    column.children.push_back(std::move(dictionary));
    column.data = std::move(data_);
    if (type_->nullable) append_nulls(column);
    pieces_.clear();
    return column;
}

}  // namespace ch::part
