#pragma once

#include <string>

#include "engine/column/scalar.h"
#include "engine/column/type.h"

namespace ch::exec {

/// Which values compare with each other.
enum class Family : uint8_t { Bool, Number, Float, Text, Date, Timestamp, None };
Family family_of(const column::Type& type);

/// 10^exponent. Requires: exponent <= 38.
column::Int128 power_of_ten(unsigned exponent);
/// Digits after the point: a decimal's scale, else 0.
unsigned scale_of(const column::Type& type);

/// left / 10^left_scale against right / 10^right_scale, exactly: -1, 0 or 1. Scales are at most 38.
int compare_scaled(column::Int128 left, unsigned left_scale, column::Int128 right,
                   unsigned right_scale);
/// NaN is equal to itself and above all numbers; -0.0 equals 0.0.
int compare_floats(double left, double right);
int compare_text(std::string_view left, std::string_view right);

/// Two values, not NULL, of types of one family other than None.
int compare_values(const column::Scalar& left, const column::Type& left_type,
                   const column::Scalar& right, const column::Type& right_type);

/// As an SQL literal: 5, 1.50, 'it''s', DATE '2024-01-31', TIMESTAMP '2024-01-31 00:00:00Z',
/// X'00ff', NULL.
std::string value_text(const column::Scalar& value, const column::Type& type);

}  // namespace ch::exec
