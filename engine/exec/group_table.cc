#include "engine/exec/group_table.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "base/error.h"
#include "engine/exec/gather.h"
#include "engine/exec/group_hash.h"
#include "engine/exec/text_column.h"
#include "engine/exec/value_order.h"

namespace ch::exec {

using column::Column;
using column::ColumnPtr;
using column::TypeId;
using column::TypePtr;

namespace {

constexpr size_t kSlotsFirst = 256;
constexpr unsigned kWordBits = 64;

/// Gives out bits of words: a value stands within one word, or fills two.
struct BitCursor {
    size_t words = 0;
    unsigned used = kWordBits;

    std::pair<size_t, unsigned> take(unsigned bits) {
        if (bits > kWordBits) {
            words += 2;
            used = kWordBits;
            return {words - 2, 0};
        }
        if (used + bits > kWordBits) {
            ++words;
            used = 0;
        }
        used += bits;
        return {words - 1, used - bits};
    }
};

/// The bits by which equal floats are one key, as Spark has them.
template <typename Float, typename Bits>
Bits float_bits(Float value) {
    if (std::isnan(value)) return std::bit_cast<Bits>(std::numeric_limits<Float>::quiet_NaN());
    return std::bit_cast<Bits>(value == 0 ? Float{0} : value);
}

template <typename T, typename Image>
void pack_values(const Column& key, uint64_t* words, size_t step, unsigned shift, Image image) {
    const T* from = key.data.as<T>();
    if (!key.has_nulls()) {
        for (size_t i = 0; i < key.rows; ++i) words[i * step] |= uint64_t{image(from[i])} << shift;
        return;
    }
    const uint8_t* nulls = key.nulls.data();
    // A NULL row's value is whatever the file held: all of them are one key.
    for (size_t i = 0; i < key.rows; ++i)
        words[i * step] |= nulls[i] != 0 ? 0 : uint64_t{image(from[i])} << shift;
}

void pack_fixed(const Column& key, uint64_t* words, size_t step, unsigned shift) {
    auto same = [](auto value) { return value; };
    if (key.type->id == TypeId::Float32)
        return pack_values<float>(key, words, step, shift, float_bits<float, uint32_t>);
    if (key.type->id == TypeId::Float64)
        return pack_values<double>(key, words, step, shift, float_bits<double, uint64_t>);
    switch (key.type->width()) {
        case 1:
            return pack_values<uint8_t>(key, words, step, shift, same);
        case 2:
            return pack_values<uint16_t>(key, words, step, shift, same);
        case 4:
            return pack_values<uint32_t>(key, words, step, shift, same);
        case 8:
            return pack_values<uint64_t>(key, words, step, shift, same);
        default:
            CH_ASSERT(key.type->width() == 16);
    }
    for (size_t i = 0; i < key.rows; ++i)
        if (!key.is_null(i)) std::memcpy(words + i * step, key.data.data() + i * 16, 16);
}

void put_word(uint8_t* to, uint64_t word, size_t width) {
    std::memcpy(to, &word, width);
}

}  // namespace

GroupTable::GroupTable(const std::vector<TypePtr>& types, std::shared_ptr<BufferPool> pool)
    : pool_(pool), packed_(pool), row_codes_(pool), words_(pool), slots_(pool) {
    BitCursor cursor;
    for (const TypePtr& type : types) {
        if (family_of(*type) == Family::None || type->width() > 16)
            throw Error(ErrorCode::Unsupported, "rows cannot be grouped by " + type->name());
        Place place;
        place.type = type;
        unsigned bits = 32;
        if (is_text(place)) {
            place.codes = codes_.size();
            codes_.emplace_back(pool);
        } else {
            bits = static_cast<unsigned>(8 * type->width());
        }
        std::tie(place.word, place.shift) = cursor.take(bits);
        places_.push_back(std::move(place));
    }
    for (Place& place : places_)
        if (place.type->nullable) std::tie(place.null_word, place.null_shift) = cursor.take(1);
    words_count_ = cursor.words;
    clear();
}

bool GroupTable::is_text(const Place& place) const {
    return family_of(*place.type) == Family::Text;
}

void GroupTable::clear() {
    for (TextCodes& codes : codes_) codes.clear();
    words_.clear();
    slots_.clear();
    slots_.resize(kSlotsFirst, 0);
    count_ = 0;
}

void GroupTable::find(std::span<const ColumnPtr> keys, size_t rows, uint32_t* groups) {
    CH_ASSERT(keys.size() == places_.size());
    if (words_count_ == 0) {
        std::fill_n(groups, rows, 0);
        return;
    }
    packed_.resize(rows * words_count_, 0);
    packed_.fill(0);
    for (size_t i = 0; i < keys.size(); ++i) pack(places_[i], keys[i], rows);
    switch (words_count_) {
        case 1:
            return find_packed<1>(rows, groups);
        case 2:
            return find_packed<2>(rows, groups);
        default:
            return find_packed<0>(rows, groups);
    }
}

void GroupTable::pack(const Place& place, const ColumnPtr& key, size_t rows) {
    CH_ASSERT(key->rows == rows);
    uint64_t* words = packed_.data() + place.word;
    if (is_text(place)) {
        row_codes_.resize(rows, 0);
        codes_[place.codes].codes_of(key, row_codes_.data());
        for (size_t i = 0; i < rows; ++i)
            words[i * words_count_] |= uint64_t{row_codes_[i]} << place.shift;
    } else {
        ColumnPtr values = without_dictionary(key, pool_);
        pack_fixed(*values, words, words_count_, place.shift);
    }
    if (!key->has_nulls()) return;
    CH_ASSERT(place.type->nullable);
    uint64_t* null_words = packed_.data() + place.null_word;
    for (size_t i = 0; i < rows; ++i)
        null_words[i * words_count_] |= uint64_t{key->nulls.data()[i] != 0} << place.null_shift;
}

uint64_t GroupTable::hash_of(const uint64_t* words) const {
    uint64_t hash = mix(words[0]);
    for (size_t i = 1; i < words_count_; ++i) hash = mix(hash ^ words[i]);
    return hash;
}

/// kWords 0: as many as words_count_ says.
template <size_t kWords>
void GroupTable::find_packed(size_t rows, uint32_t* groups) {
    const size_t step = kWords == 0 ? words_count_ : kWords;
    auto same = [=](const uint64_t* left, const uint64_t* right) {
        for (size_t i = 0; i < step; ++i)
            if (left[i] != right[i]) return false;
        return true;
    };
    const uint64_t* row = packed_.data();
    for (size_t i = 0; i < rows; ++i, row += step) {
        // Rows come sorted, so a row's key often is the last one's.
        if (i > 0 && same(row, row - step)) {
            groups[i] = groups[i - 1];
            continue;
        }
        size_t mask = slots_.size() - 1;
        size_t slot = hash_of(row) & mask;
        while (slots_[slot] != 0 && !same(row, words_.data() + (slots_[slot] - 1) * step))
            slot = (slot + 1) & mask;
        if (slots_[slot] == 0) {
            words_.append(row, step);
            slots_[slot] = static_cast<uint32_t>(++count_);
            groups[i] = static_cast<uint32_t>(count_ - 1);
            if (2 * count_ > slots_.size()) grow();
        } else {
            groups[i] = slots_[slot] - 1;
        }
    }
}

void GroupTable::grow() {
    size_t size = 2 * slots_.size();
    slots_.resize(size, 0);
    slots_.fill(0);
    for (size_t group = 0; group < count_; ++group) {
        size_t slot = hash_of(words_.data() + group * words_count_) & (size - 1);
        while (slots_[slot] != 0) slot = (slot + 1) & (size - 1);
        slots_[slot] = static_cast<uint32_t>(group + 1);
    }
}

Column GroupTable::key_values(size_t key, std::span<const uint32_t> groups,
                              const std::shared_ptr<BufferPool>& pool) const {
    const Place& place = places_[key];
    Column column = column::make_column(place.type, groups.size(), pool);
    auto words_of = [&](size_t i) { return words_.data() + groups[i] * words_count_; };
    if (place.type->nullable) {
        column.nulls = pool->make(groups.size());
        for (size_t i = 0; i < groups.size(); ++i)
            column.nulls.data()[i] = words_of(i)[place.null_word] >> place.null_shift & 1;
    }
    if (is_text(place)) {
        const TextCodes& codes = codes_[place.codes];
        auto text_of = [&](size_t i) -> std::string_view {
            if (column.is_null(i)) return {};
            return codes.text(static_cast<uint32_t>(words_of(i)[place.word] >> place.shift));
        };
        put_texts(column, text_of, pool);
        return column;
    }
    size_t width = place.type->width();
    for (size_t i = 0; i < groups.size(); ++i) {
        uint8_t* to = column.data.data() + i * width;
        if (width == 16)
            std::memcpy(to, words_of(i) + place.word, width);
        else
            put_word(to, words_of(i)[place.word] >> place.shift, width);
    }
    return column;
}

}  // namespace ch::exec
