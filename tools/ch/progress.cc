#include "tools/ch/progress.h"

#include <algorithm>
#include <cstdio>

#include "tools/ch/amount_text.h"

namespace ch::tools {

namespace {
// A short command shows nothing; a long one writes seldom enough to cost nothing.
constexpr std::chrono::milliseconds kQuietTime{1000};
constexpr std::chrono::milliseconds kShowEvery{200};
}  // namespace

Progress::Progress(bool enabled, std::string what, std::string unit, uint64_t total)
    : enabled_(enabled), what_(std::move(what)), unit_(std::move(unit)), total_(total) {}

Progress::~Progress() {
    // ESC [ K clears to the line's end: nothing of it stays between the output's lines.
    if (visible_) std::fputs("\r\033[K", stderr);
}

void Progress::advance(uint64_t amount) {
    done_ += amount;
    if (!enabled_) return;
    const Clock::time_point now = Clock::now();
    if (now - started_ < kQuietTime || now - shown_ < kShowEvery) return;
    shown_ = now;
    show();
}

void Progress::show() {
    const double seconds = std::chrono::duration<double>(shown_ - started_).count();
    const auto rate = static_cast<uint64_t>(static_cast<double>(done_) / seconds);
    const bool bytes = unit_ == "bytes";
    auto amount = [&](uint64_t value) { return bytes ? bytes_text(value) : count_text(value); };
    std::string line = "\r" + what_ + ' ' + amount(done_);
    if (total_ > 0) {
        const uint64_t percent = std::min<uint64_t>(100, done_ * 100 / total_);
        line += " of " + amount(total_) + " (" + std::to_string(percent) + "%)";
    }
    line += (bytes ? std::string() : ' ' + unit_) + ", " + amount(rate) + "/s\033[K";
    std::fputs(line.c_str(), stderr);
    std::fflush(stderr);
    visible_ = true;
}

}  // namespace ch::tools
