#include "syncer/source/decimal_digits.h"

#include <algorithm>

#include "base/error.h"
#include "syncer/limits.h"

namespace ch::syncer {

namespace {

using Magnitude = std::array<uint64_t, 4>;

constexpr int kGroupDigits = 9;
constexpr int kGroupBytes = 4;
constexpr int kBytesOfDigits[kGroupDigits] = {0, 1, 1, 2, 2, 3, 3, 4, 4};
constexpr uint32_t kPowerOfTen[kGroupDigits + 1] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};

int bytes_of(int digits) {
    return digits / kGroupDigits * kGroupBytes + kBytesOfDigits[digits % kGroupDigits];
}

// False if the product does not fit.
bool multiply_add(Magnitude& number, uint32_t factor, uint32_t addend) {
    unsigned __int128 carry = addend;
    for (uint64_t& word : number) {
        carry += static_cast<unsigned __int128>(word) * factor;
        word = static_cast<uint64_t>(carry);
        carry >>= 64;
    }
    return carry == 0;
}

uint32_t divide(Magnitude& number, uint32_t divisor) {
    unsigned __int128 rest = 0;
    for (auto word = number.rbegin(); word != number.rend(); ++word) {
        rest = rest << 64 | *word;
        *word = static_cast<uint64_t>(rest / divisor);
        rest %= divisor;
    }
    return static_cast<uint32_t>(rest);
}

bool is_zero(const Magnitude& number) {
    return std::all_of(number.begin(), number.end(), [](uint64_t word) { return word == 0; });
}

// The digits of one value, bit by bit as they were meant.
class GroupReader {
public:
    explicit GroupReader(Bytes bytes) : bytes_(bytes) {
        is_negative_ = !bytes.empty() && (bytes[0] & 0x80) == 0;
    }
    [[nodiscard]] bool is_negative() const { return is_negative_; }
    void read(Magnitude& to, int digits) {
        uint64_t value = 0;
        for (int count = digits == kGroupDigits ? kGroupBytes : kBytesOfDigits[digits]; count > 0;
             --count) {
            uint8_t byte = bytes_[at_];
            if (at_++ == 0) byte ^= 0x80;
            if (is_negative_) byte = static_cast<uint8_t>(~byte);
            value = value << 8 | byte;
        }
        if (value >= kPowerOfTen[digits])
            throw Error(ErrorCode::Corrupt, "a decimal has " + std::to_string(value) + " where " +
                                                std::to_string(digits) + " digits are expected");
        if (!multiply_add(to, kPowerOfTen[digits], static_cast<uint32_t>(value)))
            throw Error(ErrorCode::Corrupt, "a decimal of more than 256 bits");
    }

private:
    Bytes bytes_;
    size_t at_ = 0;
    bool is_negative_ = false;
};

}  // namespace

Bytes take_decimal(ByteReader& reader) {
    ByteReader head = reader;
    const auto at = static_cast<int64_t>(reader.offset());
    const int precision = head.read<uint8_t>();
    const int fraction = head.read<uint8_t>();
    if (precision == 0 || precision > kDecimalDigitsMax || fraction > precision ||
        fraction > kDecimalFractionMax)
        throw Error(ErrorCode::Corrupt,
                    "a decimal of " + std::to_string(precision) + " digits, " +
                        std::to_string(fraction) + " of them behind the point",
                    {}, at);
    return reader.take(2 + static_cast<size_t>(bytes_of(precision - fraction)) +
                       static_cast<size_t>(bytes_of(fraction)));
}

DecimalDigits decode_decimal(Bytes bytes) {
    ByteReader reader(bytes);
    static_cast<void>(take_decimal(reader));
    const int fraction = bytes[1];
    const int whole = bytes[0] - fraction;
    GroupReader groups(bytes.subspan(2));
    DecimalDigits digits;
    digits.scale = static_cast<uint8_t>(fraction);
    if (whole % kGroupDigits != 0) groups.read(digits.magnitude, whole % kGroupDigits);
    for (int i = 0; i < whole / kGroupDigits + fraction / kGroupDigits; ++i)
        groups.read(digits.magnitude, kGroupDigits);
    if (fraction % kGroupDigits != 0) groups.read(digits.magnitude, fraction % kGroupDigits);
    digits.is_negative = groups.is_negative() && !is_zero(digits.magnitude);
    return digits;
}

DecimalDigits DecimalDigits::with_scale(uint8_t to) const {
    DecimalDigits digits = *this;
    for (; digits.scale < to; ++digits.scale)
        if (!multiply_add(digits.magnitude, 10, 0))
            throw Error(
                ErrorCode::InvalidArgument,
                text() + " has no room for " + std::to_string(to) + " digits behind the point");
    for (; digits.scale > to; --digits.scale)
        if (divide(digits.magnitude, 10) != 0)
            throw Error(
                ErrorCode::InvalidArgument,
                text() + " has more than " + std::to_string(to) + " digits behind the point");
    return digits;
}

std::array<uint8_t, 32> DecimalDigits::twos_complement(size_t width) const {
    CH_ASSERT(width >= 4 && width <= 32);
    Magnitude words = magnitude;
    if (is_negative) {
        for (uint64_t& word : words) word = ~word;
        for (uint64_t& word : words)
            if (++word != 0) break;
    }
    std::array<uint8_t, 32> bytes{};
    std::memcpy(bytes.data(), words.data(), bytes.size());
    const auto filler = static_cast<uint8_t>(is_negative ? 0xff : 0);
    const bool is_cut = std::any_of(bytes.begin() + static_cast<ptrdiff_t>(width), bytes.end(),
                                    [&](uint8_t byte) { return byte != filler; });
    if (is_cut || ((bytes[width - 1] ^ filler) & 0x80) != 0)
        throw Error(ErrorCode::InvalidArgument,
                    text() + " does not fit into " + std::to_string(8 * width) + " bits");
    return bytes;
}

std::string DecimalDigits::text() const {
    Magnitude rest = magnitude;
    std::string text;
    for (size_t digits = 0; digits <= scale || !is_zero(rest); ++digits) {
        if (digits == scale && scale > 0) text.push_back('.');
        text.push_back(static_cast<char>('0' + divide(rest, 10)));
    }
    if (is_negative) text.push_back('-');
    std::reverse(text.begin(), text.end());
    return text;
}

}  // namespace ch::syncer
