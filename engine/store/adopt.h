#pragma once

#include <memory>
#include <string>

#include "base/buffer.h"
#include "engine/store/database.h"

namespace ch::storage {

struct AdoptReport {
    uint64_t parts = 0;
    uint64_t rows = 0;
    uint64_t bytes = 0;
};

/// Makes a plain ClickHouse table folder, whose server must be stopped or the table detached, a
/// table of the store. The active parts' files get second names in the table's new folder; of a
/// table that replaces rows, those that count are written anew, one part a partition. The folder
/// itself stays as it is and may be removed. Throws Error{Corrupt} for a broken part,
/// Error{Unsupported} where parts cannot be taken as they are.
AdoptReport adopt_table(Database& database, const std::string& folder, const TableName& name,
                        const std::shared_ptr<BufferPool>& pool);

}  // namespace ch::storage
