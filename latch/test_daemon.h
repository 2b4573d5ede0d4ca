#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace ch::latch {

/// A real latchd over a folder, for tests; it ends with this. One thread.
class TestDaemon {
public:
    /// `root` need not exist; its parent must. `socket`: empty for <root>.sock.
    explicit TestDaemon(std::string root, std::vector<std::string> options = {},
                        std::string socket = {});
    ~TestDaemon();
    TestDaemon(const TestDaemon&) = delete;
    TestDaemon& operator=(const TestDaemon&) = delete;

    void start();
    /// SIGTERM, SIGKILL and the like; of those that end it, it waits for the end.
    void signal(int number);
    void restart_after_kill();
    [[nodiscard]] std::string address() const { return "grpc://unix:" + socket_; }
    /// Of the last one that ended by itself or by a signal; -1 before.
    [[nodiscard]] int exit_status() const { return exit_status_; }
    /// Waits for a daemon that is to end by itself.
    void wait();

private:
    std::string root_;
    std::vector<std::string> options_;
    std::string socket_;
    pid_t process_ = 0;
    int exit_status_ = -1;
};

}  // namespace ch::latch
