#pragma once

#include <string>
#include <string_view>

#include "tools/ch/value_format.h"

namespace ch::tools {

/// Appends a value the way ClickHouse writes it inside arrays, maps and tuples: strings, dates and
/// the like in single quotes with backslash escapes, NULL for a NULL: `['a\'b',NULL]`, `{'k':1}`,
/// `(1,'x')`.
void append_quoted(std::string& to, const ValueFormat& format, const column::Column& column,
                   size_t row);

/// True for the types whose values ClickHouse quotes: text, Enum, dates and times, UUID and
/// addresses.
bool is_quoted(column::TypeId id);

}  // namespace ch::tools
