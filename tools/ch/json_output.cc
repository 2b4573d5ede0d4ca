#include "tools/ch/json_output.h"

#include <nlohmann/json.hpp>

#include "tools/ch/output.h"

namespace ch::tools {

void write_json(const nlohmann::ordered_json& document) {
    write_output(document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
                 '\n');
}

void write_report(const CommandContext& context, const nlohmann::ordered_json& document,
                  const std::string& text) {
    if (context.as_json) return write_json(document);
    write_output(text);
}

}  // namespace ch::tools
