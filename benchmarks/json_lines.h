#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>

namespace ch::bench {

/// Answers each line of standard input, a JSON request, with one of standard output; an exception
/// of `answer` becomes {"error"}. Until the input ends.
void serve_json_lines(const std::function<nlohmann::json(const nlohmann::json&)>& answer);

}  // namespace ch::bench
