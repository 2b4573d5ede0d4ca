#include "latch/client/session.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace ch::latch {

namespace {

constexpr int kReconnectMsMin = 20;
constexpr int kReconnectMsMax = 500;
constexpr int kPingMs = 10'000;
constexpr std::string_view kScheme = "grpc://";
constexpr const char* kUnknownSession = "session";
/// Renewals within a ttl, so that one may be lost.
constexpr uint64_t kRenewalsPerTtl = 3;

std::shared_ptr<grpc::Channel> connect(const std::string& address) {
    std::string target = address.substr(kScheme.size());
    if (!target.starts_with("unix:")) target = "dns:///" + target;
    grpc::ChannelArguments arguments;
    // A daemon that is restarted must be found again at once.
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMsMin);
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kReconnectMsMin);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMsMax);
    // A host that is gone says nothing: the connection is tried while calls wait.
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kPingMs);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPingMs);
    arguments.SetMaxReceiveMessageSize(static_cast<int>(kMessageBytesMax));
    return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

uint64_t ms_until(std::chrono::steady_clock::time_point end) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    return static_cast<uint64_t>(std::max<int64_t>(0, left.count()));
}

std::chrono::system_clock::time_point call_deadline(uint64_t ms) {
    return std::chrono::system_clock::now() + std::chrono::milliseconds(ms);
}

bool is_worth_another_try(const grpc::Status& status) {
    return status.error_code() == grpc::StatusCode::UNAVAILABLE;
}

ClientSession::ClientSession(const ClientOptions& options)
    : options_(options),
      channel_(connect(options.address)),
      stub_(rpc::Latch::NewStub(channel_)),
      ttl_ms_(options.ttl_ms) {}

ClientSession::~ClientSession() {
    {
        std::lock_guard lock(mutex_);
        is_stopped_ = true;
    }
    stopped_.notify_all();
    if (renewing_.joinable()) renewing_.join();
    if (session_ == 0) return;
    // A courtesy: without it the session ends by its ttl.
    rpc::CloseRequest request;
    request.set_session(session_);
    rpc::CloseReply reply;
    grpc::ClientContext context;
    context.set_deadline(call_deadline(kReleaseMsMax));
    static_cast<void>(stub_->Close(&context, request, &reply));
}

void ClientSession::fail(const grpc::Status& status) const {
    const std::string& details = status.error_details();
    int32_t code = 0;
    std::from_chars(details.data(), details.data() + details.size(), code);
    if (code > 0) throw Error(static_cast<ErrorCode>(code), status.error_message());
    if (status.error_code() == grpc::StatusCode::UNAVAILABLE ||
        status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED)
        throw Error(ErrorCode::Io, "the latch daemon does not answer (" + status.error_message() +
                                       "); pins and what was published stay, start latchd again");
    throw Error(ErrorCode::Io, "the latch daemon refused: " + status.error_message());
}

bool ClientSession::is_ended_by_unknown(const grpc::Status& status) const {
    return status.error_details() == kUnknownSession;
}

uint64_t ClientSession::open_session(uint64_t ended) {
    std::lock_guard opening(opening_);
    rpc::OpenRequest request;
    {
        std::lock_guard lock(mutex_);
        if (session_ != ended && session_ != 0) return session_;
        request.set_previous(session_);
        request.set_ttl_ms(options_.ttl_ms);
        request.set_note(options_.note);
        for (const auto& [id, lease] : leases_) *request.add_leases() = lease;
        for (const auto& [name, pin] : pins_) *request.add_pins() = pin;
    }
    const auto reply = ask(&rpc::Latch::Stub::Open, request);
    std::lock_guard lock(mutex_);
    session_ = reply.session();
    ttl_ms_ = reply.ttl_ms();
    root_id_ = reply.root_id();
    // What is lost is not claimed again: its holder finds out by its epochs, or by its files.
    for (const std::string& id : reply.lost_leases()) leases_.erase(id);
    for (const std::string& name : reply.lost_pins()) pins_.erase(name);
    // Released while it was claimed.
    for (const rpc::Lease& lease : request.leases())
        if (leases_.count(lease.id()) == 0) leases_to_end_.push_back(lease.id());
    for (const rpc::SessionPin& pin : request.pins())
        if (pins_.count(pin.name()) == 0) pins_to_end_.push_back(pin.name());
    if (!renewing_.joinable()) renewing_ = std::thread([this] { renew_until_stopped(); });
    return session_;
}

