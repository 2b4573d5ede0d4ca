#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/io/file_system.h"
#include "engine/column/scalar.h"
#include "engine/column/type.h"

namespace ch::tools {

/// A number as it is written: digits * 10^-scale.
struct DecimalLiteral {
    column::Int128 digits = 0;
    uint32_t scale = 0;
    [[nodiscard]] uint32_t precision() const;  ///< digits needed, at least scale
};
/// Nothing for one with more than 38 digits or an exponent.
std::optional<DecimalLiteral> parse_decimal_literal(std::string_view text);

/// The numeric type in which values of `type` and all literals can be compared without loss: the
/// type itself if they fit it, else a wider integer, Decimal or Float64. Throws
/// Error{InvalidArgument} if there is none.
column::TypePtr comparison_type(const column::Type& type, std::span<const std::string> numbers);
/// A written number as a value of a type from comparison_type().
column::Scalar number_value(const std::string& text, const column::Type& type);

/// "2024-01-31" as days since 1970; "2024-01-31[ 12:34:56[.789]]" as microseconds since 1970 UTC,
/// on the clocks of `zone` (empty: the machine's). Throw Error{InvalidArgument} for text that is
/// none.
column::Scalar date_value(const std::string& text);
column::Scalar time_value(const std::string& text, const std::string& zone,
                          const io::FileSystem& files);

}  // namespace ch::tools
