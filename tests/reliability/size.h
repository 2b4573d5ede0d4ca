#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>

namespace ch::reliability {

/// SIZE=rel or CHSPARK_SIZE=full: the size before a claim is published; else that of every run.
inline bool is_full_size() {
    for (const char* name : {"SIZE", "CHSPARK_SIZE"})
        if (const char* size = std::getenv(name))
            if (std::string(size) == "rel" || std::string(size) == "full") return true;
    return false;
}

/// CHSPARK_SEED, else 1.
inline uint64_t day_seed() {
    const char* seed = std::getenv("CHSPARK_SEED");
    return seed != nullptr && *seed != '\0' ? std::strtoull(seed, nullptr, 10) : 1;
}

}  // namespace ch::reliability
