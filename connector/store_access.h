#pragma once

#include <memory>
#include <string>

#include "connector/session.h"
#include "engine/store/database.h"

namespace ch::connector {

/// How long a write waits for a table that another writer holds, where its caller does not say.
inline constexpr uint64_t kLatchWaitMsDefault = 10'000;

/// The store at `root`, to be written. With `create` it is made where the folder is missing or
/// empty. `what` is about to be done: throws Error{Unsupported} saying that a plain ClickHouse
/// folder is only read, Error{NotFound} where there is nothing.
std::shared_ptr<storage::Database> open_store(const Session& session, const std::string& root,
                                              const std::string& what, bool create);

}  // namespace ch::connector
