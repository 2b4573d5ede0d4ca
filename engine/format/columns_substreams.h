#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ch::format {

/// One column of columns_substreams.txt: the names of its streams in the order of their marks
/// (mrk4) and data.
struct ColumnSubstreams {
    std::string column;
    std::vector<std::string> streams;
};

/// columns_substreams.txt (mergetree.md 2.4). Throws Error{Corrupt} with the offset.
std::vector<ColumnSubstreams> parse_columns_substreams(std::string_view text);

}  // namespace ch::format
