#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/part/part.h"
#include "tools/ch/progress.h"

namespace ch::tools {

/// What checking one part found.
struct PartCheck {
    uint64_t files = 0;                ///< verified
    uint64_t bytes = 0;                ///< read
    std::vector<std::string> damages;  ///< one an error, naming the file
};

PartCheck check_part(const part::Part& part, Progress& progress);

}  // namespace ch::tools
