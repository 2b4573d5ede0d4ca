#include "engine/exec/number_kernels.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "base/error.h"

#if defined(__x86_64__)
#define CH_WIDE_TARGET __attribute__((target("avx2,bmi2")))
#else
#define CH_WIDE_TARGET
#endif

namespace ch::exec {

using column::Int128;

namespace {

// Chosen by an explicit branch: an ifunc would be resolved while a JVM loads the library, before it
// is relocated.
bool has_wide_vectors() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") != 0;
#else
    return false;
#endif
}

/// One loop, compiled twice by being inlined into a function with and one without AVX2. `out` is
/// __restrict because uint8_t may alias anything: each store would else force the values to be
/// loaded again and the loop not to be vectorised. Bitwise &, not &&, for the same end.
template <typename T>
[[gnu::always_inline]] inline void within_loop(const T* values, size_t rows, T low, T high,
                                               uint8_t outside, uint8_t* __restrict out) {
    for (size_t i = 0; i < rows; ++i)
        out[i] = static_cast<uint8_t>((values[i] >= low ? 1 : 0) & (values[i] <= high ? 1 : 0)) ^
                 outside;
}

template <typename T>
void within_narrow(const T* values, size_t rows, T low, T high, uint8_t outside, uint8_t* out) {
    within_loop(values, rows, low, high, outside, out);
}

template <typename T>
CH_WIDE_TARGET void within_wide(const T* values, size_t rows, T low, T high, uint8_t outside,
                                uint8_t* out) {
    within_loop(values, rows, low, high, outside, out);
}

constexpr Int128 kInt128Max = static_cast<Int128>(~static_cast<unsigned __int128>(0) >> 1);

template <typename T>
constexpr Int128 least() {
    if constexpr (std::is_same_v<T, Int128>)
        return -kInt128Max - 1;
    else
        return std::numeric_limits<T>::min();
}
template <typename T>
constexpr Int128 greatest() {
    if constexpr (std::is_same_v<T, Int128>)
        return kInt128Max;
    else
        return std::numeric_limits<T>::max();
}

template <typename T>
void within_typed(const void* values, size_t rows, Interval interval, uint8_t* out, bool wide) {
    // Bounds outside of the type are cut to it, so that the loop compares in T; a literal beyond
    // the type leaves an empty or a full interval, and no value is widened.
    Int128 low = std::max(interval.low, least<T>());
    Int128 high = std::min(interval.high, greatest<T>());
    if (low > high) {
        std::memset(out, interval.outside ? 1 : 0, rows);
        return;
    }
    auto kernel = wide ? within_wide<T> : within_narrow<T>;
    kernel(static_cast<const T*>(values), rows, static_cast<T>(low), static_cast<T>(high),
           interval.outside ? 1 : 0, out);
}

void within_any(Physical physical, const void* values, size_t rows, Interval interval, uint8_t* out,
                bool wide) {
    switch (physical) {
        case Physical::I8:
            return within_typed<int8_t>(values, rows, interval, out, wide);
        case Physical::U8:
            return within_typed<uint8_t>(values, rows, interval, out, wide);
        case Physical::I16:
            return within_typed<int16_t>(values, rows, interval, out, wide);
        case Physical::U16:
            return within_typed<uint16_t>(values, rows, interval, out, wide);
        case Physical::I32:
            return within_typed<int32_t>(values, rows, interval, out, wide);
        case Physical::U32:
            return within_typed<uint32_t>(values, rows, interval, out, wide);
        case Physical::I64:
            return within_typed<int64_t>(values, rows, interval, out, wide);
        case Physical::U64:
            return within_typed<uint64_t>(values, rows, interval, out, wide);
        case Physical::I128:
            return within_typed<Int128>(values, rows, interval, out, wide);
        case Physical::F32:
        case Physical::F64:
            break;
    }
    CH_ASSERT(false && "intervals are of integers");
}

template <Comparison kComparison, typename T>
[[gnu::always_inline]] inline uint8_t holds(T left, T right) {
    if constexpr (!std::is_floating_point_v<T>) {
        if constexpr (kComparison == Comparison::Equal) return left == right ? 1 : 0;
        if constexpr (kComparison == Comparison::NotEqual) return left != right ? 1 : 0;
        if constexpr (kComparison == Comparison::Less) return left < right ? 1 : 0;
        return left <= right ? 1 : 0;
    } else {
        // Spark's order, not IEEE's: NaN = NaN, and NaN above +Infinity. `<` and `==` alone are
        // false for NaN; the added terms put that right. -0.0 == 0.0 is IEEE's already.
        auto left_nan = static_cast<uint8_t>(std::isnan(left));
        auto right_nan = static_cast<uint8_t>(std::isnan(right));
        auto equal = static_cast<uint8_t>((left == right ? 1 : 0) | (left_nan & right_nan));
        auto less = static_cast<uint8_t>((left < right ? 1 : 0) | (right_nan & (left_nan ^ 1)));
        if constexpr (kComparison == Comparison::Equal) return equal;
        if constexpr (kComparison == Comparison::NotEqual) return equal ^ 1;
        if constexpr (kComparison == Comparison::Less) return less;
        return less | equal;
    }
}

template <Comparison kComparison, typename T>
[[gnu::always_inline]] inline void arrays_loop(const T* left, const T* right, size_t rows,
                                               uint8_t* __restrict out) {
    for (size_t i = 0; i < rows; ++i) out[i] = holds<kComparison>(left[i], right[i]);
}
template <Comparison kComparison, typename T>
void arrays_narrow(const T* left, const T* right, size_t rows, uint8_t* out) {
    arrays_loop<kComparison>(left, right, rows, out);
}
template <Comparison kComparison, typename T>
CH_WIDE_TARGET void arrays_wide(const T* left, const T* right, size_t rows, uint8_t* out) {
    arrays_loop<kComparison>(left, right, rows, out);
}

template <typename T>
void arrays_typed(Comparison comparison, const void* left, const void* right, size_t rows,
                  uint8_t* out) {
    const auto* a = static_cast<const T*>(left);
    const auto* b = static_cast<const T*>(right);
    bool wide = has_wide_vectors();
    auto run = [&]<Comparison kComparison>() {
        auto kernel = wide ? arrays_wide<kComparison, T> : arrays_narrow<kComparison, T>;
        kernel(a, b, rows, out);
    };
    switch (comparison) {
        case Comparison::Equal:
            return run.template operator()<Comparison::Equal>();
        case Comparison::NotEqual:
            return run.template operator()<Comparison::NotEqual>();
        case Comparison::Less:
            return run.template operator()<Comparison::Less>();
        case Comparison::LessOrEqual:
            return run.template operator()<Comparison::LessOrEqual>();
    }
}

template <Comparison kComparison, typename T>
[[gnu::always_inline]] inline void literal_loop(const T* values, double literal, bool swapped,
                                                size_t rows, uint8_t* __restrict out) {
    // F32 is widened, never the literal narrowed: 0.1 as a float is not 0.1 as a double, and Spark
    // compares a FLOAT column with a DOUBLE literal in doubles.
    if (swapped) {
        for (size_t i = 0; i < rows; ++i) out[i] = holds<kComparison>(literal, double{values[i]});
    } else {
        for (size_t i = 0; i < rows; ++i) out[i] = holds<kComparison>(double{values[i]}, literal);
    }
}
template <Comparison kComparison, typename T>
void literal_narrow(const T* values, double literal, bool swapped, size_t rows, uint8_t* out) {
    literal_loop<kComparison>(values, literal, swapped, rows, out);
}
template <Comparison kComparison, typename T>
CH_WIDE_TARGET void literal_wide(const T* values, double literal, bool swapped, size_t rows,
                                 uint8_t* out) {
    literal_loop<kComparison>(values, literal, swapped, rows, out);
}

template <typename T>
void literal_typed(Comparison comparison, const void* values, double literal, bool swapped,
                   size_t rows, uint8_t* out) {
    const auto* from = static_cast<const T*>(values);
    bool wide = has_wide_vectors();
    auto run = [&]<Comparison kComparison>() {
        auto kernel = wide ? literal_wide<kComparison, T> : literal_narrow<kComparison, T>;
        kernel(from, literal, swapped, rows, out);
    };
    switch (comparison) {
        case Comparison::Equal:
            return run.template operator()<Comparison::Equal>();
        case Comparison::NotEqual:
            return run.template operator()<Comparison::NotEqual>();
        case Comparison::Less:
            return run.template operator()<Comparison::Less>();
        case Comparison::LessOrEqual:
            return run.template operator()<Comparison::LessOrEqual>();
    }
}

}  // namespace

