#pragma once

#include <string>
#include <string_view>

#include "connector/session.h"

namespace ch::connector {

/// Changes a store by a request in JSON, in one commit (ch_command in include/ch/ch.h), and tells
/// the version that holds the change. Throws Error{InvalidArgument | NotFound | Unsupported | Busy
/// | Fenced | Conflict | Io}.
std::string command_json(Session& session, std::string_view request);

}  // namespace ch::connector
