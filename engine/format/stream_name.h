#pragma once

#include <string>
#include <string_view>

namespace ch::format {

/// A column's name as files use it: bytes [0-9A-Za-z_] stay, all others become %XX
/// (mergetree.md 5.2).
std::string escape_for_file_name(std::string_view name);
/// The name that escape_for_file_name() made a file name of; %XX that is no hex stays as it is.
std::string unescape_for_file_name(std::string_view text);
/// The file name, without extension, of a stream whose name is too long: 32 hex digits.
std::string hashed_stream_name(std::string_view stream);

}  // namespace ch::format
