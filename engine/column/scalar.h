#pragma once

#include <string>
#include <variant>

// First: its enumerator Int128 must not look like a shadow of the alias.
#include "engine/column/type.h"

namespace ch::column {

__extension__ using Int128 = __int128;

/// One value outside a column, of a type that the context knows: NULL; any integer, Bool, enum
/// number, decimal (value * 10^scale), date (days), time (ticks); a float; the bytes of a String or
/// FixedString. UInt128 and the 256-bit types, UUID and IPv6 are held as their stored bytes.
using Scalar = std::variant<std::monostate, Int128, double, std::string>;

inline bool is_null(const Scalar& value) {
    return std::holds_alternative<std::monostate>(value);
}

}  // namespace ch::column
