#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/column/scalar.h"

namespace ch::exec {

/// Values within [low, high]; `outside` turns the answer round. Every comparison of integers with a
/// literal is one of these.
struct Interval {
    column::Int128 low = 0;
    column::Int128 high = -1;
    bool outside = false;
};

/// How a fixed-width value is held.
enum class Physical : uint8_t { I8, U8, I16, U16, I32, U32, I64, U64, I128, F32, F64 };

/// The comparisons that kernels know; the others are these with the sides changed.
enum class Comparison : uint8_t { Equal, NotEqual, Less, LessOrEqual };

/// Kernels: out[i] = 1 where it holds, else 0, for `rows` rows. `out` may be written up to 64 bytes
/// past its end. Each picks the widest vectors that the CPU has.
void within(Physical physical, const void* values, size_t rows, Interval interval, uint8_t* out);
/// The same compiled for every CPU: what the other is tested against.
void within_reference(Physical physical, const void* values, size_t rows, Interval interval,
                      uint8_t* out);

/// Two arrays of one physical type, row by row. Floats: NaN is equal to itself and above all
/// numbers.
void compare_arrays(Physical physical, Comparison comparison, const void* left, const void* right,
                    size_t rows, uint8_t* out);

/// An array of floats (F32 or F64) and a literal, the array on the left, or on the right if
/// `swapped`.
void compare_floats_with(Physical physical, Comparison comparison, const void* values,
                         double literal, bool swapped, size_t rows, uint8_t* out);

/// Of a mask whose bytes are 0 or 1: writes the numbers of the ones to `rows`, which has room for
/// them, and returns how many; or only counts them.
size_t nonzero_rows(const uint8_t* mask, size_t count, uint32_t* rows);
size_t count_nonzero(const uint8_t* mask, size_t count);

}  // namespace ch::exec
