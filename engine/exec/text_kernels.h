#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/column/column.h"
#include "engine/exec/number_kernels.h"

namespace ch::exec {

/// Kernels over a String or FixedString column: out[i] = 1 where it holds, else 0. NULL rows get
/// any of the two.
void text_equals(const column::Column& column, std::string_view literal, uint8_t* out);
void text_starts_with(const column::Column& column, std::string_view literal, uint8_t* out);
void text_ends_with(const column::Column& column, std::string_view literal, uint8_t* out);
void text_contains(const column::Column& column, std::string_view literal, uint8_t* out);
/// column < literal (Less) and so on; by unsigned bytes.
void text_compare(const column::Column& column, Comparison comparison, std::string_view literal,
                  uint8_t* out);

}  // namespace ch::exec
