#pragma once

#include <memory>

#include "ch/ch.h"
#include "connector/query.h"

namespace ch::connector {

/// Fills *stream (not initialised before) with a stream over the query's batches, which keeps the
/// query alive. Errors cross as errno values with the message in get_last_error; no exception
/// leaves its functions.
void export_stream(std::shared_ptr<Query> query, ArrowArrayStream* stream);

}  // namespace ch::connector
