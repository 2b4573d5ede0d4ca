#include "latchd/service.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>

#include "latchd/pending_call.h"
#include "latchd/status.h"

namespace ch::latchd {

namespace {

/// Publications and the like that wait for the files' thread.
constexpr size_t kJobsMax = 10'000;

void fill(const latch::Expired& expired, rpc::Expired& reply) {
    reply.set_version(expired.version);
    reply.set_floor(expired.floor);
}

}  // namespace

Service::Service(ServedRoot& root, Arbiter& arbiter, Metrics& metrics)
    : root_(root), arbiter_(arbiter), metrics_(metrics), files_(kJobsMax) {
    if (arbiter.head() > 0)
        if (const std::optional<latch::Manifest> newest = root.chain().load(arbiter.head()))
            head_id_ = newest->envelope.commit_id;
}

/// Request, reply and context live until the call is finished.
void Service::finish(const char* method, grpc::ServerUnaryReactor* reactor, Time begun,
                     const Body& body) {
    const grpc::Status status = guarded(body);
    const auto spent = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - begun);
    metrics_.count(method, status.error_code(), static_cast<uint64_t>(spent.count()));
    reactor->Finish(status);
}

grpc::ServerUnaryReactor* Service::at_once(const char* method, grpc::CallbackServerContext* context,
                                           const Body& body) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    finish(method, reactor, std::chrono::steady_clock::now(), body);
    return reactor;
}

grpc::ServerUnaryReactor* Service::in_queue(const char* method,
                                            grpc::CallbackServerContext* context, Body body) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    const Time begun = std::chrono::steady_clock::now();
    if (!files_.post([this, method, reactor, begun, body = std::move(body)] {
            finish(method, reactor, begun, body);
        }))
        finish(method, reactor, begun, [] { return full("requests"); });
    return reactor;
}

void Service::check_grace() {
    const uint64_t left = arbiter_.grace_left_ms();
    if (left == 0) return;
    throw Error(ErrorCode::Busy,
                "the latch daemon was restarted, and readers of before may tell of their pins for "
                "another " +
                    std::to_string(left) + " ms; try again then");
}

grpc::ServerUnaryReactor* Service::Open(grpc::CallbackServerContext* context,
                                        const rpc::OpenRequest* request, rpc::OpenReply* reply) {
    return at_once("Open", context, [&] {
        const std::optional<Opened> opened =
            arbiter_.open(request->ttl_ms(), request->note(), claims_of(*request));
        // Clients make such a call again, until there is another daemon.
        if (!opened && arbiter_.is_stopped())
            return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the daemon is stopping");
        if (!opened) return full("sessions");
        reply->set_session(opened->session);
        reply->set_ttl_ms(opened->ttl_ms);
        reply->set_root_id(root_.id());
        for (const std::string& id : opened->lost_leases) reply->add_lost_leases(id);
        for (const std::string& name : opened->lost_pins) reply->add_lost_pins(name);
        return grpc::Status::OK;
    });
}

grpc::ServerUnaryReactor* Service::Renew(grpc::CallbackServerContext* context,
                                         const rpc::RenewRequest* request, rpc::RenewReply* reply) {
    return at_once("Renew", context, [&] {
        std::vector<std::string> broken;
        if (!arbiter_.renew(request->session(), broken)) return unknown_session();
        for (const std::string& id : broken) reply->add_lost_leases(id);
        return grpc::Status::OK;
    });
}

grpc::ServerUnaryReactor* Service::Close(grpc::CallbackServerContext* context,
                                         const rpc::CloseRequest* request,
                                         rpc::CloseReply* /*reply*/) {
    return at_once("Close", context, [&] {
        arbiter_.close(request->session());
        return grpc::Status::OK;
    });
}

grpc::ServerUnaryReactor* Service::Acquire(grpc::CallbackServerContext* /*context*/,
                                           const rpc::AcquireRequest* request,
                                           rpc::AcquireReply* reply) {
    return begin_acquire(arbiter_, *request, *reply);
}

