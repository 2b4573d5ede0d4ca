#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/io/file_system.h"
#include "engine/store/state.h"

namespace ch::storage {

// <root>/.ch/checkpoint/<20 digits>              the state of that version without its tables:
//   "CHCHECKP" | u32 format = 1 | members as in checkpoint.cc | 16 XXH3-128 of all before
// <root>/.ch/checkpoint/<table id>.<20 digits>   one table as its change of that version left it,
//   "CHTABLEC" | the same                        shared by the checkpoints in which it is unchanged

/// Writes the whole state and returns its bytes; a table's file that is there already is not
/// written again. Every file is synced before its name appears; the names are durable after
/// sync_folder of the folder, which is done for the tables' before the state's name appears, and
/// left to the caller for that one.
uint64_t write_checkpoint(io::FileSystem& files, const std::string& root, const State& state);

/// Throws Error{Corrupt | Unsupported} naming the file, Error{NotFound} if a file is gone.
State read_checkpoint(const io::FileSystem& files, const std::string& root, uint64_t version);

/// The versions that have one, rising.
std::vector<uint64_t> list_checkpoints(const io::FileSystem& files, const std::string& root);

/// Removes the checkpoints below `version`, and the table files that none of the others names.
void remove_checkpoints_below(io::FileSystem& files, const std::string& root, uint64_t version);

}  // namespace ch::storage
