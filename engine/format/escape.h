#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ch::format {

/// Appends what an escape in a quoted text of ClickHouse's stands for. `at` is on the byte behind
/// the backslash, and then behind the escape; a backslash before a character that makes no escape
/// stays in the text. Requires: at < text.size(). Returns false, with `at` behind the x, for \x
/// without two hex digits: its readers differ in what that is.
[[nodiscard]] bool append_escape(std::string& to, std::string_view text, size_t& at);

}  // namespace ch::format
