#pragma once

#include <memory>

#include "base/buffer.h"
#include "connector/arrow_type.h"
#include "engine/column/column.h"

namespace ch::connector {

/// The values of a column that is no Array, Map or Tuple in `target` = arrow_type(its type): the
/// same pointer if nothing changes, else a new column whose `nulls` may be left out (those of
/// `column` hold). Decimals are widened, UUIDs put into the order in which they are printed. Throws
/// Error{InvalidArgument} for a time that does not fit the finer unit.
column::ColumnPtr convert_values(const column::ColumnPtr& column, const column::TypePtr& target,
                                 const ExportOptions& options,
                                 const std::shared_ptr<BufferPool>& pool);

}  // namespace ch::connector
