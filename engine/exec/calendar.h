#pragma once

#include <cstdint>

namespace ch::exec {

/// A day of the proleptic Gregorian calendar with a year 0, as java.time.LocalDate has it.
struct CivilDay {
    int32_t year;
    int32_t month;  ///< 1 to 12
    int32_t day;    ///< 1 to 31
};

/// Days are counted from 1970-01-01. Eras are 400 years; years begin in March, so that the leap day
/// ends one.
constexpr int64_t kDaysToEra = 719468;
constexpr int64_t kEraDays = 146097;
/// Added to any int32 day to make it positive; whole eras, so that divisions can be unsigned.
constexpr int64_t kErasOffset = 15000;

/// Word is the unsigned type to count in: uint64_t for every day, uint32_t (which vectorises)
/// within +-kNarrowDaysMax.
constexpr int32_t kNarrowDaysMax = 1'000'000'000;
template <typename Word = uint64_t>
inline CivilDay civil_day(int32_t days) {
    constexpr Word kEras = sizeof(Word) == 8 ? static_cast<Word>(kErasOffset) : Word{7000};
    // 7000 eras are 1,022,679,000 days, above kNarrowDaysMax, and the sum stays below 2^32; 15,000
    // eras are 2.19e9, above 2^31. day_of_era is right modulo 2^32, which its narrow arithmetic
    // needs only.
    auto shifted =
        static_cast<Word>(static_cast<Word>(int64_t{days}) + kDaysToEra + kEras * kEraDays);
    auto era = static_cast<uint32_t>(shifted / static_cast<Word>(kEraDays));
    auto day_of_era = static_cast<uint32_t>(shifted) - era * static_cast<uint32_t>(kEraDays);
    // Leap days are taken out of the count before the division: one each 1460 days (4 years), none
    // at 36524 (100 years), and day 146096, the era's last, is the leap day that the 400th year has
    // again.
    uint32_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // From March on, months of 31 30 31 30 31 days repeat every 5, which is 153 days: month m
    // begins at day (153 m + 2) / 5, and this is its inverse.
    uint32_t march_month = (5 * day_of_year + 2) / 153;
    uint32_t january = march_month >= 10 ? 1 : 0;
    return {
        static_cast<int32_t>(era * 400 + year_of_era + january) - static_cast<int32_t>(kEras) * 400,
        static_cast<int32_t>(march_month + 3 - 12 * january),
        static_cast<int32_t>(day_of_year - (153 * march_month + 2) / 5 + 1)};
}

/// The day of a date; `year` within +-5,000,000.
inline int32_t day_number(int32_t year, int32_t month, int32_t day) {
    uint64_t march_year =
        static_cast<uint64_t>(int64_t{year} + kErasOffset * 400 - (month <= 2 ? 1 : 0));
    uint64_t era = march_year / 400;
    uint64_t year_of_era = march_year - era * 400;
    auto march_month = static_cast<uint64_t>(month > 2 ? month - 3 : month + 9);
    uint64_t day_of_year = (153 * march_month + 2) / 5 + static_cast<uint64_t>(day) - 1;
    uint64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return static_cast<int32_t>(static_cast<int64_t>(era * kEraDays + day_of_era) - kDaysToEra -
                                kErasOffset * kEraDays);
}

/// Monday is 1, Sunday 7. Day 0 was a Thursday.
inline int32_t iso_day_of_week(int32_t days) {
    // 2^32 is not a multiple of 7, so the offset is applied in 64 bits.
    constexpr int64_t kWeeksOffset = int64_t{7} * 400'000'000;
    return static_cast<int32_t>(static_cast<uint64_t>(days + kWeeksOffset + 3) % 7) + 1;
}

inline int32_t day_of_year(int32_t days) {
    return days - day_number(civil_day(days).year, 1, 1) + 1;
}

/// The Thursday of a day's ISO week: its year is the week's year.
inline int32_t iso_thursday(int32_t days) {
    return days - iso_day_of_week(days) + 4;
}
inline int32_t iso_week(int32_t days) {
    return (day_of_year(iso_thursday(days)) - 1) / 7 + 1;
}
inline int32_t iso_week_year(int32_t days) {
    return civil_day(iso_thursday(days)).year;
}

}  // namespace ch::exec
