#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/column/column.h"

namespace ch::exec {

/// Whether the rows stand in the order of the key columns (stored_order.h), equal keys allowed.
bool is_sorted(std::span<const column::ColumnPtr> keys);

/// The row numbers in the order of the key columns; rows of equal keys keep their order. Throws
/// Error{Unsupported} for key types without an order.
std::vector<uint32_t> sort_permutation(std::span<const column::ColumnPtr> keys);

/// The block's rows in that order; the columns themselves when they are sorted already. `keys`:
/// names of columns of the block. Throws Error{InvalidArgument} when one is missing, and as above.
column::Block sort_block(const column::Block& block, std::span<const std::string> keys,
                         const std::shared_ptr<BufferPool>& pool);

/// The block's columns of those names. Throws Error{InvalidArgument} when one is missing.
std::vector<column::ColumnPtr> columns_of(const column::Block& block,
                                          std::span<const std::string> names);

}  // namespace ch::exec
