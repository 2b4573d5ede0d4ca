#include "engine/exec/time_zone_rule.h"

#include <string>

#include "base/error.h"
#include "engine/exec/calendar.h"

namespace ch::exec {

// rule   = name offset [ name [offset] "," change "," change ]
// name   = 3 or more letters | "<" letters, digits, "+", "-" ">"
// offset = ["+" | "-"] h[h[h]] [":" mm [":" ss]]      west of UTC is positive
// change = ( "M" month "." week "." weekday | "J" day | day ) [ "/" offset ]

namespace {

constexpr int32_t kSecondsPerDay = 86'400;

class RuleReader {
public:
    explicit RuleReader(std::string_view text) : text_(text) {}

    TimeZoneRule read() {
        TimeZoneRule rule;
        skip_name();
        // POSIX counts westwards: CET-1 is an hour east of UTC.
        rule.offset = -read_time(24);
        if (at_end()) return rule;
        skip_name();
        TimeZoneRule::Summer summer;
        summer.offset = peek() == ',' ? rule.offset + 3600 : -read_time(24);
        expect(',');
        summer.begin = read_change();
        expect(',');
        summer.end = read_change();
        if (!at_end()) fail("the end");
        rule.summer = summer;
        return rule;
    }

private:
    [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
    [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[at_]; }
    [[noreturn]] void fail(const char* expected) const {
        throw Error(ErrorCode::Corrupt,
                    "time zone rule '" + std::string(text_) + "': expected " + expected, {},
                    static_cast<int64_t>(at_));
    }
    bool accept(char c) {
        if (peek() != c || at_end()) return false;
        ++at_;
        return true;
    }
    void expect(char c) {
        if (!accept(c)) fail(c == ',' ? "','" : "'.'");
    }
    void skip_name() {
        size_t begin = at_;
        if (accept('<')) {
            while (!at_end() && peek() != '>') ++at_;
            if (!accept('>')) fail("'>'");
            return;
        }
        while ((peek() >= 'a' && peek() <= 'z') || (peek() >= 'A' && peek() <= 'Z')) ++at_;
        if (at_ - begin < 3) fail("a zone name");
    }
    int32_t read_number(int32_t max) {
        int32_t value = 0;
        size_t begin = at_;
        while (peek() >= '0' && peek() <= '9' && at_ - begin < 3)
            value = value * 10 + (text_[at_++] - '0');
        if (at_ == begin || value > max) fail("a number in range");
        return value;
    }
    int32_t read_time(int32_t hours_max) {
        bool negative = accept('-');
        if (!negative) accept('+');
        int32_t seconds = read_number(hours_max) * 3600;
        if (accept(':')) {
            seconds += read_number(59) * 60;
            if (accept(':')) seconds += read_number(59);
        }
        return negative ? -seconds : seconds;
    }
    TimeZoneRule::Change read_change() {
        TimeZoneRule::Change change;
        if (accept('M')) {
            change.month = read_number(12);
            expect('.');
            change.week = read_number(5);
            expect('.');
            change.weekday = read_number(6);
            if (change.month == 0 || change.week == 0) fail("a month and a week from 1");
        } else if (accept('J')) {
            change.kind = TimeZoneRule::Change::Kind::JulianNoLeap;
            change.day = read_number(365);
        } else {
            change.kind = TimeZoneRule::Change::Kind::DayOfYear;
            change.day = read_number(365);
        }
        // RFC 8536 lets a change lie up to a week off its day, before it too.
        if (accept('/')) change.seconds = read_time(167);
        return change;
    }

    std::string_view text_;
    size_t at_ = 0;
};

bool is_leap(int32_t year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

}  // namespace

int64_t TimeZoneRule::Change::local_seconds(int32_t year) const {
    int32_t number = 0;
    if (kind == Kind::MonthWeekDay) {
        const int32_t first = exec::day_number(year, month, 1);
        const int32_t next_month =
            month == 12 ? exec::day_number(year + 1, 1, 1) : exec::day_number(year, month + 1, 1);
        const int32_t first_weekday = exec::iso_day_of_week(first) % 7;
        number = first + (weekday - first_weekday + 7) % 7 + (week - 1) * 7;
        // Week 5 means the last such day of the month.
        while (number >= next_month) number -= 7;
    } else {
        number = exec::day_number(year, 1, 1) + day;
        // Jn counts from 1 and never counts February 29.
        if (kind == Kind::JulianNoLeap) number += is_leap(year) && day >= 60 ? 0 : -1;
    }
    return int64_t{number} * kSecondsPerDay + seconds;
}

TimeZoneRule TimeZoneRule::parse(std::string_view text) {
    return RuleReader(text).read();
}

}  // namespace ch::exec