grpc::ServerUnaryReactor* Service::Release(grpc::CallbackServerContext* context,
                                           const rpc::ReleaseRequest* request,
                                           rpc::ReleaseReply* /*reply*/) {
    return at_once("Release", context, [&] {
        return arbiter_.release(request->session(), request->id()) ? grpc::Status::OK
                                                                   : unknown_session();
    });
}

grpc::ServerUnaryReactor* Service::Break(grpc::CallbackServerContext* context,
                                         const rpc::BreakRequest* request,
                                         rpc::BreakReply* /*reply*/) {
    return at_once("Break", context, [&] {
        arbiter_.break_resource(request->resource());
        return grpc::Status::OK;
    });
}

grpc::ServerUnaryReactor* Service::Pin(grpc::CallbackServerContext* context,
                                       const rpc::PinRequest* request, rpc::PinReply* reply) {
    return at_once("Pin", context, [&] {
        check_pin_name(request->name());
        check_note(request->note());
        const Arbiter::PinOutcome outcome = arbiter_.pin(
            request->session(), request->name(),
            request->has_version() ? std::optional<uint64_t>(request->version()) : std::nullopt,
            request->note());
        if (std::holds_alternative<Arbiter::Ended>(outcome)) return unknown_session();
        if (std::holds_alternative<Arbiter::Full>(outcome)) return full("pins");
        if (const auto* expired = std::get_if<latch::Expired>(&outcome)) {
            fill(*expired, *reply->mutable_expired());
        } else {
            reply->set_version(std::get<uint64_t>(outcome));
        }
        return grpc::Status::OK;
    });
}

grpc::ServerUnaryReactor* Service::Unpin(grpc::CallbackServerContext* context,
                                         const rpc::UnpinRequest* request,
                                         rpc::UnpinReply* /*reply*/) {
    return at_once("Unpin", context, [&] {
        return arbiter_.unpin(request->session(), request->name()) ? grpc::Status::OK
                                                                   : unknown_session();
    });
}

grpc::ServerUnaryReactor* Service::Keep(grpc::CallbackServerContext* context,
                                        const rpc::KeepRequest* request, rpc::KeepReply* reply) {
    return in_queue("Keep", context, [this, request, reply] {
        check_note(request->note());
        const std::optional<latch::Expired> expired =
            root_.chain().keep(request->version(), request->name(), request->note());
        if (expired) fill(*expired, *reply->mutable_expired());
        return grpc::Status::OK;
    });
}

grpc::ServerUnaryReactor* Service::Unkeep(grpc::CallbackServerContext* context,
                                          const rpc::UnkeepRequest* request,
                                          rpc::UnkeepReply* reply) {
    return in_queue("Unkeep", context, [this, request, reply] {
        reply->set_was_there(root_.chain().unkeep(request->name()));
        return grpc::Status::OK;
    });
}

grpc::ServerUnaryReactor* Service::ListPins(grpc::CallbackServerContext* context,
                                            const rpc::ListPinsRequest* /*request*/,
                                            rpc::ListPinsReply* reply) {
    return in_queue("ListPins", context, [this, reply] {
        check_grace();
        std::vector<rpc::PinEntry> all;
        for (const Arbiter::HeldPin& held : arbiter_.pins()) {
            rpc::PinEntry entry;
            entry.set_name(held.name);
            entry.set_version(held.pin.version);
            entry.set_note(held.pin.note);
            entry.set_age_ms(held.age_ms);
            all.push_back(std::move(entry));
        }
        for (const latch::PinEntry& kept : root_.chain().pins()) {
            rpc::PinEntry entry;
            entry.set_name(kept.name);
            entry.set_version(kept.version);
            entry.set_note(kept.note);
            entry.set_is_kept(kept.is_kept);
            all.push_back(std::move(entry));
        }
        std::stable_sort(all.begin(), all.end(),
                         [](const auto& a, const auto& b) { return a.version() < b.version(); });
        for (rpc::PinEntry& entry : all) *reply->add_pins() = std::move(entry);
        return grpc::Status::OK;
    });
}

