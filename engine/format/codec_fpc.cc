#include <algorithm>
#include <unordered_map>
#include <vector>

#include "engine/format/codec.h"

// Payload: u8 width (4 or 8), u8 level (the tables have 2^level entries), then for each two values,
// as two halves of one byte, the higher for the first: 1 bit predictor (1 = DFCM, 0 = FCM), 3 bits
// count of leading zero bytes (of a value of 8 bytes the counts 4 and more stand for 5 and more);
// then the bytes of both that are left, little-endian. They are value XOR prediction. An odd last
// value is paired with a 0. The method is that of M. Burtscher and P. Ratanaworabhan, "FPC" (2009).

namespace ch::format {

namespace {

constexpr unsigned kLevelMax = 28;

// 2^level numbers, 0 at first. A large table of which few entries can be touched is held as a map,
// so that a damaged level cannot ask for gigabytes.
template <typename T>
class Table {
public:
    Table(unsigned level, size_t values) {
        size_t entries = size_t{1} << level;
        if (entries <= std::max<size_t>(1 << 16, 4 * values)) dense_.resize(entries);
    }
    T& operator[](size_t index) {
        if (!dense_.empty()) [[likely]]
            return dense_[index];
        return sparse_[index];
    }

private:
    std::vector<T> dense_;
    std::unordered_map<size_t, T> sparse_;
};

template <typename T>
class Predictors {
public:
    Predictors(unsigned level, size_t values)
        : mask_((size_t{1} << level) - 1), values_(level, values), differences_(level, values) {}

    T next(bool by_difference, T difference_found) {
        // FCM foretells the value that followed this history of values before, DFCM the difference
        // that followed this history of differences. Both tables learn from every value, whichever
        // was used: the encoder did the same, and one step apart makes all that follows garbage.
        T& by_value = values_[value_hash_];
        T& by_delta = differences_[delta_hash_];
        T value = static_cast<T>(difference_found ^ (by_difference ? by_delta + last_ : by_value));
        by_value = value;
        T delta = static_cast<T>(value - last_);
        by_delta = delta;
        if constexpr (sizeof(T) == 8) {
            // Upper bits alone go into the hashes, as noise in a double's low bits would spread
            // like values. Shifts are the encoder's, part of the format.
            value_hash_ = ((value_hash_ << 6) ^ (value >> 48)) & mask_;
            delta_hash_ = ((delta_hash_ << 2) ^ (delta >> 40)) & mask_;
        } else {
            value_hash_ = ((value_hash_ << 1) ^ (value >> 22)) & mask_;
            delta_hash_ = ((delta_hash_ << 4) ^ (delta >> 23)) & mask_;
        }
        last_ = value;
        return value;
    }

private:
    size_t mask_;
    Table<T> values_;
    Table<T> differences_;
    size_t value_hash_ = 0;
    size_t delta_hash_ = 0;
    T last_ = 0;
};

// Bytes that are stored of a value, from a half of the head byte.
template <typename T>
size_t stored_bytes(unsigned half) {
    unsigned zeros = half & 7;
    // Three bits count eight of the nine possibilities 0 to 8; 4 is the one left out, being the
    // rarest.
    if (sizeof(T) == 8 && zeros > 3) ++zeros;
    if (zeros > sizeof(T)) throw_corrupt("FPC", "a value has more zero bytes than bytes");
    return sizeof(T) - zeros;
}

template <typename T>
void decode_values(Bytes body, unsigned level, std::span<uint8_t> to) {
    ByteReader reader(body);
    // One more than the values: the last pair may have a value that is not stored.
    Predictors<T> predictors(level, to.size() / sizeof(T) + 1);
    for (size_t at = 0; at < to.size(); at += 2 * sizeof(T)) {
        unsigned head = reader.read<uint8_t>();
        T values[2] = {};
        for (unsigned i = 0; i < 2; ++i) {
            unsigned half = i == 0 ? head >> 4 : head & 15;
            Bytes stored = reader.take(stored_bytes<T>(half));
            T difference = 0;
            if (!stored.empty()) std::memcpy(&difference, stored.data(), stored.size());
            values[i] = predictors.next((half & 8) != 0, difference);
        }
        // The pair may reach over the end by the value that fills it up.
        std::memcpy(to.data() + at, values, std::min(to.size() - at, sizeof(values)));
    }
    if (!reader.at_end())
        throw_corrupt("FPC", std::to_string(reader.remaining()) + " bytes are left over");
}

}  // namespace

void decode_fpc(Bytes payload, std::span<uint8_t> to) {
    if (payload.size() < 2)
        throw_corrupt("FPC", "payload of " + std::to_string(payload.size()) + " bytes has no head");
    unsigned width = payload[0];
    unsigned level = payload[1];
    if ((width != 4 && width != 8) || level == 0 || level > kLevelMax)
        throw_corrupt("FPC", "value width " + std::to_string(width) + " and level " +
                                 std::to_string(level) + "; 4 or 8 and 1 to 28 are possible");
    if (width == 4)
        decode_values<uint32_t>(payload.subspan(2), level, to);
    else
        decode_values<uint64_t>(payload.subspan(2), level, to);
}

}  // namespace ch::format
