#include "tests/reliability/child.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <thread>

#include "base/error.h"

namespace ch::reliability {

namespace {

using Clock = std::chrono::steady_clock;

void tell(int pipe, const std::string& line) {
    // One write, so that a kill leaves no half line: a pipe takes up to 4 KiB at once.
    const std::string text = line.substr(0, 4000) + "\n";
    CH_ASSERT(::write(pipe, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

[[noreturn]] void run_child(int pipe, const std::function<void(const Child::Say& say)>& body) {
    int code = 0;
    try {
        body([pipe](const std::string& line) { tell(pipe, line); });
    } catch (const Error& error) {
        tell(pipe, "error " + std::string(error_code_name(error.code())) + ": " + error.what());
        code = 3;
    } catch (const std::exception& error) {
        tell(pipe, std::string("error Bug: ") + error.what());
        code = 4;
    }
    // Not exit(): what the parent's objects would do at the end is not the child's to do.
    ::_exit(code);
}

}  // namespace

Child::Child(const std::function<void(const Say& say)>& body) {
    std::array<int, 2> ends{};
    CH_ASSERT(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
    pid_ = ::fork();
    CH_ASSERT(pid_ >= 0);
    if (pid_ == 0) {
        ::close(ends[0]);
        // A child that is stopped must not outlive a test that is killed.
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        run_child(ends[1], body);
    }
    ::close(ends[1]);
    pipe_ = ends[0];
}

Child::~Child() {
    kill();
    ::close(pipe_);
}

void Child::stop_self() {
    ::raise(SIGSTOP);
}

void Child::reap(int options) {
    if (has_ended_) return;
    int status = 0;
    pid_t changed = 0;
    do {
        changed = ::waitpid(pid_, &status, options);
    } while (changed < 0 && errno == EINTR);
    if (changed != pid_) return;
    is_stopped_ = WIFSTOPPED(status);
    if (is_stopped_) return;
    status_ = status;
    has_ended_ = true;
}

bool Child::wait_stopped() {
    while (!is_stopped_ && !has_ended_) reap(WUNTRACED);
    return is_stopped_;
}

bool Child::has_ended() {
    reap(WNOHANG);
    return has_ended_;
}

void Child::stop() {
    if (!has_ended_) ::kill(pid_, SIGSTOP);
}

void Child::go_on() {
    if (has_ended_) return;
    is_stopped_ = false;
    ::kill(pid_, SIGCONT);
}

void Child::kill() {
    if (has_ended_) return;
    ::kill(pid_, SIGKILL);
    while (!has_ended_) reap(0);
}

std::optional<uint64_t> Child::wait_end(uint64_t ms_max) {
    const auto started = Clock::now();
    for (;;) {
        reap(WNOHANG);
        const auto waited = static_cast<uint64_t>(
            std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started).count());
        if (has_ended_) return waited;
        if (waited > ms_max) {
            kill();
            return std::nullopt;
        }
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
}

bool Child::is_clean() const {
    return has_ended_ && WIFEXITED(status_);
}

const std::vector<std::string>& Child::said() {
    std::array<char, 4096> bytes{};
    for (ssize_t count = 0; (count = ::read(pipe_, bytes.data(), bytes.size())) > 0;)
        partial_.append(bytes.data(), static_cast<size_t>(count));
    for (size_t end = 0; (end = partial_.find('\n')) != std::string::npos;) {
        lines_.push_back(partial_.substr(0, end));
        partial_.erase(0, end + 1);
    }
    return lines_;
}

}  // namespace ch::reliability
