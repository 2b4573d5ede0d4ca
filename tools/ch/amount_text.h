#pragma once

#include <cstdint>
#include <string>

namespace ch::tools {

/// Amounts for people: "1.5 MiB", "12,345,678", "3.42".
std::string bytes_text(uint64_t bytes);
std::string count_text(uint64_t count);
/// whole / part with two digits, "-" where there is nothing to compare.
std::string ratio_text(uint64_t whole, uint64_t part);

}  // namespace ch::tools
