#include "syncer/source/packed_time.h"

#include "base/error.h"

namespace ch::syncer {

namespace {

constexpr int64_t kMicrosecondsASecond = 1'000'000;
constexpr int64_t kNanosecondsAMicrosecond = 1000;

std::string padded(int64_t value, size_t width) {
    std::string text = std::to_string(value);
    return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

std::string fraction_text(int64_t microsecond, int digits) {
    if (digits == 0) return {};
    return "." + padded(microsecond, 6).substr(0, static_cast<size_t>(digits));
}

}  // namespace

CivilTime unpack_time(uint64_t packed) {
    CivilTime time;
    time.microsecond = static_cast<int>(packed & 0xffffff);
    const uint64_t date_and_time = packed >> 24;
    time.second = static_cast<int>(date_and_time & 63);
    time.minute = static_cast<int>(date_and_time >> 6 & 63);
    time.hour = static_cast<int>(date_and_time >> 12 & 31);
    time.day = static_cast<int>(date_and_time >> 17 & 31);
    const uint64_t months = date_and_time >> 22;
    time.month = static_cast<int>(months % 13);
    constexpr uint64_t kYearMax = 9999;
    if (months / 13 > kYearMax || time.microsecond >= kMicrosecondsASecond || time.second > 59 ||
        time.minute > 59 || time.hour > 23)
        throw Error(ErrorCode::Corrupt, "the packed time " + std::to_string(packed) + " is none");
    time.year = static_cast<int>(months / 13);
    return time;
}

// The Gregorian calendar, also for the years before it, as MySQL has it: years begin in March, so
// that the leap day is a year's last.
int64_t CivilTime::days() const {
    CH_ASSERT(has_day());
    const int64_t shifted_year = month <= 2 ? year - 1 : year;
    const int64_t era = (shifted_year >= 0 ? shifted_year : shifted_year - 399) / 400;
    const int64_t year_of_era = shifted_year - era * 400;
    const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    constexpr int64_t kDaysAnEra = 146097, kDaysTo1970 = 719468;
    return era * kDaysAnEra + day_of_era - kDaysTo1970;
}

int64_t CivilTime::microseconds() const {
    const int64_t seconds = ((days() * 24 + hour) * 60 + minute) * 60 + second;
    return seconds * kMicrosecondsASecond + microsecond;
}

std::string CivilTime::date_text() const {
    return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2);
}

std::string CivilTime::datetime_text(int digits) const {
    return date_text() + " " + padded(hour, 2) + ":" + padded(minute, 2) + ":" + padded(second, 2) +
           fraction_text(microsecond, digits);
}

std::string duration_text(int64_t nanoseconds, int digits) {
    const bool is_negative = nanoseconds < 0;
    const int64_t all = nanoseconds / kNanosecondsAMicrosecond * (is_negative ? -1 : 1);
    const int64_t seconds = all / kMicrosecondsASecond;
    return (is_negative ? "-" : "") + padded(seconds / 3600, 2) + ":" +
           padded(seconds / 60 % 60, 2) + ":" + padded(seconds % 60, 2) +
           fraction_text(all % kMicrosecondsASecond, digits);
}

}  // namespace ch::syncer