std::string ClientSession::root_id() {
    rpc::StatusRequest request;
    return ask(&rpc::Latch::Stub::Status, request).root_id();
}

bool ClientSession::keep_claim(uint64_t session, const rpc::Lease& lease) {
    std::lock_guard lock(mutex_);
    if (session != session_) return false;
    leases_[lease.id()] = lease;
    return true;
}

bool ClientSession::keep_claim(uint64_t session, const rpc::SessionPin& pin) {
    std::lock_guard lock(mutex_);
    if (session != session_) return false;
    pins_[pin.name()] = pin;
    return true;
}

bool ClientSession::try_release(const std::string& lease_id) {
    rpc::ReleaseRequest request;
    request.set_id(lease_id);
    {
        std::lock_guard lock(mutex_);
        request.set_session(session_);
    }
    rpc::ReleaseReply reply;
    grpc::ClientContext context;
    context.set_deadline(call_deadline(kReleaseMsMax));
    const grpc::Status status = stub_->Release(&context, request, &reply);
    // In a session that is no more there is nothing to end.
    return status.ok() || is_ended_by_unknown(status);
}

bool ClientSession::try_unpin(const std::string& name) {
    rpc::UnpinRequest request;
    request.set_name(name);
    {
        std::lock_guard lock(mutex_);
        request.set_session(session_);
    }
    rpc::UnpinReply reply;
    grpc::ClientContext context;
    context.set_deadline(call_deadline(kReleaseMsMax));
    const grpc::Status status = stub_->Unpin(&context, request, &reply);
    return status.ok() || is_ended_by_unknown(status);
}

void ClientSession::release(const std::string& lease_id) {
    {
        std::lock_guard lock(mutex_);
        leases_.erase(lease_id);
    }
    if (try_release(lease_id)) return;
    std::lock_guard lock(mutex_);
    leases_to_end_.push_back(lease_id);
}

void ClientSession::unpin(const std::string& name) {
    {
        std::lock_guard lock(mutex_);
        pins_.erase(name);
    }
    if (try_unpin(name)) return;
    std::lock_guard lock(mutex_);
    pins_to_end_.push_back(name);
}

void ClientSession::renew_until_stopped() {
    std::unique_lock lock(mutex_);
    while (!is_stopped_) {
        stopped_.wait_for(lock, std::chrono::milliseconds(ttl_ms_ / kRenewalsPerTtl));
        if (is_stopped_) return;
        lock.unlock();
        renew();
        lock.lock();
    }
}

/// One round; what fails is tried in the next one.
void ClientSession::renew() {
    rpc::RenewRequest request;
    std::vector<std::string> leases, pins;
    uint64_t ttl_ms = 0;
    {
        std::lock_guard lock(mutex_);
        request.set_session(session_);
        ttl_ms = ttl_ms_;
        leases = std::exchange(leases_to_end_, {});
        pins = std::exchange(pins_to_end_, {});
    }
    rpc::RenewReply reply;
    grpc::ClientContext context;
    // A daemon that comes back within the round is told at once.
    context.set_wait_for_ready(true);
    context.set_deadline(call_deadline(std::max(ttl_ms / kRenewalsPerTtl, kTtlMsMin)));
    const grpc::Status status = stub_->Renew(&context, request, &reply);
    if (is_ended_by_unknown(status)) {
        try {
            static_cast<void>(open_session(request.session()));
        } catch (const Error&) {
            // The daemon went away again: the next round opens the session.
            static_cast<void>(status);
        }
    }
    {
        std::lock_guard lock(mutex_);
        for (const std::string& id : reply.lost_leases()) leases_.erase(id);
    }
    for (const std::string& id : leases) release(id);
    for (const std::string& name : pins) unpin(name);
}

}  // namespace ch::latch
