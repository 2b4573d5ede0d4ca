#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace ch::tools {

/// One line on standard error that tells how far long work has come; silent for the first second,
/// and altogether when not enabled. Used by one thread. The line is wiped when it is destroyed.
class Progress {
public:
    /// `what`: "reading", `unit`: "rows".
    Progress(bool enabled, std::string what, std::string unit, uint64_t total);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void advance(uint64_t amount);

private:
    using Clock = std::chrono::steady_clock;
    void show();

    bool enabled_;
    std::string what_;
    std::string unit_;
    uint64_t total_;
    uint64_t done_ = 0;
    Clock::time_point started_ = Clock::now();
    Clock::time_point shown_ = started_;
    bool visible_ = false;
};

}  // namespace ch::tools
