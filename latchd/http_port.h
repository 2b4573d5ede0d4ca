#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

namespace ch::latchd {

struct HttpAnswer {
    int status = 200;
    std::string type = "text/plain; charset=utf-8";
    std::string body;
};

/// Answers GET requests, one connection at a time, by a thread of its own: for metrics and a page.
/// A request that is slow, long or not HTTP ends its connection.
class HttpPort {
public:
    using Handler = std::function<HttpAnswer(const std::string& path)>;

    /// `listen`: an IPv4 address and a port. Throws Error{Io | InvalidArgument}.
    HttpPort(const std::string& listen, Handler handler);
    ~HttpPort();
    HttpPort(const HttpPort&) = delete;
    HttpPort& operator=(const HttpPort&) = delete;

private:
    void serve();
    void answer(int connection);

    const Handler handler_;
    int socket_ = -1;
    std::atomic<bool> is_stopped_{false};
    std::thread thread_;
};

}  // namespace ch::latchd
