#pragma once

#include <string>
#include <utility>
#include <vector>

namespace ch::syncer {

/// One line of JSON on standard error: {"event": ..., and the fields}. Thread-safe.
void write_event(const std::string& event,
                 const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace ch::syncer
