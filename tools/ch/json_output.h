#pragma once

#include <nlohmann/json_fwd.hpp>

namespace ch::tools {

/// Writes a document to standard output, for programs. Bytes that are no UTF-8 become U+FFFD.
void write_json(const nlohmann::ordered_json& document);

}  // namespace ch::tools
