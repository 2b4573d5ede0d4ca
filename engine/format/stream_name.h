#pragma once

#include <string>
#include <string_view>

namespace ch::format {

/// A column's name as files use it: bytes [0-9A-Za-z_] stay, all others become %XX
/// (mergetree.md 5.2).
std::string escape_for_file_name(std::string_view name);
/// The name that escape_for_file_name() made a file name of; %XX that is no hex stays as it is.
std::string unescape_for_file_name(std::string_view text);
/// The name that a caller's path means, where it may stand plain or escaped. It is one of the two,
/// never both: `x-y` and `x%2Dy` mean the name x-y, `x%252Dy` means x%2Dy.
std::string name_in_path(std::string_view given);
/// The file name, without extension, of a stream whose name is too long: 32 hex digits.
std::string hashed_stream_name(std::string_view stream);

}  // namespace ch::format
