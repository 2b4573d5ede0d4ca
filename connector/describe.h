#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "connector/plan.h"
#include "connector/session.h"

namespace ch::connector {

/// The JSON answers of ch_list, ch_describe and ch_plan (include/ch/ch.h). Throw what the engine
/// throws.
std::string list_json(const Session& session, const std::string& path);
std::string describe_json(Session& session, const std::string& table,
                          std::optional<uint64_t> version);
std::string plan_json(Session& session, const Plan& plan);

}  // namespace ch::connector
