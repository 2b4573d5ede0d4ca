#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/io/file_system.h"

namespace ch::exec {

/// Rounds towards minus infinity.
constexpr int64_t floor_divide(int64_t value, int64_t by) {
    return value / by - (value % by < 0 ? 1 : 0);
}

/// The offsets from UTC of one time zone, over all time. Immutable, thread-safe.
class TimeZone {
public:
    /// Reads a TZif file, version 1 to 4 (RFC 8536). Throws Error{Corrupt} with the offset.
    static TimeZone parse(Bytes tzif);
    static TimeZone utc() { return {}; }
    /// By name, e.g. "Europe/Berlin", from the system's zone files. Throws Error{NotFound |
    /// InvalidArgument | Corrupt}.
    static TimeZone load(const io::FileSystem& files, std::string_view name);
    /// The machine's own: $TZ, else the system's setting, else UTC.
    static TimeZone local(const io::FileSystem& files);

    /// Seconds east of UTC in force at an instant (seconds since 1970 UTC).
    [[nodiscard]] int32_t offset_at(int64_t instant) const;
    /// The instant at which local clocks show `local` (seconds since 1970-01-01 00:00:00 there).
    /// For a time that is skipped, as if the change had not come; for one that comes twice, the
    /// second if it lies beyond the change itself, else the first. Midnight is where a day begins.
    [[nodiscard]] int64_t instant_of(int64_t local) const;
    /// The same as ClickHouse reads a time's text: one that is skipped counts by the offset after
    /// the change, one that comes twice by the offset before it.
    [[nodiscard]] int64_t instant_of_text(int64_t local) const;
    /// The first instant in [from, to) at which the offset changes; `to` if there is none.
    [[nodiscard]] int64_t first_change(int64_t from, int64_t to) const;

private:
    struct Transition {
        int64_t instant;
        int32_t offset_before;
        int32_t offset_after;
    };
    /// What a local time may mean next to a change of the offset, or far from one.
    struct Candidates {
        std::optional<int64_t> change;  ///< instant; nothing = both are the same
        int64_t with_before;
        int64_t with_after;
    };
    [[nodiscard]] Candidates candidates(int64_t local) const;
    [[nodiscard]] int64_t into_known_years(int64_t seconds) const;

    std::vector<Transition>
        transitions_;  // rising; those that the file's rule gives are spelled out for 400 years
    int32_t first_offset_ = 0;
    std::optional<int64_t>
        repeats_from_;  // beyond this instant the calendar repeats every 400 years
};

}  // namespace ch::exec
