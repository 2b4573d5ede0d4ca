#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/error.h"

namespace ch::storage {

/// Runs the jobs on up to `threads_max` threads and returns what each threw, in their order. A
/// disk merges syncs that come at the same time: 24 files take about as long as two.
std::vector<std::optional<Error>> run_together(const std::vector<std::function<void()>>& jobs,
                                               size_t threads_max);

/// The first of them thrown, if there is any.
void rethrow_first(const std::vector<std::optional<Error>>& errors);

}  // namespace ch::storage
