#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/corruption/overlay_fs.h"

namespace ch::corruption {

using Random = std::mt19937_64;

/// One way to spoil one file, as changes to lay over the undamaged files.
struct Damage {
    std::string what;  ///< for people: the kind, and where
    Files changes;
};

/// What can happen to a file by accident: cut, lengthened, bytes changed or lost, emptied, removed,
/// or changed places with a file of `others` (same part or another). The first ones are the same
/// for every file, further ones are drawn from `random`. No result equals the undamaged file.
std::vector<Damage> accidents(const Files& files, const std::string& path,
                              const std::vector<std::string>& others, size_t count, Random& random);

/// What checksums do not find: the file's frames or plain values changed and the frames'
/// checksums made to fit, with the part's checksums.txt removed. The rows may be other ones then,
/// but nothing may crash or take memory without bound.
std::vector<Damage> forgeries(const Files& files, const std::string& path, size_t count,
                              Random& random);

}  // namespace ch::corruption
