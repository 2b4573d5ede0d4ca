#include "latchd/http_port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/error.h"

namespace ch::latchd {

namespace {

constexpr size_t kRequestBytesMax = 8192;
constexpr int kStopLookMs = 200;
constexpr int kConnectionSeconds = 2;
constexpr int kBacklog = 16;
constexpr std::string_view kGet = "GET ";

sockaddr_in parse(const std::string& listen) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    const size_t colon = listen.rfind(':');
    const std::string host = listen.substr(0, colon == std::string::npos ? 0 : colon);
    uint16_t port = 0;
    const char* end = listen.data() + listen.size();
    const auto parsed = std::from_chars(listen.data() + host.size() + 1, end, port);
    if (host.empty() || parsed.ec != std::errc() || parsed.ptr != end ||
        ::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1)
        throw Error(ErrorCode::InvalidArgument,
                    "expected an IPv4 address and a port, e.g. 127.0.0.1:7801", listen);
    address.sin_port = htons(port);
    return address;
}

void send_all(int connection, const std::string& bytes) {
    for (size_t sent = 0; sent < bytes.size();) {
        const ssize_t count =
            ::send(connection, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (count <= 0) return;
        sent += static_cast<size_t>(count);
    }
}

/// Up to the empty line; empty if it is longer than it may be, or does not come.
std::string read_request(int connection) {
    std::string request;
    char bytes[1024];
    while (request.find("\r\n\r\n") == std::string::npos) {
        if (request.size() >= kRequestBytesMax) return {};
        const ssize_t count = ::recv(connection, bytes, sizeof(bytes), 0);
        if (count <= 0) return {};
        request.append(bytes, static_cast<size_t>(count));
    }
    return request;
}

}  // namespace

HttpPort::HttpPort(const std::string& listen, Handler handler) : handler_(std::move(handler)) {
    const sockaddr_in address = parse(listen);
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
        ::listen(socket_, kBacklog) != 0) {
        const std::string reason = std::strerror(errno);
        ::close(socket_);
        throw Error(ErrorCode::Io, "cannot listen there: " + reason, listen);
    }
    thread_ = std::thread([this] { serve(); });
}

HttpPort::~HttpPort() {
    is_stopped_ = true;
    thread_.join();
    ::close(socket_);
}

void HttpPort::serve() {
    while (!is_stopped_) {
        pollfd waiting{socket_, POLLIN, 0};
        if (::poll(&waiting, 1, kStopLookMs) <= 0) continue;
        const int connection = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) continue;
        const timeval patience{kConnectionSeconds, 0};
        ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        ::setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
        answer(connection);
        ::close(connection);
    }
}

void HttpPort::answer(int connection) {
    const std::string request = read_request(connection);
    if (!request.starts_with(kGet)) return;
    const size_t end = request.find(' ', kGet.size());
    if (end == std::string::npos) return;
    const HttpAnswer given = handler_(request.substr(kGet.size(), end - kGet.size()));
    send_all(connection, "HTTP/1.1 " + std::to_string(given.status) +
                             (given.status == 200 ? " OK" : " Not Found") +
                             "\r\nContent-Type: " + given.type +
                             "\r\nContent-Length: " + std::to_string(given.body.size()) +
                             "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff"
                             "\r\nConnection: close\r\n\r\n" +
                             given.body);
}

}  // namespace ch::latchd
