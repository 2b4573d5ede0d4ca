#pragma once

#include <cstdint>
#include <string>

#include "tools/ch/calendar.h"

namespace ch::tools {

/// Dates and times as ClickHouse prints them. Each function appends to `to`.

/// Days since 1970-01-01; dates outside the years 0 to 9999 print as the nearest within.
void append_date(std::string& to, int64_t day_number);
/// Ticks of 10^-scale seconds since 1970 UTC: "2024-01-31 12:34:56.789".
void append_date_time(std::string& to, int64_t ticks, uint32_t scale, Calendar& calendar);
/// Ticks of 10^-scale seconds: "-123:04:05.678"; hours stop at 999.
void append_time(std::string& to, int64_t ticks, uint32_t scale);

}  // namespace ch::tools
