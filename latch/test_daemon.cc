#include "latch/test_daemon.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <stdexcept>

extern char** environ;

namespace ch::latch {

TestDaemon::TestDaemon(std::string root, std::vector<std::string> options, std::string socket)
    : root_(std::move(root)),
      options_(std::move(options)),
      socket_(socket.empty() ? root_ + ".sock" : std::move(socket)) {
    start();
}

TestDaemon::~TestDaemon() {
    if (process_ > 0) signal(SIGKILL);
}

void TestDaemon::start() {
    std::vector<std::string> arguments = {CH_LATCHD, "--root", root_, "--listen",
                                          "unix:" + socket_};
    arguments.insert(arguments.end(), options_.begin(), options_.end());
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    if (::posix_spawn(&process_, CH_LATCHD, nullptr, nullptr, pointers.data(), environ) != 0)
        throw std::runtime_error("latchd cannot be started");
}

void TestDaemon::signal(int number) {
    ::kill(process_, number);
    if (number == SIGKILL || number == SIGTERM) wait();
}

void TestDaemon::wait() {
    ::waitpid(process_, &exit_status_, 0);
    process_ = 0;
}

void TestDaemon::restart_after_kill() {
    signal(SIGKILL);
    start();
}

}  // namespace ch::latch
