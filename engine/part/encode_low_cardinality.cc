#include <algorithm>
#include <string>
#include <unordered_map>

#include "engine/part/encoders.h"

// A block of codes, one or more a granule:
//   u64 width (0 u8, 1 u16, 2 u32) | flags   [own keys: u64 count, keys]   u64 rows   rows codes
// The dictionary's stream (Wide): u64 version, then dictionaries: u64 count, keys.

namespace ch::part {

using column::Column;
using column::ColumnPtr;
using column::TypeId;
using column::TypePtr;

namespace {

constexpr uint64_t kVersion = 1;
constexpr uint64_t kSharedDictionary = 0x100;
constexpr uint64_t kOwnKeys = 0x200;
constexpr uint64_t kNextDictionary = 0x400;
/// ClickHouse's low_cardinality_max_dictionary_size.
constexpr size_t kSharedKeysMax = 8192;

/// Distinct values in the order of their first use, and their bytes as they are stored.
class KeySet {
public:
    explicit KeySet(const column::Type& type) : is_text_(type.id == TypeId::String) {}

    /// Keys are found by value, so one that is in already gets no second number.
    uint32_t add(std::string_view key) {
        auto [found, is_new] = numbers_.try_emplace(std::string(key), count_);
        if (is_new) append(key);
        return found->second;
    }
    /// A key that is never found: the entry that stands for NULL.
    void append(std::string_view key) {
        if (is_text_) append_varuint(bytes_, key.size());
        bytes_ += key;
        ++count_;
    }
    [[nodiscard]] const uint32_t* find(std::string_view key) const {
        auto found = numbers_.find(std::string(key));
        return found == numbers_.end() ? nullptr : &found->second;
    }
    [[nodiscard]] uint32_t count() const { return count_; }
    [[nodiscard]] const std::string& bytes() const { return bytes_; }
    void clear() {
        numbers_.clear();
        bytes_.clear();
        count_ = 0;
    }

private:
    bool is_text_;
    std::unordered_map<std::string, uint32_t> numbers_;
    std::string bytes_;
    uint32_t count_ = 0;
};

void write_keys(StreamWriter& to, const KeySet& keys) {
    to.append_value(uint64_t{keys.count()});
    to.append(keys.bytes().data(), keys.bytes().size());
}

std::string_view key_of(const Column& dictionary, size_t code) {
    if (dictionary.type->id == TypeId::String) return dictionary.text(code);
    size_t width = dictionary.type->width();
    return as_text({dictionary.data.data() + code * width, width});
}

/// What dictionary encoding shares between both kinds of parts: `shared` keys, behind them those of
/// one block of codes, and the numbers that the codes of the column at hand have among them.
class CodeMap {
public:
    explicit CodeMap(const TypePtr& type)
        : type_(type), shared_(*type->children[0]), own_(*type->children[0]) {
        start_dictionary();
    }

    void start_dictionary() {
        shared_.clear();
        const column::Type& keys = *type_->children[0];
        std::string zero(keys.width(), '\0');
        if (type_->nullable) shared_.append(zero);
        shared_.add(zero);
        source_ = nullptr;
    }

    /// The numbers of the rows' values; what does not fit in `keys_max` shared keys goes to own().
    const std::vector<uint32_t>& translate(const Column& column, size_t from, size_t rows,
                                           size_t keys_max) {
        if (source_ != column.children[0]) {
            source_ = column.children[0];
            number_of_code_.assign(source_->rows, kUnknown);
        }
        for (uint32_t code : codes_with_own_key_) number_of_code_[code] = kUnknown;
        codes_with_own_key_.clear();
        own_.clear();
        numbers_.resize(rows);
        const int32_t* codes = column.data.as<int32_t>() + from;
        for (size_t i = 0; i < rows; ++i) {
            if (column.is_null(from + i)) {
                numbers_[i] = 0;
                continue;
            }
            auto code = static_cast<uint32_t>(codes[i]);
            uint32_t& number = number_of_code_[code];
            if (number == kUnknown) number = number_of(code, keys_max);
            numbers_[i] = number;
        }
        return numbers_;
    }

    [[nodiscard]] const KeySet& shared() const { return shared_; }
    [[nodiscard]] const KeySet& own() const { return own_; }

private:
    static constexpr uint32_t kUnknown = 0xffffffff;

    uint32_t number_of(uint32_t code, size_t keys_max) {
        std::string_view key = key_of(*source_, code);
        if (shared_.count() < keys_max) return shared_.add(key);
        if (const uint32_t* found = shared_.find(key)) return *found;
        codes_with_own_key_.push_back(code);
        return shared_.count() + own_.add(key);
    }

