#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace ch::tools {

/// Numbers as ClickHouse prints them. Each function appends to `to`.

/// A little-endian two's complement integer of 1 to 32 bytes.
void append_integer(std::string& to, Bytes value, bool is_signed);
/// value / 10^scale, without trailing zeros after the point.
void append_decimal(std::string& to, Bytes value, uint32_t scale);
/// The shortest text that reads back as the same number; nan, inf, -inf, -0, 1e21, 0.000001, 1e-7.
void append_float(std::string& to, double value);
void append_float(std::string& to, float value);

}  // namespace ch::tools
