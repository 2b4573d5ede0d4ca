#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/buffer.h"
#include "base/io/file_system.h"
#include "engine/part/part.h"
#include "engine/store/hidden_rows.h"
#include "engine/table/key_hiding.h"

namespace ch::storage {

/// Finds the rows of parts that newer parts hide. Of a part it reads the granules alone in which
/// keys of the newer ones can be, a block at a time; parts stay open for the next search. Used by
/// one thread.
class HidingSearch {
public:
    HidingSearch(std::shared_ptr<io::FileSystem> files, std::shared_ptr<BufferPool> pool);

    /// All hidden rows of the part at `path`: those of its bitmap, tombstones where they may be
    /// outside it, and those of which a hiding part has a newer row. Nothing if more than
    /// `keys_left` keys must be read for that; what was read is taken off it.
    [[nodiscard]] std::optional<HiddenRows> find(const std::string& path,
                                                 const table::RowHiding& hiding,
                                                 uint64_t& keys_left);

private:
    const std::shared_ptr<const part::Part>& open(const std::string& path);
    void add_tombstones(const std::string& path, const table::RowHiding& hiding,
                        HiddenRows& hidden);

    std::shared_ptr<io::FileSystem> files_;
    part::PartReader::Options options_;
    std::map<std::string, std::shared_ptr<const part::Part>> opened_;
};

}  // namespace ch::storage
