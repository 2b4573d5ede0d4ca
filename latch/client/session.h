#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "latch/core/limits.h"
#include "latch/daemon_client.h"
#include "latch/latch.grpc.pb.h"

namespace ch::latch {

namespace rpc = ::chspark::latch::v1;

/// One session with a daemon: asks, waits and asks again while the daemon is away, renews, and
/// tells a daemon that was restarted what is held. Thread-safe. Its leases and pins hold it, so
/// that it ends with the last of them.
class ClientSession {
public:
    template <typename Request, typename Reply>
    using Method = grpc::Status (rpc::Latch::Stub::*)(grpc::ClientContext*, const Request&, Reply*);

    explicit ClientSession(const ClientOptions& options);
    ~ClientSession();
    ClientSession(const ClientSession&) = delete;
    ClientSession& operator=(const ClientSession&) = delete;

    /// The daemon's reply, for a request outside of the session. `wait_ms`: how long a daemon that
    /// is there may take. Throws Error.
    template <typename Request, typename Reply>
    Reply ask(Method<Request, Reply> method, const Request& request, uint64_t wait_ms = 0);
    /// The same in the session, which is opened first where it must be; which one it was in the
    /// end.
    template <typename Request, typename Reply>
    Reply ask_in_session(Method<Request, Reply> method, Request& request, uint64_t& session,
                         uint64_t wait_ms = 0);

    [[nodiscard]] std::string root_id();
    /// Told to a daemon that does not know the session. False if another session has begun since:
    /// what was held in that one is gone, and has to be asked for again.
    [[nodiscard]] bool keep_claim(uint64_t session, const rpc::Lease& lease);
    [[nodiscard]] bool keep_claim(uint64_t session, const rpc::SessionPin& pin);
    /// Ends it here and there; there later, where the daemon does not answer. Never throws Error.
    void release(const std::string& lease_id);
    void unpin(const std::string& name);

    [[nodiscard]] rpc::Latch::Stub& stub() { return *stub_; }
    [[nodiscard]] const ClientOptions& options() const { return options_; }
    /// Throws the Error that a failed call stands for.
    [[noreturn]] void fail(const grpc::Status& status) const;

private:
    [[nodiscard]] uint64_t open_session(uint64_t ended);
    [[nodiscard]] bool try_release(const std::string& lease_id);
    [[nodiscard]] bool try_unpin(const std::string& name);
    [[nodiscard]] bool is_ended_by_unknown(const grpc::Status& status) const;
    void renew_until_stopped();
    void renew();

    const ClientOptions options_;
    std::shared_ptr<grpc::Channel> channel_;
    std::unique_ptr<rpc::Latch::Stub> stub_;

    /// Held while a session is opened, so that others wait for it and do not open theirs. Taken
    /// before mutex_.
    std::mutex opening_;
    std::mutex mutex_;  // guards all below
    std::condition_variable stopped_;
    bool is_stopped_ = false;
    uint64_t session_ = 0;
    uint64_t ttl_ms_ = 0;
    std::string root_id_;
    std::map<std::string, rpc::Lease> leases_;
    std::map<std::string, rpc::SessionPin> pins_;
    std::vector<std::string> leases_to_end_, pins_to_end_;
    std::thread renewing_;
};

/// The milliseconds from now until `end`, 0 if it has passed.
uint64_t ms_until(std::chrono::steady_clock::time_point end);
/// A deadline of a call, that many milliseconds from now.
std::chrono::system_clock::time_point call_deadline(uint64_t ms);
bool is_worth_another_try(const grpc::Status& status);

template <typename Request, typename Reply>
Reply ClientSession::ask(Method<Request, Reply> method, const Request& request, uint64_t wait_ms) {
    const auto end = std::chrono::steady_clock::now() +
                     std::chrono::milliseconds(wait_ms + options_.answer_ms_max);
    for (;;) {
        grpc::ClientContext context;
        context.set_wait_for_ready(true);
        context.set_deadline(call_deadline(ms_until(end)));
        Reply reply;
        const grpc::Status status = (stub_.get()->*method)(&context, request, &reply);
        if (status.ok()) return reply;
        // The daemon went away in the middle: whether it did its part is not known, and every
        // request may be made again.
        if (!is_worth_another_try(status) || ms_until(end) == 0) fail(status);
        std::this_thread::sleep_for(std::chrono::milliseconds(kLatchPollMs));
    }
}

template <typename Request, typename Reply>
Reply ClientSession::ask_in_session(Method<Request, Reply> method, Request& request,
                                    uint64_t& session, uint64_t wait_ms) {
    session = open_session(0);
    const auto wait_end = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms);
    const auto end = wait_end + std::chrono::milliseconds(options_.answer_ms_max);
    for (;;) {
        request.set_session(session);
        if constexpr (requires { request.set_wait_ms(0); }) request.set_wait_ms(ms_until(wait_end));
        grpc::ClientContext context;
        context.set_wait_for_ready(true);
        context.set_deadline(call_deadline(ms_until(end)));
        Reply reply;
        const grpc::Status status = (stub_.get()->*method)(&context, request, &reply);
        if (status.ok()) return reply;
        if (is_ended_by_unknown(status)) {
            session = open_session(session);
            continue;
        }
        if (!is_worth_another_try(status) || ms_until(end) == 0) fail(status);
        std::this_thread::sleep_for(std::chrono::milliseconds(kLatchPollMs));
    }
}

}  // namespace ch::latch
