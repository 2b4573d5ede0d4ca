#pragma once

#include <string_view>
#include <vector>

#include "engine/column/type.h"

namespace ch::format {

/// columns.txt (mergetree.md 2.1): a part's columns, in the order of their data in a Compact part.
/// Throws Error{Corrupt} with the offset; names are distinct and not empty.
std::vector<column::NameAndType> parse_columns_txt(std::string_view text);

/// A name between backquotes, with its escapes; moves `at` behind the closing one. Throws
/// Error{Corrupt}.
std::string parse_backquoted(std::string_view text, size_t& at);

}  // namespace ch::format
