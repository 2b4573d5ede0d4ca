#pragma once

#include <memory>
#include <vector>

#include "engine/column/column.h"
#include "engine/column/scalar.h"

namespace ch::exec {

/// For tests: columns from single values, and back.
std::shared_ptr<BufferPool> test_pool();
/// Any type but nested ones; the column's type is nullable if a value is NULL.
column::ColumnPtr make_values(const column::TypePtr& type,
                              const std::vector<column::Scalar>& values);
/// The same values as LowCardinality, each distinct one once in the dictionary.
column::ColumnPtr make_dictionary(const column::TypePtr& type,
                                  const std::vector<column::Scalar>& values);
column::Scalar value_at(const column::Column& column, size_t row);

}  // namespace ch::exec
