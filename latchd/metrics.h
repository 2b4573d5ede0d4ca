#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "latchd/arbiter.h"

namespace ch::latchd {

/// What the daemon counts, as Prometheus' text. Thread-safe.
class Metrics {
public:
    /// A call of that method ended with that status code.
    void count(const std::string& method, int code, uint64_t microseconds);
    [[nodiscard]] std::string text(const Standing& standing, uint64_t oldest_pin_ms);

private:
    struct Calls {
        uint64_t count = 0;
        uint64_t microseconds = 0;
    };
    std::mutex mutex_;  // guards calls_
    std::map<std::pair<std::string, int>, Calls> calls_;
};

}  // namespace ch::latchd
