#pragma once

#include <string>
#include <string_view>

#include "connector/session.h"

namespace ch::connector {

/// The JSON answer of ch_history (include/ch/ch.h). Throws Error{InvalidArgument | NotFound |
/// Unsupported | SnapshotExpired}.
std::string history_json(const Session& session, std::string_view request);

}  // namespace ch::connector
