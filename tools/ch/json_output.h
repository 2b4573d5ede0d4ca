#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tools/ch/commands.h"

namespace ch::tools {

/// Writes a document to standard output, for programs. Bytes that are no UTF-8 become U+FFFD.
void write_json(const nlohmann::ordered_json& document);
/// The document for programs, or the text for people, as the command line wants it.
void write_report(const CommandContext& context, const nlohmann::ordered_json& document,
                  const std::string& text);

}  // namespace ch::tools
