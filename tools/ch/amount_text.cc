#include "tools/ch/amount_text.h"

#include <array>
#include <cstdio>

namespace ch::tools {

std::string bytes_text(uint64_t bytes) {
    constexpr std::array<const char*, 6> kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    auto value = static_cast<double>(bytes);
    size_t unit = 0;
    // Powers of 1024, as ClickHouse's formatReadableSize() counts.
    while (value >= 1024 && unit + 1 < kUnits.size()) {
        value /= 1024;
        ++unit;
    }
    char text[32];
    std::snprintf(text, sizeof(text), unit == 0 ? "%.0f %s" : "%.1f %s", value, kUnits[unit]);
    return text;
}

std::string count_text(uint64_t count) {
    std::string text = std::to_string(count);
    for (size_t at = text.size(); at > 3;) {
        at -= 3;
        text.insert(at, ",");
    }
    return text;
}

std::string ratio_text(uint64_t whole, uint64_t part) {
    if (whole == 0 || part == 0) return "-";
    char text[32];
    std::snprintf(text, sizeof(text), "%.2f",
                  static_cast<double>(whole) / static_cast<double>(part));
    return text;
}

}  // namespace ch::tools
