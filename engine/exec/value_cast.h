#pragma once

#include "engine/column/scalar.h"

namespace ch::exec {

/// The double nearest to value / 10^scale, ties to even: what java.math.BigDecimal.doubleValue()
/// gives.
double decimal_to_double(column::Int128 value, unsigned scale);

}  // namespace ch::exec
