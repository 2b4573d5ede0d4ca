#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ch::exec {

/// The yearly rule at the end of a TZif file, a POSIX TZ string as RFC 8536 section 3.3 extends it:
/// "CET-1CEST,M3.5.0,M10.5.0/3".
struct TimeZoneRule {
    /// A moment within each year, in local time before the change.
    struct Change {
        enum class Kind : uint8_t {
            MonthWeekDay,
            JulianNoLeap,
            DayOfYear
        } kind = Kind::MonthWeekDay;
        int32_t month = 0, week = 0, weekday = 0;  ///< MonthWeekDay; week 5 = the last
        int32_t day = 0;                           ///< the other two
        int32_t seconds = 7200;  ///< after midnight, may be negative or beyond a day
        /// Seconds since 1970 on the local clock.
        [[nodiscard]] int64_t local_seconds(int32_t year) const;
    };
    struct Summer {
        int32_t offset = 0;
        Change begin, end;
    };
    int32_t offset = 0;  ///< seconds east of UTC of standard time
    std::optional<Summer> summer;

    /// Throws Error{Corrupt}, its offset counted within the text.
    static TimeZoneRule parse(std::string_view text);
};

}  // namespace ch::exec