/// What the files cannot tell: a chain that goes on from a version that is not there, or that is
/// another one.
void Service::check_base(const latch::Publication& publication) {
    const uint64_t base = publication.attempt.base_version;
    const uint64_t head = arbiter_.head();
    if (base > head)
        throw Error(ErrorCode::InvalidArgument, "the base is version " + std::to_string(base) +
                                                    ", the newest is " + std::to_string(head));
    if (base == head && publication.base_id != head_id_)
        throw Error(ErrorCode::InvalidArgument,
                    "the base's commit id is not that of version " + std::to_string(base));
}

/// The newest version.
uint64_t Service::publish(const rpc::PublishRequest& request, rpc::PublishReply& reply) {
    const latch::Publication publication = publication_of(request);
    check_base(publication);
    const latch::PublishOutcome outcome = root_.chain().publish(publication, request.body());
    fill(outcome, reply);
    const auto* published = std::get_if<latch::Published>(&outcome);
    if (published == nullptr || published->was_there) return arbiter_.head();
    head_id_ = publication.attempt.commit_id;
    return published->version;
}

grpc::ServerUnaryReactor* Service::Publish(grpc::CallbackServerContext* context,
                                           const rpc::PublishRequest* request,
                                           rpc::PublishReply* reply) {
    return in_queue("Publish", context, [this, request, reply] {
        arbiter_.set_head(publish(*request, *reply));
        return grpc::Status::OK;
    });
}

grpc::ServerUnaryReactor* Service::Head(grpc::CallbackServerContext* context,
                                        const rpc::HeadRequest* /*request*/,
                                        rpc::HeadReply* reply) {
    return at_once("Head", context, [&] {
        reply->set_version(arbiter_.head());
        reply->set_floor(arbiter_.floor());
        return grpc::Status::OK;
    });
}

grpc::ServerWriteReactor<rpc::WatchReply>* Service::Watch(grpc::CallbackServerContext* /*context*/,
                                                          const rpc::WatchRequest* request) {
    return begin_watch(arbiter_, *request);
}

grpc::ServerUnaryReactor* Service::RaiseFloor(grpc::CallbackServerContext* context,
                                              const rpc::RaiseFloorRequest* request,
                                              rpc::RaiseFloorReply* /*reply*/) {
    return in_queue("RaiseFloor", context, [this, request] {
        check_grace();
        if (request->version() > arbiter_.head())
            throw Error(ErrorCode::InvalidArgument,
                        "a floor of " + std::to_string(request->version()) +
                            " is above the newest version, " + std::to_string(arbiter_.head()));
        // New pins are refused before the floor is durable, never after.
        arbiter_.raise_floor(request->version());
        root_.chain().raise_floor(request->version());
        return grpc::Status::OK;
    });
}

grpc::ServerUnaryReactor* Service::Forget(grpc::CallbackServerContext* context,
                                          const rpc::ForgetRequest* request,
                                          rpc::ForgetReply* /*reply*/) {
    return in_queue("Forget", context, [this, request] {
        if (request->below() > root_.chain().floor())
            throw Error(ErrorCode::InvalidArgument,
                        "manifests below " + std::to_string(request->below()) +
                            " cannot go: the floor is " + std::to_string(root_.chain().floor()));
        root_.chain().forget_below(request->below());
        return grpc::Status::OK;
    });
}

grpc::ServerUnaryReactor* Service::Status(grpc::CallbackServerContext* context,
                                          const rpc::StatusRequest* /*request*/,
                                          rpc::StatusReply* reply) {
    return at_once("Status", context, [&] {
        ::ch::latchd::fill(arbiter_.standing(), *reply);
        reply->set_root_id(root_.id());
        return grpc::Status::OK;
    });
}

}  // namespace ch::latchd