void within(Physical physical, const void* values, size_t rows, Interval interval, uint8_t* out) {
    within_any(physical, values, rows, interval, out, has_wide_vectors());
}

void within_reference(Physical physical, const void* values, size_t rows, Interval interval,
                      uint8_t* out) {
    within_any(physical, values, rows, interval, out, false);
}

void compare_arrays(Physical physical, Comparison comparison, const void* left, const void* right,
                    size_t rows, uint8_t* out) {
    switch (physical) {
        case Physical::I8:
            return arrays_typed<int8_t>(comparison, left, right, rows, out);
        case Physical::U8:
            return arrays_typed<uint8_t>(comparison, left, right, rows, out);
        case Physical::I16:
            return arrays_typed<int16_t>(comparison, left, right, rows, out);
        case Physical::U16:
            return arrays_typed<uint16_t>(comparison, left, right, rows, out);
        case Physical::I32:
            return arrays_typed<int32_t>(comparison, left, right, rows, out);
        case Physical::U32:
            return arrays_typed<uint32_t>(comparison, left, right, rows, out);
        case Physical::I64:
            return arrays_typed<int64_t>(comparison, left, right, rows, out);
        case Physical::U64:
            return arrays_typed<uint64_t>(comparison, left, right, rows, out);
        case Physical::I128:
            return arrays_typed<Int128>(comparison, left, right, rows, out);
        case Physical::F32:
            return arrays_typed<float>(comparison, left, right, rows, out);
        case Physical::F64:
            return arrays_typed<double>(comparison, left, right, rows, out);
    }
}

