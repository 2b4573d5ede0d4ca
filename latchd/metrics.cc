#include "latchd/metrics.h"

#include <cstdio>

namespace ch::latchd {

namespace {

constexpr double kUsPerSecond = 1e6;
constexpr double kMsPerSecond = 1e3;

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.6g", value);
    return text;
}

void add(std::string& text, const char* name, const char* type, const char* help,
         const std::string& value) {
    const std::string full = std::string("chspark_latch_") + name;
    text += "# HELP " + full + " " + help + "\n# TYPE " + full + " " + type + "\n" + full + " " +
            value + "\n";
}

void add(std::string& text, const char* name, const char* help, uint64_t value) {
    add(text, name, "gauge", help, std::to_string(value));
}

}  // namespace

void Metrics::count(const std::string& method, int code, uint64_t microseconds) {
    std::lock_guard lock(mutex_);
    Calls& calls = calls_[{method, code}];
    ++calls.count;
    calls.microseconds += microseconds;
}

std::string Metrics::text(const Standing& standing, uint64_t oldest_pin_ms) {
    uint64_t waiting = 0;
    for (const Standing::Entry& entry : standing.holders) waiting += entry.holder.is_waiting;
    std::string text;
    add(text, "version", "The newest version.", standing.head);
    add(text, "floor", "The oldest version that may be read.", standing.floor);
    add(text, "sessions", "Sessions that live.", standing.sessions);
    add(text, "leases", "Leases that are held.", standing.holders.size() - waiting);
    add(text, "waiting", "Requests in the queue.", waiting);
    add(text, "pins", "Pins of sessions.", standing.pins);
    add(text, "watchers", "Calls that wait for versions.", standing.watchers);
    add(text, "oldest_pin_seconds", "gauge", "Age of the oldest pin of a session.",
        number(static_cast<double>(oldest_pin_ms) / kMsPerSecond));
    add(text, "grace_seconds", "gauge", "How long holders may still come forward.",
        number(static_cast<double>(standing.grace_ms) / kMsPerSecond));
    add(text, "up_seconds", "counter", "Since the daemon began.",
        number(static_cast<double>(standing.up_ms) / kMsPerSecond));
    std::lock_guard lock(mutex_);
    std::string counts, seconds;
    for (const auto& [key, calls] : calls_) {
        const std::string labels =
            "{method=\"" + key.first + "\",code=\"" + std::to_string(key.second) + "\"} ";
        counts += "chspark_latch_calls_total" + labels + std::to_string(calls.count) + "\n";
        seconds += "chspark_latch_call_seconds_total" + labels +
                   number(static_cast<double>(calls.microseconds) / kUsPerSecond) + "\n";
    }
    text +=
        "# HELP chspark_latch_calls_total Calls that ended, by gRPC's status code.\n"
        "# TYPE chspark_latch_calls_total counter\n" +
        counts +
        "# HELP chspark_latch_call_seconds_total Time that these calls took.\n"
        "# TYPE chspark_latch_call_seconds_total counter\n" +
        seconds;
    return text;
}

}  // namespace ch::latchd
