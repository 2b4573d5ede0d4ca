// Goal: local times are ClickHouse 26.9's, summer times of any year among them. Method: instants
// and the texts that a real ClickHouse printed for them.
#include "engine/exec/time_zone.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/io/posix_fs.h"
#include "tools/ch/time_text.h"

namespace ch::tools {
namespace {

using exec::TimeZone;

struct Example {
    const char* zone;
    int64_t instant;
    const char* text;
};

TEST(TimeZone, LocalTimesAreClickHousesInEveryCentury) {
    static constexpr Example kExamples[] = {
        {"Europe/Berlin", 4761320901, "2120-11-17 22:08:21"},
        {"Europe/Berlin", 9796276151, "2280-06-06 21:49:11"},
        {"Europe/Berlin", -12776921322, "1565-02-12 00:04:46"},
        {"America/New_York", 699526409, "1992-03-02 03:53:29"},
        {"America/New_York", 2898422846, "2061-11-05 09:27:26"},
        {"America/New_York", -34614670490, "0873-02-07 00:49:08"},
        {"Asia/Kolkata", 5576408396, "2146-09-16 23:49:56"},
        {"Asia/Kolkata", -765880765, "1945-09-24 21:50:35"},
        {"Asia/Kolkata", -2141635151, "1902-02-19 18:41:59"},
        {"Australia/Lord_Howe", 4953936194, "2126-12-26 16:23:14"},
        {"Australia/Lord_Howe", 1844702583, "2028-06-16 03:53:03"},
        {"Australia/Lord_Howe", 109788124, "1973-06-25 02:42:04"},
        {"Europe/Amsterdam", -877372690, "1942-03-14 07:21:50"},
        {"Europe/Amsterdam", -189231269, "1964-01-02 20:45:31"},
        {"Europe/Amsterdam", -1662078558, "1917-05-02 00:50:14"},
        {"Africa/Monrovia", 5412715113, "2141-07-10 03:58:33"},
        {"Africa/Monrovia", -369244848, "1958-04-20 07:14:42"},
        {"Africa/Monrovia", -2017263140, "1906-01-29 00:24:32"},
        {"Pacific/Apia", 3279570569, "2073-12-04 12:49:29"},
        {"Pacific/Apia", -200944992, "1963-08-19 18:56:48"},
        {"Pacific/Apia", -1625111838, "1918-07-03 08:32:42"},
        {"Asia/Tehran", 1819048057, "2027-08-23 22:37:37"},
        {"Asia/Tehran", -1642545484, "1917-12-14 04:47:40"},
        {"Asia/Tehran", 1596072579, "2020-07-30 05:59:39"},
        {"Antarctica/Troll", 7569948655, "2209-11-19 03:30:55"},
        {"Antarctica/Troll", 4434980736, "2110-07-16 21:05:36"},
        {"Europe/Dublin", 9892409307, "2283-06-24 12:28:27"},
        {"Europe/Dublin", 5873868880, "2156-02-19 14:14:40"},
        {"Europe/Dublin", -1834044737, "1911-11-19 14:42:22"},
        {"Africa/Casablanca", -2089511460, "1903-10-15 19:38:40"},
        {"Africa/Casablanca", -799650531, "1944-08-29 19:51:09"},
        {"America/St_Johns", 7223730003, "2198-11-28 20:10:03"},
        {"America/St_Johns", 1856819662, "2028-11-02 20:44:22"},
        {"America/St_Johns", -1172866437, "1932-11-01 00:15:11"},
    };
    const io::PosixFs files;
    for (const Example& example : kExamples) {
        Calendar calendar(TimeZone::load(files, example.zone));
        std::string text;
        append_date_time(text, example.instant, 0, calendar);
        EXPECT_EQ(text, example.text) << example.zone << " " << example.instant;
    }
}

TEST(TimeZone, OffsetsChangeAtTheInstantOfTheTransition) {
    const TimeZone berlin = TimeZone::load(io::PosixFs(), "Europe/Berlin");
    EXPECT_EQ(berlin.offset_at(1729990799), 7200);
    EXPECT_EQ(berlin.offset_at(1729990800), 3600);
    EXPECT_EQ(berlin.first_change(1729987200, 1730073600), 1729990800);
    EXPECT_EQ(berlin.first_change(1729990801, 1730073600), 1730073600);
}

TEST(TimeZone, TextOfASkippedOrRepeatedHourIsReadAsClickHouseReadsIt) {
    // toUnixTimestamp(toDateTime('...', zone)) of chdb 4.4.0. `local`: the text as if it were UTC.
    struct LocalHour {
        const char* zone;
        int64_t local;
        int64_t instant;
    };
    const LocalHour examples[] = {
        {"Europe/Berlin", 1711852200, 1711845000},        // 2024-03-31 02:30:00, skipped
        {"Europe/Berlin", 1711854000, 1711846800},        // 2024-03-31 03:00:00
        {"Europe/Berlin", 1729994400, 1729987200},        // 2024-10-27 02:00:00, twice
        {"Europe/Berlin", 1729996200, 1729989000},        // 2024-10-27 02:30:00, twice
        {"Europe/Berlin", 1729998000, 1729994400},        // 2024-10-27 03:00:00
        {"America/New_York", 1710037800, 1710052200},     // 2024-03-10 02:30:00, skipped
        {"America/New_York", 1730597400, 1730611800},     // 2024-11-03 01:30:00, twice
        {"Australia/Lord_Howe", 1712454300, 1712414700},  // 2024-04-07 01:45:00, twice
        {"Australia/Lord_Howe", 1728180900, 1728141300},  // 2024-10-06 02:15:00, skipped
        {"America/Sao_Paulo", 1541289600, 1541296800},    // 2018-11-04 00:00:00, skipped
        {"Asia/Kathmandu", 504921900, 504901200},         // 1986-01-01 00:05:00, skipped
    };
    for (const LocalHour& example : examples)
        EXPECT_EQ(TimeZone::load(io::PosixFs(), example.zone).instant_of_text(example.local),
                  example.instant)
            << example.zone << " " << example.local;
}

TEST(TimeZone, ANameThatIsNoZoneIsRefused) {
    const io::PosixFs files;
    for (const char* name : {"Mars/Olympus", "../../etc/passwd", "/etc/localtime", ""})
        EXPECT_THROW(TimeZone::load(files, name), Error) << name;
}

TEST(TimeZone, AFileThatIsCutIsCorrupt) {
    const std::string tzif = "TZif2" + std::string(20, '\0');
    EXPECT_THROW(TimeZone::parse(as_bytes(tzif)), Error);
    EXPECT_THROW(TimeZone::parse(as_bytes("no zone")), Error);
}

}  // namespace
}  // namespace ch::tools
