#pragma once

#include <cstdint>

#include "engine/store/database.h"

namespace ch::storage {

/// Publishes a new version in which the table has the rows that it had at `version`; the versions
/// between stay as readable as they are. The old parts' files get second names, since a name is
/// never given again. Under the table's latch, which is waited for. Returns the new version. Throws
/// Error{SnapshotExpired | NotFound | Busy | Fenced}, Error{Unsupported} if the table's definition
/// has changed since.
uint64_t roll_back(Database& database, TableId table, uint64_t version, uint64_t latch_wait_ms_max);

}  // namespace ch::storage
