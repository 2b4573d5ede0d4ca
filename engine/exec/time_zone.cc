#include "engine/exec/time_zone.h"

#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "engine/exec/calendar.h"
#include "engine/exec/limits.h"
#include "engine/exec/time_zone_rule.h"

namespace ch::exec {

// TZif (RFC 8536), big-endian:
//   header: "TZif" u8 version, 15 bytes, u32 isutcnt isstdcnt leapcnt timecnt typecnt charcnt
//   block:  timecnt instants (4 bytes in the first block, 8 in the second)
//           timecnt u8 type indexes
//           typecnt x (i32 offset, u8 is_dst, u8 name index)
//           charcnt name bytes
//           leapcnt x (instant, i32) | isstdcnt + isutcnt bytes
//   version 2 and up: header and block again with 8-byte instants, then "\n" rule "\n"

namespace {

constexpr int64_t kSecondsPerDay = 86'400;
constexpr int64_t kFirstDay = 0;         // a rule is not followed before 1970
constexpr int64_t kLastDay = 2'932'896;  // 9999-12-31
constexpr int64_t kSecondsPer400Years = 146'097 * kSecondsPerDay;
constexpr const char* kZoneFolder = "/usr/share/zoneinfo/";

struct Header {
    uint8_t version = 0;
    uint32_t isut = 0, isstd = 0, leap = 0, time = 0, type = 0, chars = 0;
};

template <typename T>
T read_big_endian(ByteReader& reader) {
    uint64_t value = 0;
    for (uint8_t byte : reader.take(sizeof(T))) value = value << 8 | byte;
    return static_cast<T>(value);
}

Header read_header(ByteReader& reader) {
    if (as_text(reader.take(4)) != "TZif")
        throw Error(ErrorCode::Corrupt, "not a time zone file: expected it to begin with TZif");
    Header header;
    header.version = reader.read<uint8_t>();
    reader.take(15);
    header.isut = read_big_endian<uint32_t>(reader);
    header.isstd = read_big_endian<uint32_t>(reader);
    header.leap = read_big_endian<uint32_t>(reader);
    header.time = read_big_endian<uint32_t>(reader);
    header.type = read_big_endian<uint32_t>(reader);
    header.chars = read_big_endian<uint32_t>(reader);
    uint32_t largest =
        std::max({header.isut, header.isstd, header.leap, header.time, header.chars});
    if (largest > kTimeZoneTransitionsMax || header.type == 0 || header.type > 256)
        throw Error(ErrorCode::Corrupt, "time zone file: counts out of range", {},
                    static_cast<int64_t>(reader.offset()));
    return header;
}

struct Block {
    std::vector<int64_t> instants;
    std::vector<uint8_t> types;
    std::vector<int32_t> offsets;  // one a type
};

Block read_block(ByteReader& reader, const Header& header, bool wide) {
    Block block;
    for (uint32_t i = 0; i < header.time; ++i)
        block.instants.push_back(wide ? read_big_endian<int64_t>(reader)
                                      : read_big_endian<int32_t>(reader));
    for (uint8_t type : reader.take(header.time)) block.types.push_back(type);
    for (uint32_t i = 0; i < header.type; ++i) {
        block.offsets.push_back(read_big_endian<int32_t>(reader));
        reader.take(2);
        if (block.offsets.back() < -kSecondsPerDay || block.offsets.back() > kSecondsPerDay)
            throw Error(ErrorCode::Corrupt, "time zone file: offset beyond a day", {},
                        static_cast<int64_t>(reader.offset()));
    }
    reader.take(header.chars);
    reader.take(size_t{header.leap} * (wide ? 12 : 8));
    reader.take(header.isstd);
    reader.take(header.isut);
    for (size_t i = 0; i < block.types.size(); ++i) {
        bool rises = i == 0 || block.instants[i] > block.instants[i - 1];
        if (block.types[i] >= block.offsets.size() || !rises)
            throw Error(ErrorCode::Corrupt, "time zone file: transitions out of order or range", {},
                        static_cast<int64_t>(reader.offset()));
    }
    return block;
}

std::string_view read_rule_text(ByteReader& reader) {
    std::string_view rest = as_text(reader.take(reader.remaining()));
    if (rest.empty() || rest[0] != '\n') return {};
    return rest.substr(1, rest.find('\n', 1) - 1);
}

}  // namespace

TimeZone TimeZone::parse(Bytes tzif) {
    ByteReader reader(tzif);
    Header header = read_header(reader);
    Block block = read_block(reader, header, false);
    std::string_view rule_text;
    // The first block is for readers of 1986, and ends in 2038: it is only walked over.
    if (header.version >= '2') {
        header = read_header(reader);
        block = read_block(reader, header, true);
        rule_text = read_rule_text(reader);
    }

    TimeZone zone;
    zone.first_offset_ = block.offsets[0];
    int32_t before = zone.first_offset_;
    for (size_t i = 0; i < block.instants.size(); ++i) {
        int32_t after = block.offsets[block.types[i]];
        zone.transitions_.push_back({block.instants[i], before, after});
        before = after;
    }
    // Without a rule, or with one that has no summer time, the last offset holds for ever.
    if (rule_text.empty()) return zone;
    TimeZoneRule rule = TimeZoneRule::parse(rule_text);
    if (!rule.summer) return zone;

    // From the last transition on, one period of the calendar; later years look their offsets up in
    // it.
    int64_t last = zone.transitions_.empty() ? INT64_MIN : zone.transitions_.back().instant;
    const int64_t last_day = std::clamp(floor_divide(last, kSecondsPerDay), kFirstDay, kLastDay);
    const int32_t first_year = exec::civil_day(static_cast<int32_t>(last_day)).year;
    for (int32_t year = first_year; year <= first_year + 402; ++year) {
        Transition to_summer{rule.summer->begin.local_seconds(year) - rule.offset, rule.offset,
                             rule.summer->offset};
        Transition to_standard{rule.summer->end.local_seconds(year) - rule.summer->offset,
                               rule.summer->offset, rule.offset};
        // South of the equator the end of summer time comes first in a calendar year.
        if (to_summer.instant > to_standard.instant) std::swap(to_summer, to_standard);
        if (to_summer.instant > last) zone.transitions_.push_back(to_summer);
        if (to_standard.instant > last) zone.transitions_.push_back(to_standard);
    }
    // The Gregorian calendar repeats after 400 years, weekdays too (146,097 days are 20,871 weeks).
    // A year is added at each end, for times whose year differs from UTC's.
    zone.repeats_from_ = day_number(first_year + 401, 1, 1) * kSecondsPerDay;
    return zone;
}

TimeZone TimeZone::load(const io::FileSystem& files, std::string_view name) {
    if (name == "UTC" || name == "Etc/UTC") return utc();
    // A type's text names the zone, and files are not to be trusted: it must stay below the folder.
    if (name.empty() || name.front() == '/' || name.find("..") != std::string_view::npos ||
        name.find('\0') != std::string_view::npos)
        throw Error(ErrorCode::InvalidArgument,
                    "'" + std::string(name) + "' is not the name of a time zone");
    std::string path = kZoneFolder + std::string(name);
    if (files.kind(path) != io::EntryKind::File)
        throw Error(ErrorCode::NotFound,
                    "time zone '" + std::string(name) + "' is not installed; install tzdata", path);
    try {
        return parse(as_bytes(io::read_small_file(files, path, kTimeZoneFileBytesMax)));
    } catch (const Error& error) {
        throw error.with_path(path);
    }
}

TimeZone TimeZone::local(const io::FileSystem& files) {
    if (const char* name = std::getenv("TZ"); name != nullptr && *name != '\0')
        return load(files, name[0] == ':' ? name + 1 : name);
    const std::string path = "/etc/localtime";
    if (files.kind(path) != io::EntryKind::File) return utc();
    return parse(as_bytes(io::read_small_file(files, path, kTimeZoneFileBytesMax)));
}

int64_t TimeZone::into_known_years(int64_t seconds) const {
    if (!repeats_from_ || seconds < *repeats_from_) return seconds;
    return seconds - ((seconds - *repeats_from_) / kSecondsPer400Years + 1) * kSecondsPer400Years;
}

int32_t TimeZone::offset_at(int64_t instant) const {
    instant = into_known_years(instant);
    auto after = std::upper_bound(transitions_.begin(), transitions_.end(), instant,
                                  [](int64_t at, const Transition& t) { return at < t.instant; });
    return after == transitions_.begin() ? first_offset_ : std::prev(after)->offset_after;
}

/// Around a change at instant i, local times by its offsets:
///   forwards   [i + before, i + after)    are skipped
///   backwards  [i + after, i + before)    come twice
/// Both begin at i + min and end at i + max; outside of them one offset holds.
TimeZone::Candidates TimeZone::candidates(int64_t local) const {
    auto after = std::upper_bound(
        transitions_.begin(), transitions_.end(), local, [](int64_t at, const Transition& t) {
            return at < t.instant + std::min(t.offset_before, t.offset_after);
        });
    if (after == transitions_.begin())
        return {std::nullopt, local - first_offset_, local - first_offset_};
    const Transition& change = *std::prev(after);
    const int64_t with_after = local - change.offset_after;
    bool near = local < change.instant + std::max(change.offset_before, change.offset_after);
    if (!near) return {std::nullopt, with_after, with_after};
    return {change.instant, local - change.offset_before, with_after};
}

int64_t TimeZone::instant_of(int64_t asked) const {
    const int64_t local = into_known_years(asked);
    const Candidates found = candidates(local);
    bool is_after = !found.change || *found.change < found.with_after;
    return asked - local + (is_after ? found.with_after : found.with_before);
}

int64_t TimeZone::instant_of_text(int64_t asked) const {
    const int64_t local = into_known_years(asked);
    const Candidates found = candidates(local);
    bool is_after = !found.change || *found.change <= found.with_before;
    return asked - local + (is_after ? found.with_after : found.with_before);
}

int64_t TimeZone::first_change(int64_t from, int64_t to) const {
    const int64_t known = into_known_years(from);
    auto change = std::lower_bound(transitions_.begin(), transitions_.end(), known,
                                   [](const Transition& t, int64_t at) { return t.instant < at; });
    for (; change != transitions_.end() && change->instant - known < to - from; ++change)
        if (change->offset_before != change->offset_after) return from + (change->instant - known);
    return to;
}

}  // namespace ch::exec
