#include "tools/ch/number_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/error.h"

namespace ch::tools {

namespace {

constexpr size_t kIntegerBytesMax = 32;
// ClickHouse prints floats as JavaScript does: plain between these exponents.
constexpr int kExponentLowest = -6;   // 0.000001, but 1e-7
constexpr int kExponentHighest = 21;  // 100000000000000000000, but 1e21

struct Magnitude {
    std::array<uint64_t, kIntegerBytesMax / 8> limbs{};
    bool negative = false;
};

Magnitude magnitude_of(Bytes value, bool is_signed) {
    CH_ASSERT(!value.empty() && value.size() <= kIntegerBytesMax);
    Magnitude result;
    result.negative = is_signed && (value.back() & 0x80) != 0;
    std::memset(result.limbs.data(), result.negative ? 0xff : 0, sizeof(result.limbs));
    std::memcpy(result.limbs.data(), value.data(), value.size());
    // Two's complement: the magnitude is ~value + 1, carried through all limbs. The least value
    // comes out right, since limbs are unsigned.
    if (!result.negative) return result;
    uint64_t carry = 1;
    for (uint64_t& limb : result.limbs) {
        limb = ~limb + carry;
        carry = carry != 0 && limb == 0 ? 1 : 0;
    }
    return result;
}

/// Divides in place and returns the rest.
uint64_t divide(Magnitude& value, uint64_t by) {
    __extension__ using Wide = unsigned __int128;
    uint64_t rest = 0;
    for (size_t i = value.limbs.size(); i-- > 0;) {
        Wide part = Wide{rest} << 64 | value.limbs[i];
        value.limbs[i] = static_cast<uint64_t>(part / by);
        rest = static_cast<uint64_t>(part % by);
    }
    return rest;
}

bool fits_one_limb(const Magnitude& value) {
    return (value.limbs[1] | value.limbs[2] | value.limbs[3]) == 0;
}

void append_digits(std::string& to, Magnitude value) {
    // 10^18 fits a limb; 256 bits are 78 digits, so at most four chunks and a first one.
    constexpr uint64_t kChunk = 1'000'000'000'000'000'000;
    std::array<uint64_t, 5> chunks{};
    size_t count = 0;
    while (!fits_one_limb(value)) chunks[count++] = divide(value, kChunk);
    char text[24];
    char* end = std::to_chars(text, text + sizeof(text), value.limbs[0]).ptr;
    to.append(text, end);
    while (count-- > 0) {
        end = std::to_chars(text, text + sizeof(text), chunks[count]).ptr;
        to.append(18 - static_cast<size_t>(end - text), '0');
        to.append(text, end);
    }
}

template <typename T>
void append_shortest(std::string& to, T value) {
    if (std::isnan(value)) {
        to += "nan";
        return;
    }
    if (std::signbit(value)) to += '-';
    value = std::fabs(value);
    if (std::isinf(value)) {
        to += "inf";
        return;
    }
    // d[.ddd]e(+|-)xx
    char text[40];
    const char* end =
        std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific).ptr;
    const char* exponent_mark = end;
    while (*--exponent_mark != 'e') {
    }
    int exponent = 0;
    const char* exponent_begin = exponent_mark + (exponent_mark[1] == '+' ? 2 : 1);
    std::from_chars(exponent_begin, end, exponent);
    std::string digits(1, text[0]);
    if (text[1] == '.') digits.append(text + 2, static_cast<size_t>(exponent_mark - text - 2));

    // digits are d1 d2 d3 ..., the value d1.d2d3... * 10^exponent: only the point is to be placed.
    const int count = static_cast<int>(digits.size());
    if (exponent >= kExponentHighest || exponent < kExponentLowest) {
        to += digits[0];
        if (count > 1) (to += '.').append(digits, 1);
        to += 'e';
        to += std::to_string(exponent);
    } else if (exponent < 0) {
        (to += "0.").append(static_cast<size_t>(-exponent - 1), '0') += digits;
    } else if (count <= exponent + 1) {
        (to += digits).append(static_cast<size_t>(exponent + 1 - count), '0');
    } else {
        const size_t whole = static_cast<size_t>(exponent) + 1;
        to.append(digits, 0, whole).append(".").append(digits, whole);
    }
}

}  // namespace

void append_integer(std::string& to, Bytes value, bool is_signed) {
    Magnitude magnitude = magnitude_of(value, is_signed);
    if (magnitude.negative) to += '-';
    append_digits(to, magnitude);
}

void append_decimal(std::string& to, Bytes value, uint32_t scale) {
    Magnitude magnitude = magnitude_of(value, true);
    std::string digits;
    append_digits(digits, magnitude);
    if (magnitude.negative) to += '-';
    if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
    const size_t whole = digits.size() - scale;
    to.append(digits, 0, whole);
    size_t end = digits.size();
    // ClickHouse drops zeros at a decimal's end: 1.50 is 1.5.
    while (end > whole && digits[end - 1] == '0') --end;
    if (end > whole) (to += '.').append(digits, whole, end - whole);
}

void append_float(std::string& to, double value) {
    append_shortest(to, value);
}
void append_float(std::string& to, float value) {
    append_shortest(to, value);
}

}  // namespace ch::tools
