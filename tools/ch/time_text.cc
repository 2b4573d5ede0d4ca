#include "tools/ch/time_text.h"

#include <algorithm>
#include <cstdlib>

#include "engine/exec/calendar.h"

namespace ch::tools {

namespace {

constexpr int64_t kFirstDay = -719'528;  // 0000-01-01
constexpr int64_t kLastDay = 2'932'896;  // 9999-12-31
constexpr int64_t kTimeSecondsMax = 999 * 3600 + 59 * 60 + 59;

void append_padded(std::string& to, uint64_t value, size_t digits) {
    char text[20];
    for (size_t i = digits; i-- > 0; value /= 10) text[i] = static_cast<char>('0' + value % 10);
    to.append(text, digits);
}

void append_date(std::string& to, int32_t year, int32_t month, int32_t day) {
    append_padded(to, static_cast<uint64_t>(year), 4);
    to += '-';
    append_padded(to, static_cast<uint64_t>(month), 2);
    to += '-';
    append_padded(to, static_cast<uint64_t>(day), 2);
}

void append_clock(std::string& to, uint64_t hour, uint64_t minute, uint64_t second) {
    append_padded(to, hour, hour > 99 ? 3 : 2);
    to += ':';
    append_padded(to, minute, 2);
    to += ':';
    append_padded(to, second, 2);
}

int64_t power_of_ten(uint32_t exponent) {
    int64_t result = 1;
    while (exponent-- > 0) result *= 10;
    return result;
}

void append_fraction(std::string& to, uint64_t fraction, uint32_t scale) {
    if (scale == 0) return;
    to += '.';
    append_padded(to, fraction, scale);
}

}  // namespace

void append_date(std::string& to, int64_t day_number) {
    // A Date32 may hold any int32; ClickHouse shows what lies outside as the nearest day that it
    // can.
    const int64_t shown = std::clamp(day_number, kFirstDay, kLastDay);
    const exec::CivilDay date = exec::civil_day(static_cast<int32_t>(shown));
    append_date(to, date.year, date.month, date.day);
}

void append_date_time(std::string& to, int64_t ticks, uint32_t scale, Calendar& calendar) {
    const int64_t per_second = power_of_ten(scale);
    const int64_t instant = floor_divide(ticks, per_second);
    const CivilTime time = calendar.at(instant);
    append_date(to, time.year, time.month, time.day);
    to += ' ';
    append_clock(to, time.hour, time.minute, time.second);
    // Before 1970 the second is rounded down, so the fraction counts up from it.
    int64_t fraction = ticks % per_second;
    if (fraction < 0) fraction += per_second;
    append_fraction(to, static_cast<uint64_t>(fraction), scale);
}

void append_time(std::string& to, int64_t ticks, uint32_t scale) {
    const int64_t per_second = power_of_ten(scale);
    const uint64_t fraction = static_cast<uint64_t>(std::abs(ticks % per_second));
    // ClickHouse's Time ends at 999:59:59 on both sides.
    const int64_t seconds = std::clamp(ticks / per_second, -kTimeSecondsMax, kTimeSecondsMax);
    const uint64_t shown = static_cast<uint64_t>(std::abs(seconds));
    if (ticks < 0) to += '-';
    append_clock(to, shown / 3600, shown / 60 % 60, shown % 60);
    append_fraction(to, fraction, scale);
}

}  // namespace ch::tools
