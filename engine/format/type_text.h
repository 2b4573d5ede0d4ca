#pragma once

#include <string_view>

#include "engine/column/type.h"

namespace ch::format {

/// Reads a type as ClickHouse prints it. A type that is well formed but not one of ours (JSON,
/// Variant, AggregateFunction, an empty Tuple), or that has such a type inside, becomes
/// TypeId::Unsupported with its whole text kept. SimpleAggregateFunction(f, T) is read as T,
/// Nested(...) as Array(Tuple(...)), Point and its family as what they stand for. Throws
/// Error{Corrupt} with the offset for text that is no type; nesting is limited (limits.h).
column::TypePtr parse_type(std::string_view text);

}  // namespace ch::format
