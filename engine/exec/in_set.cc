#include "engine/exec/in_set.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "engine/exec/value_order.h"

namespace ch::exec {

using column::Column;
using column::Int128;
using column::Scalar;
using column::Type;
using column::TypeId;

namespace {

// Up to here one vectorised pass a literal is faster than a look-up a row.
constexpr size_t kPassesMax = 8;
// A bitmap may have this many bits, or this many times the literals.
constexpr uint64_t kBitsMin = 1 << 16;
constexpr uint64_t kBitsPerValueMax = 64;

/// Multiplications spread the low bits upwards and the shift brings them back down: slots are
/// chosen by the low bits of the result.
uint64_t mix(uint64_t value) {
    value *= 0x9e3779b97f4a7c15;
    value ^= value >> 32;
    return value * 0xd6e8feb86659fd93 >> 16;
}

uint64_t hash_text(std::string_view text) {
    uint64_t hash = text.size();
    size_t at = 0;
    uint64_t word = 0;
    for (; at + 8 <= text.size(); at += 8) {
        std::memcpy(&word, text.data() + at, 8);
        hash = mix(hash ^ word) ^ (hash << 23);
    }
    word = 0;
    if (at < text.size()) std::memcpy(&word, text.data() + at, text.size() - at);
    return mix(hash ^ word);
}

/// The literal in the type's scale, if it has a value there.
bool rescale(Int128 value, unsigned from, unsigned to, Int128& result) {
    if (from >= to) {
        // 1.50 has a value in a column of scale 1, 1.55 has none and is left out.
        Int128 unit = power_of_ten(from - to);
        result = value / unit;
        return value % unit == 0;
    }
    return !__builtin_mul_overflow(value, power_of_ten(to - from), &result);
}

/// What does not fit would be truncated into another value by find_integers().
bool fits(Int128 value, const Type& type) {
    size_t width = type.width();
    if (width >= sizeof(Int128)) return true;
    Int128 bound = Int128{1} << (width * 8 - 1);
    return value >= -bound && value < bound;
}

template <typename T>
void sort_unique(std::vector<T>& values) {
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
}

/// At most half full: a search always ends at an empty slot, and soon.
size_t slots_for(size_t values) {
    return std::bit_ceil(values * 2 + 1);
}

}  // namespace

InSet::InSet(const Type& type, std::span<const ExpressionPtr> literals) {
    CH_ASSERT(literals.size() < std::numeric_limits<uint32_t>::max());
    for (const ExpressionPtr& literal : literals) {
        const Scalar& value = literal->value;
        if (column::is_null(value)) {
            has_null_ = true;
        } else if (const auto* number = std::get_if<double>(&value)) {
            // -0.0 equals 0.0 for Spark.
            floats_.push_back(*number == 0 ? 0.0 : *number);
        } else if (const auto* text = std::get_if<std::string>(&value)) {
            texts_.push_back(*text);
        } else {
            Int128 scaled = 0;
            if (rescale(std::get<Int128>(value), scale_of(*literal->type), scale_of(type),
                        scaled) &&
                fits(scaled, type))
                integers_.push_back(scaled);
        }
    }
    auto less = [](double a, double b) { return compare_floats(a, b) < 0; };
    auto same = [](double a, double b) { return compare_floats(a, b) == 0; };
    std::sort(floats_.begin(), floats_.end(), less);
    floats_.erase(std::unique(floats_.begin(), floats_.end(), same), floats_.end());
    sort_unique(integers_);
    sort_unique(texts_);
    for (Int128 value : integers_) values_.emplace_back(value);
    for (double value : floats_) values_.emplace_back(value);
    for (const std::string& value : texts_) values_.emplace_back(value);
    // Wider decimals are looked up by binary search.
    if (type.width() <= sizeof(int64_t)) index_integers();
    index_texts();
}

void InSet::index_integers() {
    if (integers_.size() <= kPassesMax) return;
    auto span = static_cast<unsigned __int128>(integers_.back() - integers_.front());
    if (span < std::max<uint64_t>(kBitsMin, integers_.size() * kBitsPerValueMax)) {
        bits_.assign(static_cast<size_t>(span) / 64 + 1, 0);
        for (Int128 value : integers_) {
            auto bit = static_cast<uint64_t>(value - integers_.front());
            bits_[bit / 64] |= uint64_t{1} << (bit % 64);
        }
        return;
    }
    slots_.assign(slots_for(integers_.size()), 0);
    for (size_t i = 0; i < integers_.size(); ++i) {
        size_t slot = mix(static_cast<uint64_t>(integers_[i])) & (slots_.size() - 1);
        while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
        slots_[slot] = static_cast<uint32_t>(i + 1);
    }
}

void InSet::index_texts() {
    if (texts_.empty()) return;
    slots_.assign(slots_for(texts_.size()), 0);
    for (size_t i = 0; i < texts_.size(); ++i) {
        size_t slot = hash_text(texts_[i]) & (slots_.size() - 1);
        while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
        slots_[slot] = static_cast<uint32_t>(i + 1);
    }
}

bool InSet::contains(int64_t value) const {
    if (!bits_.empty()) {
        // Values below the first wrap to numbers far beyond the bitmap: one comparison does for
        // both ends.
        uint64_t bit = static_cast<uint64_t>(value) - static_cast<uint64_t>(integers_.front());
        return bit < bits_.size() * 64 && (bits_[bit / 64] >> (bit % 64) & 1) != 0;
    }
    for (size_t slot = mix(static_cast<uint64_t>(value)) & (slots_.size() - 1); slots_[slot] != 0;
         slot = (slot + 1) & (slots_.size() - 1))
        if (static_cast<int64_t>(integers_[slots_[slot] - 1]) == value) return true;
    return false;
}

bool InSet::contains(std::string_view text) const {
    if (slots_.empty()) return false;
    for (size_t slot = hash_text(text) & (slots_.size() - 1); slots_[slot] != 0;
         slot = (slot + 1) & (slots_.size() - 1))
        if (texts_[slots_[slot] - 1] == text) return true;
    return false;
}

template <typename T>
void InSet::find_integers(const T* values, size_t rows, uint8_t* found) const {
    if constexpr (sizeof(T) <= sizeof(int64_t)) {
        if (integers_.size() > kPassesMax) {
            for (size_t i = 0; i < rows; ++i) found[i] = contains(int64_t{values[i]}) ? 1 : 0;
            return;
        }
        std::memset(found, 0, rows);
        for (Int128 integer : integers_) {
            auto literal = static_cast<T>(integer);
            for (size_t i = 0; i < rows; ++i) found[i] |= values[i] == literal ? 1 : 0;
        }
    } else {
        for (size_t i = 0; i < rows; ++i)
            found[i] = std::binary_search(integers_.begin(), integers_.end(), values[i]) ? 1 : 0;
    }
}

template <typename T>
void InSet::find_floats(const T* values, size_t rows, uint8_t* found) const {
    auto less = [](double a, double b) { return compare_floats(a, b) < 0; };
    for (size_t i = 0; i < rows; ++i)
        found[i] =
            std::binary_search(floats_.begin(), floats_.end(), double{values[i]}, less) ? 1 : 0;
}

void InSet::find(const Column& column, uint8_t* found) const {
    const Buffer& data = column.data;
    switch (family_of(*column.type)) {
        case Family::Float:
            if (column.type->id == TypeId::Float32)
                return find_floats(data.as<float>(), column.rows, found);
            return find_floats(data.as<double>(), column.rows, found);
        case Family::Text:
            for (size_t i = 0; i < column.rows; ++i) found[i] = contains(column.text(i)) ? 1 : 0;
            return;
        default:
            break;
    }
    switch (column.type->width()) {
        case 1:
            return find_integers(data.as<int8_t>(), column.rows, found);
        case 2:
            return find_integers(data.as<int16_t>(), column.rows, found);
        case 4:
            return find_integers(data.as<int32_t>(), column.rows, found);
        case 8:
            return find_integers(data.as<int64_t>(), column.rows, found);
        default:
            return find_integers(data.as<Int128>(), column.rows, found);
    }
}

}  // namespace ch::exec
