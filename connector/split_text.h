#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "engine/table/scan.h"

namespace ch::connector {

/// A split as JSON, so that another process can run it:
///   {"part":"<path>", "ranges":[[from,to],...], "rows":n, "bytes":n,
///    "columns":[{"name","type","default_kind","default_expression"}]}
/// The part's path must be one that both processes see.
nlohmann::json split_to_json(const table::Split& split);
/// Throws Error{InvalidArgument}.
table::Split parse_split(std::string_view text);

}  // namespace ch::connector
