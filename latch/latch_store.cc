#include "latch/latch_store.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <thread>

#include "latch/core/limits.h"

namespace ch::latch {

namespace {
constexpr std::string_view kProcess = "process ";
}  // namespace

std::optional<bool> is_held(LatchStore& latch, ResourceId resource) {
    try {
        return latch.acquire({&resource, 1}, LatchMode::Writer, 0) == nullptr;
    } catch (const Error& error) {
        if (error.code() != ErrorCode::Io) throw;
        return std::nullopt;
    }
}

uint64_t LatchStore::wait_above(uint64_t version, uint64_t wait_ms_max) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms_max);
    for (;;) {
        const uint64_t newest = head();
        if (newest > version || std::chrono::steady_clock::now() >= end) return newest;
        std::this_thread::sleep_for(std::chrono::milliseconds(kLatchPollMs));
    }
}

std::string process_note() {
    return std::string(kProcess) + std::to_string(::getpid());
}

std::optional<bool> is_alive(std::string_view note) {
    const size_t at = note.rfind(kProcess);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view digits = note.substr(at + kProcess.size());
    pid_t process = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), process);
    if (error != std::errc() || end != digits.data() + digits.size() || process <= 0)
        return std::nullopt;
    // Signal 0 asks and sends nothing; that it may not be sent means that there is somebody.
    return ::kill(process, 0) == 0 || errno != ESRCH;
}

}  // namespace ch::latch
