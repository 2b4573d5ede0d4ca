#pragma once

#include <cstdint>
#include <string>

namespace ch::syncer {

/// A DATE, DATETIME or TIMESTAMP as TiDB packs it:
///
///   microsecond: 24 bits   second: 6   minute: 6   hour: 5   day: 5   year * 13 + month: 17
///
/// lowest bits first. A TIMESTAMP is in UTC, the others are as they were written. Month and day may
/// be 0, as MySQL's zero dates have them.
struct CivilTime {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, microsecond = 0;

    [[nodiscard]] bool has_day() const { return month > 0 && day > 0; }
    /// Days since 1970-01-01. Requires: has_day().
    [[nodiscard]] int64_t days() const;
    /// Requires: has_day().
    [[nodiscard]] int64_t microseconds() const;
    [[nodiscard]] std::string date_text() const;
    /// With that many digits of the second's fraction, 0 to 6.
    [[nodiscard]] std::string datetime_text(int digits) const;
};

/// Throws Error{Corrupt} for what is no time of any calendar.
CivilTime unpack_time(uint64_t packed);

/// A TIME, "-838:59:59.000000".
std::string duration_text(int64_t nanoseconds, int digits);

}  // namespace ch::syncer
