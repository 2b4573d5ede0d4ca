#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ch::reliability {

/// A process forked from this one. While it is forked this one must have no thread but the calling
/// one and hold no lock or pin of a root: the child's copy of the descriptor would keep it alive.
class Child {
public:
    /// Tells the parent a line. What was told is there, whatever becomes of the child.
    using Say = std::function<void(const std::string& line)>;

    /// The child runs `body` and ends; an exception becomes its last line, "error CODE: TEXT".
    explicit Child(const std::function<void(const Say& say)>& body);
    /// Kills it.
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// In the child: stops it until go_on().
    static void stop_self();

    /// Waits until it has stopped itself (true) or ended (false).
    [[nodiscard]] bool wait_stopped();
    void stop();
    void go_on();
    void kill();
    /// The milliseconds until it ended; nothing, and it is killed, if that took over `ms_max`.
    [[nodiscard]] std::optional<uint64_t> wait_end(uint64_t ms_max);
    [[nodiscard]] bool has_ended();
    /// Ended by itself, not by a signal.
    [[nodiscard]] bool is_clean() const;
    /// What it told so far.
    [[nodiscard]] const std::vector<std::string>& said();

private:
    void reap(int options);

    pid_t pid_ = 0;
    int pipe_ = -1;
    int status_ = 0;
    bool has_ended_ = false;
    bool is_stopped_ = false;
    std::string partial_;
    std::vector<std::string> lines_;
};

}  // namespace ch::reliability
