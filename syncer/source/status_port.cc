#include "syncer/source/status_port.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>
#include <thread>

#include "base/error.h"
#include "syncer/limits.h"

namespace ch::syncer {

namespace {

class Socket {
public:
    explicit Socket(int descriptor) : descriptor_(descriptor) {}
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() { ::close(descriptor_); }
    [[nodiscard]] int get() const { return descriptor_; }

private:
    int descriptor_;
};

struct FreeAddresses {
    void operator()(addrinfo* addresses) const { freeaddrinfo(addresses); }
};

void set_timeout(int descriptor) {
    const timeval timeout{kStatusTimeoutMs / 1000, 0};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
}

std::unique_ptr<Socket> connect_to(const std::string& host, const std::string& port) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const std::string address = host + ":" + port;
    if (const int code = getaddrinfo(host.c_str(), port.c_str(), &wanted, &found); code != 0)
        throw Error(ErrorCode::Io, std::string("cannot resolve the address: ") + gai_strerror(code),
                    address);
    const std::unique_ptr<addrinfo, FreeAddresses> addresses(found);
    int reason = ENOENT;
    for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
        const int descriptor = socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, 0);
        if (descriptor < 0) {
            reason = errno;
            continue;
        }
        auto made = std::make_unique<Socket>(descriptor);
        set_timeout(descriptor);
        if (connect(descriptor, one->ai_addr, one->ai_addrlen) == 0) return made;
        reason = errno;
    }
    throw Error(ErrorCode::Io, std::string("cannot connect: ") + std::strerror(reason), address);
}

void send_all(const Socket& to, std::string_view text, const std::string& address) {
    while (!text.empty()) {
        const ssize_t sent = send(to.get(), text.data(), text.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0)
            throw Error(ErrorCode::Io, std::string("cannot send: ") + std::strerror(errno),
                        address);
        text.remove_prefix(static_cast<size_t>(sent));
    }
}

std::string receive_all(const Socket& from, const std::string& address) {
    std::string answer;
    char some[1 << 16];
    while (true) {
        const ssize_t got = recv(from.get(), some, sizeof(some), 0);
        if (got == 0) return answer;
        if (got < 0 && errno == EINTR) continue;
        if (got < 0)
            throw Error(ErrorCode::Io, std::string("no whole answer: ") + std::strerror(errno),
                        address);
        if (answer.size() + static_cast<size_t>(got) > kStatusAnswerBytesMax)
            throw Error(
                ErrorCode::Io,
                "an answer of more than " + std::to_string(kStatusAnswerBytesMax) + " bytes",
                address);
        answer.append(some, static_cast<size_t>(got));
    }
}

// "HTTP/1.0 200 OK", headers, an empty line, the body up to the end of the connection.
std::string body_of(const std::string& answer, const std::string& url) {
    const size_t head = answer.find("\r\n\r\n");
    const size_t code = answer.find(' ');
    if (answer.compare(0, 5, "HTTP/") != 0 || head == std::string::npos || code > head)
        throw Error(ErrorCode::Io, "an answer that is no HTTP", url);
    const std::string status = answer.substr(code + 1, 3);
    if (status != "200")
        throw Error(status == "404" ? ErrorCode::NotFound : ErrorCode::Io,
                    "the answer is " + answer.substr(code + 1, answer.find('\r') - code - 1), url);
    return answer.substr(head + 4);
}

}  // namespace

StatusPort::StatusPort(const std::string& address) {
    const size_t colon = address.rfind(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == address.size())
        throw Error(ErrorCode::InvalidArgument,
                    "'" + address + "' is no address of TiDB's status port, expected host:port");
    host_ = address.substr(0, colon);
    port_ = address.substr(colon + 1);
}

std::string StatusPort::get(const std::string& path) const {
    const std::string address = host_ + ":" + port_;
    const std::unique_ptr<Socket> socket = connect_to(host_, port_);
    send_all(*socket, "GET " + path + " HTTP/1.0\r\nHost: " + address + "\r\n\r\n", address);
    return body_of(receive_all(*socket, address), address + path);
}

DdlJob StatusPort::wait_for_job(int64_t job_id) const {
    const std::string path = "/ddl/history?start_job_id=" + std::to_string(job_id) + "&limit=1";
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kJobWaitMs);
    std::optional<Error> last;
    do {
        try {
            const std::string answer = get(path);
            if (answer.find('{') != std::string::npos)
                if (DdlJob job = parse_ddl_job(answer); job.id == job_id) return job;
            last.reset();
        } catch (const Error& error) {
            if (error.code() != ErrorCode::Io && error.code() != ErrorCode::NotFound) throw;
            last = error;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(kJobPollMs));
    } while (std::chrono::steady_clock::now() < until);
    if (last) throw Error(*last);
    throw Error(ErrorCode::NotFound, "TiDB has no record of DDL job " + std::to_string(job_id),
                host_ + ":" + port_ + path);
}

}  // namespace ch::syncer
