#include "tools/ch/calendar.h"

#include <algorithm>

#include "engine/exec/calendar.h"

namespace ch::tools {

namespace {

constexpr int64_t kSecondsPerDay = 86'400;
constexpr int64_t kChangeStepSeconds = 900;
constexpr int64_t kFirstDay = -719'528;  // 0000-01-01
constexpr int64_t kLastDay = 2'932'896;  // 9999-12-31
// ClickHouse looks dates up in a table of these days; times outside are computed.
constexpr int64_t kTableFirstDay = -25'567;  // 1900-01-01
constexpr int64_t kTableLastDay = 120'529;   // 2299-12-31

CivilTime exact_time(int64_t local) {
    const int64_t number = floor_divide(local, kSecondsPerDay);
    if (number < kFirstDay) return {0, 1, 1, 0, 0, 0};
    if (number > kLastDay) return {9999, 12, 31, 23, 59, 59};
    const exec::CivilDay date = exec::civil_day(static_cast<int32_t>(number));
    const int64_t second = local - number * kSecondsPerDay;
    return {date.year,
            static_cast<uint8_t>(date.month),
            static_cast<uint8_t>(date.day),
            static_cast<uint8_t>(second / 3600),
            static_cast<uint8_t>(second / 60 % 60),
            static_cast<uint8_t>(second % 60)};
}

}  // namespace

Calendar::Calendar(TimeZone zone) : zone_(std::move(zone)) {
    load_day(0);
}

void Calendar::load_day(int64_t number) {
    day_ = {};
    day_.start = zone_.instant_of(number * kSecondsPerDay);
    day_.end = zone_.instant_of((number + 1) * kSecondsPerDay);
    const exec::CivilDay date = exec::civil_day(static_cast<int32_t>(number));
    day_.year = date.year;
    day_.month = static_cast<uint8_t>(date.month);
    day_.day = static_cast<uint8_t>(date.day);

    // A day of 25 hours has change = 3600: behind change_at clocks show an hour less. Both are cut
    // to quarters of an hour as in ClickHouse's table, so that odd historical offsets come out as
    // it shows them.
    const int64_t change = day_.end - day_.start - kSecondsPerDay;
    day_.change_amount = -(change / kChangeStepSeconds * kChangeStepSeconds);
    if (change == 0) return;
    const int64_t change_at = zone_.first_change(day_.start, day_.end) - day_.start;
    day_.change_at = change_at / kChangeStepSeconds * kChangeStepSeconds;
    // The clock never goes back into the previous day.
    day_.change_at = std::max(day_.change_at, -day_.change_amount);
}

CivilTime Calendar::at(int64_t instant) {
    // Rows of a column lie near each other in time: mostly the day is the last one, and no zone is
    // asked.
    if (instant < day_.start || instant >= day_.end) {
        const int64_t local = instant + zone_.offset_at(instant);
        const int64_t number = floor_divide(local, kSecondsPerDay);
        if (number < kTableFirstDay || number > kTableLastDay) return exact_time(local);
        load_day(number);
        // An instant next to a midnight that is skipped or comes twice may belong to the day before
        // or after, by the rule that says where a day begins.
        if (instant < day_.start)
            load_day(number - 1);
        else if (instant >= day_.end)
            load_day(number + 1);
    }
    int64_t second = instant - day_.start;
    if (day_.change_amount != 0 && second >= day_.change_at) second += day_.change_amount;
    second = std::max<int64_t>(second, 0);
    // A day longer than its one known change accounts for would reach hour 24.
    const int64_t hour = std::min<int64_t>(second / 3600, 23);
    return {day_.year,
            day_.month,
            day_.day,
            static_cast<uint8_t>(hour),
            static_cast<uint8_t>(second / 60 % 60),
            static_cast<uint8_t>(second % 60)};
}

}  // namespace ch::tools
