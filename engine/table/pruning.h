#pragma once

#include <optional>
#include <vector>

#include "engine/exec/expression.h"
#include "engine/part/part.h"
#include "engine/table/scan.h"
#include "engine/table/table.h"

namespace ch::table {

// What a part's small files rule out. All of it is safe to leave out: the scan evaluates the
// predicate exactly.

/// False only if no row of the part passes: by its name and its minmax_*.idx files.
bool part_may_match(const part::Part& part, const TableSchema& schema,
                    const std::vector<exec::ExpressionPtr>& predicate);

/// The granules that may hold a row that passes, by the primary index. All of them where the index
/// or the key is not understood.
std::vector<GranuleRange> prune_by_primary_key(const part::Part& part, const TableSchema& schema,
                                               const std::vector<exec::ExpressionPtr>& predicate);

/// Those of the given granules that may hold a row that passes, by skip indices over plain columns
/// (minmax, set, bloom_filter).
std::vector<GranuleRange> prune_by_skip_indices(const part::Part& part, const TableSchema& schema,
                                                const std::vector<exec::ExpressionPtr>& predicate,
                                                std::vector<GranuleRange> ranges);

/// The type that the part stores a column with, if bounds of its values are bounds of today's; else
/// null.
column::TypePtr comparable_type(const part::Part& part, const TableSchema& schema,
                                std::string_view column);

}  // namespace ch::table
