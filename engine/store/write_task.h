#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/store/new_part.h"
#include "engine/store/table_writer.h"

namespace ch::storage {

/// What another process needs to write parts of a table for a commit that is made here. The holder
/// of the table's latch makes it; its epoch is in the names of the folders, so that what is never
/// committed is removed once the latch has moved on.
struct WriteTask {
    std::string root;
    WriteTarget target;
    std::optional<uint64_t> commit_ts;  ///< of a replacing table's rows: one for all tasks
};

/// Both as varuint format = 1, then the members as archive.h writes them. They go from process to
/// process of one version of the library. encode throws Error{InvalidArgument} over a limit
/// (limits.h), decode Error{Corrupt | Unsupported} with the offset.
std::string encode_write_task(const WriteTask& task);
WriteTask decode_write_task(std::string_view bytes);

/// Parts that a task has written. Requires: no file of theirs is left to be synced.
std::string encode_new_parts(std::span<const NewPart> parts);
std::vector<NewPart> decode_new_parts(std::string_view bytes);

}  // namespace ch::storage
