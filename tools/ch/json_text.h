#pragma once

#include <string>
#include <string_view>

namespace ch::tools {

/// Appends a JSON string with its quotes, escaped as ClickHouse does: also "/" and U+2028, U+2029;
/// bytes that are no UTF-8 stay as they are.
void append_json_string(std::string& to, std::string_view text);

}  // namespace ch::tools
