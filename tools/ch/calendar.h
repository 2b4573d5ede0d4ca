#pragma once

#include <cstdint>

#include "engine/exec/time_zone.h"

namespace ch::tools {

using exec::floor_divide;
using exec::TimeZone;

/// A date and a time of day.
struct CivilTime {
    int32_t year = 1970;
    uint8_t month = 1, day = 1, hour = 0, minute = 0, second = 0;
    bool operator==(const CivilTime&) const = default;
};

/// Local time in one zone as ClickHouse shows it. For 1900..2299 it knows one change of offset a
/// day, at whole quarters of an hour; outside it takes the zone's exact offset, and it stops at the
/// years 0 and 9999. Used by one thread: it keeps the last day.
class Calendar {
public:
    explicit Calendar(TimeZone zone);

    /// `instant`: seconds since 1970 UTC.
    [[nodiscard]] CivilTime at(int64_t instant);

private:
    struct Day {
        int64_t start = 0;
        int64_t end = 0;            // start of the next day
        int64_t change_at = 0;      // seconds after start
        int64_t change_amount = 0;  // seconds that the clock jumps forward then
        int32_t year = 1970;
        uint8_t month = 1, day = 1;
    };
    void load_day(int64_t number);

    TimeZone zone_;
    Day day_;
};

}  // namespace ch::tools