void compare_floats_with(Physical physical, Comparison comparison, const void* values,
                         double literal, bool swapped, size_t rows, uint8_t* out) {
    CH_ASSERT(physical == Physical::F32 || physical == Physical::F64);
    if (physical == Physical::F32)
        literal_typed<float>(comparison, values, literal, swapped, rows, out);
    else
        literal_typed<double>(comparison, values, literal, swapped, rows, out);
}

size_t nonzero_rows(const uint8_t* mask, size_t count, uint32_t* rows) {
    size_t found = 0;
    size_t row = 0;
    for (; row + 8 <= count; row += 8) {
        uint64_t word;
        std::memcpy(&word, mask + row, sizeof(word));
        // The multiplication moves the low bit of each byte into the highest byte.
        // Byte i (0 or 1) lands on bit 56 + i: the constant has the bits 7, 14, ... 56, and 8i +
        // 7(8 - i) = 56 + i. No two products of the others meet, so nothing carries into them.
        auto bits = static_cast<uint32_t>((word * 0x0102040810204080) >> 56);
        for (; bits != 0; bits &= bits - 1)
            rows[found++] =
                static_cast<uint32_t>(row) + static_cast<uint32_t>(std::countr_zero(bits));
    }
    for (; row < count; ++row)
        if (mask[row] != 0) rows[found++] = static_cast<uint32_t>(row);
    return found;
}

size_t count_nonzero(const uint8_t* mask, size_t count) {
    constexpr size_t kWordsPerSum = 255;  // a byte of the sum holds no more
    size_t found = 0;
    size_t row = 0;
    while (row + 8 <= count) {
        size_t words = std::min(kWordsPerSum, (count - row) / 8);
        uint64_t sum = 0;
        for (size_t i = 0; i < words; ++i, row += 8) {
            uint64_t word;
            std::memcpy(&word, mask + row, sizeof(word));
            sum += word;
        }
        // Neighbouring bytes are added into 16-bit lanes (at most 2 * 255 each); the product's top
        // lane is the sum of all four, at most 2040.
        uint64_t pairs = (sum & 0x00ff00ff00ff00ff) + (sum >> 8 & 0x00ff00ff00ff00ff);
        found += static_cast<size_t>(pairs * 0x0001000100010001 >> 48);
    }
    for (; row < count; ++row) found += mask[row];
    return found;
}

}  // namespace ch::exec
