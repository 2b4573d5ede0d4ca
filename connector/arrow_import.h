#pragma once

#include <memory>
#include <vector>

#include "base/buffer.h"
#include "ch/ch.h"
#include "engine/column/column.h"

namespace ch::connector {

/// The type that the values of an Arrow field have in the engine before they take a column's own:
///   bool, integers, float32, float64, decimals   themselves
///   utf8, binary, and both as large and view      String
///   fixed binary                                  FixedString; Uuid if marked arrow.uuid
///   date32, timestamp, duration                   Date32, DateTime64, Time64 of the unit's digits
///   list, large list, fixed-size list             Array
///   map, struct, dictionary                       Map, Tuple, the values' type
/// Nullable as the field says. Throws Error{Unsupported} naming the field and its format.
column::TypePtr imported_type(const ArrowSchema& field);

/// The array's rows as a column of imported_type(field). Values are copied, so that the array may
/// be released afterwards. Throws Error{InvalidArgument} for an array that is not of the field's
/// shape or has offsets that fall (lengths of buffers cannot be checked: the caller vouches for
/// them, as the C data interface has it), Error{MemoryLimit}.
column::ColumnPtr import_array(const ArrowSchema& field, const ArrowArray& array,
                               const std::shared_ptr<BufferPool>& pool);

/// A struct array as a block of the `wanted` columns, each in its type by cast_exactly(). Fields
/// are found by name; columns without a field are left out of the block. Throws
/// Error{InvalidArgument} naming the column, and for a field that is no wanted column or stands
/// twice. The array stays the caller's.
column::Block import_block(const ArrowSchema& schema, const ArrowArray& array,
                           const std::vector<column::NameAndType>& wanted,
                           const std::shared_ptr<BufferPool>& pool);

}  // namespace ch::connector
