#pragma once

#include <span>
#include <string>

#include "engine/column/scalar.h"
#include "engine/column/type.h"

namespace ch::format {

/// The id that ClickHouse gives the partition of a key's values (mergetree.md 1.5): "all" without a
/// key, plain numbers when every value is of an integer-like type, else 32 hex digits of a hash.
/// Throws Error{Unsupported} for types that cannot be hashed so. Requires: one value a type.
std::string partition_id(std::span<const column::TypePtr> types,
                         std::span<const column::Scalar> values);

}  // namespace ch::format
