#pragma once

#include <memory>
#include <vector>

#include "base/buffer.h"
#include "base/bytes.h"
#include "engine/column/column.h"
#include "engine/column/scalar.h"

namespace ch::format {

// Single values as primary.idx, partition.dat and minmax_*.idx hold them (mergetree.md 6.1):
//   fixed width: its bytes   String: varuint length + bytes   FixedString(N): N bytes   Tuple: its
//   elements Array: varuint count + elements   Nullable: u8 0 + value, or u8 1 alone
//   LowCardinality(T): as T

/// Reads one value. Throws Error{Corrupt}, or Error{Unsupported} for a Tuple, Array or unsupported
/// type.
column::Scalar read_single_value(ByteReader& reader, const column::Type& type);

/// The value that stands in `bytes` as a column stores it: type.width() bytes, or those of a
/// String.
column::Scalar scalar_of_bytes(Bytes bytes, const column::Type& type);

/// The type that values of `type` have in an index: LowCardinality is taken off, at any depth.
column::TypePtr index_type(const column::TypePtr& type);

/// Reads rows of values until the end of `content`, one column a type (index_type() of it).
/// Throws Error{Corrupt} when the end comes within a row, Error{Unsupported} as above (Tuple and
/// Array are read).
std::vector<column::ColumnPtr> read_value_rows(Bytes content,
                                               const std::vector<column::TypePtr>& types,
                                               const std::shared_ptr<BufferPool>& pool);

}  // namespace ch::format