    TypePtr type_;
    KeySet shared_;
    KeySet own_;
    ColumnPtr source_;
    std::vector<uint32_t> number_of_code_;
    std::vector<uint32_t> codes_with_own_key_;
    std::vector<uint32_t> numbers_;
};

template <typename T>
void write_narrowed(StreamWriter& to, const std::vector<uint32_t>& numbers) {
    constexpr size_t kPieceRows = StreamWriter::kRoomBytesMax / sizeof(T);
    for (size_t row = 0; row < numbers.size();) {
        size_t piece = std::min(numbers.size() - row, kPieceRows);
        uint8_t* out = to.room(piece * sizeof(T));
        for (size_t i = 0; i < piece; ++i)
            store(out + i * sizeof(T), static_cast<T>(numbers[row + i]));
        to.commit(piece * sizeof(T));
        row += piece;
    }
}

/// A block of codes for values numbered below `numbers_count`. `keys` may be null.
void write_block(StreamWriter& to, uint64_t flags, const KeySet* keys,
                 const std::vector<uint32_t>& numbers, size_t numbers_count) {
    uint64_t width = numbers_count <= 0x100 ? 0 : numbers_count <= 0x10000 ? 1 : 2;
    to.append_value(flags | width);
    if (keys != nullptr) write_keys(to, *keys);
    to.append_value(uint64_t{numbers.size()});
    if (width == 0) return write_narrowed<uint8_t>(to, numbers);
    if (width == 1) return write_narrowed<uint16_t>(to, numbers);
    write_narrowed<uint32_t>(to, numbers);
}

/// One dictionary for many granules, until it is full.
class WideDictionaryEncoder final : public Encoder {
public:
    WideDictionaryEncoder(const TypePtr& type, MarkedStream& dictionary, MarkedStream& codes)
        : dictionary_(dictionary), codes_(codes), map_(type) {}

    /// Dictionaries change between granules only, so that a granule has one.
    void begin_granule() override {
        if (dictionary_.marks.empty()) {
            dictionary_.writer->append_value(kVersion);
            mark_ = dictionary_.writer->mark();
        }
        if (map_.shared().count() >= kSharedKeysMax) {
            write_dictionary();
            map_.start_dictionary();
            is_used_ = false;
            mark_ = dictionary_.writer->mark();
        }
        dictionary_.marks.push_back(mark_);
        codes_.begin_granule();
    }

    void write(const Column& column, size_t from, size_t rows) override {
        if (rows == 0) return;
        const std::vector<uint32_t>& numbers = map_.translate(column, from, rows, kSharedKeysMax);
        bool has_own = map_.own().count() > 0;
        uint64_t flags =
            kSharedDictionary | (has_own ? kOwnKeys : 0) | (is_used_ ? 0 : kNextDictionary);
        is_used_ = true;
        write_block(*codes_.writer, flags, has_own ? &map_.own() : nullptr, numbers,
                    map_.shared().count() + map_.own().count());
    }

    void finish() override { write_dictionary(); }

private:
    void write_dictionary() {
        if (is_used_) write_keys(*dictionary_.writer, map_.shared());
    }

    MarkedStream& dictionary_;
    MarkedStream& codes_;
    CodeMap map_;
    format::Mark mark_;     // where the current dictionary begins
    bool is_used_ = false;  // a block refers to it
};

/// Every granule has its own keys.
class CompactDictionaryEncoder final : public Encoder {
public:
    CompactDictionaryEncoder(const TypePtr& type, MarkedStream& codes)
        : codes_(codes), map_(type) {}

    void write_prefix() override { codes_.writer->append_value(kVersion); }

    void write(const Column& column, size_t from, size_t rows) override {
        if (rows == 0) return;
        map_.start_dictionary();
        constexpr size_t kNoLimit = ~size_t{0};
        const std::vector<uint32_t>& numbers = map_.translate(column, from, rows, kNoLimit);
        write_block(*codes_.writer, kOwnKeys | kNextDictionary, &map_.shared(), numbers,
                    map_.shared().count());
    }

private:
    MarkedStream& codes_;
    CodeMap map_;
};

}  // namespace

EncoderPtr make_wide_dictionary_encoder(TypePtr type, MarkedStream& dictionary,
                                        MarkedStream& codes) {
    return std::make_unique<WideDictionaryEncoder>(type, dictionary, codes);
}

EncoderPtr make_compact_dictionary_encoder(TypePtr type, MarkedStream& codes) {
    return std::make_unique<CompactDictionaryEncoder>(type, codes);
}

}  // namespace ch::part
