#pragma once

#include <cstddef>
#include <functional>

namespace ch::table {

/// Calls `work(i)` for each i below `count`, on a few threads where that pays, in no order; returns
/// when all are done. The first error in the order of threads is thrown, and what was not begun by
/// then is left out. Requires: `work` may be called from several threads at once.
void for_each_index(size_t count, const std::function<void(size_t)>& work);

}  // namespace ch::table
