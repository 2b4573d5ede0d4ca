#include "latch/client/grpc_client.h"

#include <grpcpp/grpcpp.h>

#include <exception>
#include <random>
#include <type_traits>

#include "latch/pin_name.h"

namespace ch::latch {

namespace {

/// The wall of this library: what `body` throws becomes the failure.
template <typename Body>
auto guard(ClientFailure& failure, Body body) noexcept -> decltype(body()) {
    try {
        return body();
    } catch (const Error& error) {
        failure.code = static_cast<int32_t>(error.code());
        failure.message = error.message();
    } catch (const std::exception& error) {
        failure.code = static_cast<int32_t>(ErrorCode::Bug);
        failure.message = error.what();
    }
    if constexpr (!std::is_void_v<decltype(body())>) return {};
}

uint64_t random_word() {
    std::random_device device;
    return uint64_t{device()} << 32 | device();
}

std::string bytes_of(const CommitId& id) {
    return std::string(as_text(Bytes(id)));
}

void add_tokens(const std::vector<Token>& tokens,
                google::protobuf::RepeatedPtrField<rpc::Token>& to) {
    for (const Token& token : tokens) {
        rpc::Token& added = *to.Add();
        added.set_resource(token.resource);
        added.set_epoch(token.epoch);
    }
}

rpc::PublishRequest publish_request(const Publication& publication, std::string_view body) {
    if (body.size() > kMessageBodyBytesMax)
        throw Error(ErrorCode::Unsupported, "a commit's edit of " + std::to_string(body.size()) +
                                                " bytes is more than a latch daemon takes (" +
                                                std::to_string(kMessageBodyBytesMax) +
                                                "); make several commits of it");
    const Attempt& attempt = publication.attempt;
    rpc::PublishRequest request;
    request.set_commit_id(bytes_of(attempt.commit_id));
    request.set_base_version(attempt.base_version);
    request.set_base_id(bytes_of(publication.base_id));
    add_tokens(attempt.tokens, *request.mutable_tokens());
    add_tokens(publication.raised, *request.mutable_raised());
    request.mutable_changed()->Add(attempt.changed.begin(), attempt.changed.end());
    request.mutable_read()->Add(attempt.read.begin(), attempt.read.end());
    request.set_body(std::string(body));
    return request;
}

PublishOutcome outcome_of(const rpc::PublishReply& reply) {
    if (reply.has_published())
        return Published{reply.published().version(), reply.published().was_there()};
    if (reply.has_fenced()) return Fenced{reply.fenced().resource(), reply.fenced().epoch()};
    if (reply.has_conflict())
        return Conflict{reply.conflict().resource(), reply.conflict().version()};
    throw Error(ErrorCode::Unsupported,
                "the latch daemon answered with an outcome that this version does not know");
}

rpc::Mode rpc_mode(LatchMode mode) {
    if (mode == LatchMode::Writer) return rpc::MODE_WRITER;
    return mode == LatchMode::Schema ? rpc::MODE_SCHEMA : rpc::MODE_SHARED;
}

class DaemonLease final : public Lease {
public:
    DaemonLease(std::shared_ptr<ClientSession> session, std::string id)
        : session_(std::move(session)), id_(std::move(id)) {}
    ~DaemonLease() override { session_->release(id_); }

private:
    std::shared_ptr<ClientSession> session_;
    std::string id_;
};

class DaemonPin final : public Pin {
public:
    DaemonPin(std::shared_ptr<ClientSession> session, std::string name, uint64_t version)
        : session_(std::move(session)), name_(std::move(name)), version_(version) {}
    ~DaemonPin() override { session_->unpin(name_); }
    [[nodiscard]] uint64_t version() const override { return version_; }
    [[nodiscard]] const std::string& name() const override { return name_; }

private:
    std::shared_ptr<ClientSession> session_;
    std::string name_;
    uint64_t version_;
};

}  // namespace

std::string GrpcClient::root_id(ClientFailure& failure) noexcept {
    return guard(failure, [&] { return session_->root_id(); });
}

rpc::HeadReply GrpcClient::ask_head() {
    return session_->ask(&rpc::Latch::Stub::Head, rpc::HeadRequest());
}

uint64_t GrpcClient::head(ClientFailure& failure) noexcept {
    return guard(failure, [&] { return uint64_t{ask_head().version()}; });
}

uint64_t GrpcClient::floor(ClientFailure& failure) noexcept {
    return guard(failure, [&] { return uint64_t{ask_head().floor()}; });
}

uint64_t GrpcClient::watch(uint64_t version, uint64_t wait_ms_max) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms_max);
    while (ms_until(end) > 0) {
        grpc::ClientContext context;
        context.set_wait_for_ready(true);
        context.set_deadline(call_deadline(ms_until(end)));
        rpc::WatchRequest request;
        request.set_above(version);
        auto stream = session_->stub().Watch(&context, request);
        rpc::WatchReply reply;
        if (stream->Read(&reply)) {
            context.TryCancel();
            static_cast<void>(stream->Finish());
            return reply.version();
        }
        const grpc::Status status = stream->Finish();
        if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) break;
        if (!status.ok() && !is_worth_another_try(status)) session_->fail(status);
        std::this_thread::sleep_for(std::chrono::milliseconds(kLatchPollMs));
    }
    return ask_head().version();
}

uint64_t GrpcClient::wait_above(uint64_t version, uint64_t wait_ms_max,
                                ClientFailure& failure) noexcept {
    return guard(failure, [&] { return watch(version, wait_ms_max); });
}

PublishOutcome GrpcClient::publish(const Publication& publication, std::string_view body,
                                   ClientFailure& failure) noexcept {
    return guard(failure, [&]() -> PublishOutcome {
        return outcome_of(
            session_->ask(&rpc::Latch::Stub::Publish, publish_request(publication, body)));
    });
}

std::unique_ptr<Lease> GrpcClient::lease(std::span<const ResourceId> resources, LatchMode mode,
                                         uint64_t wait_ms_max) {
    rpc::AcquireRequest request;
    rpc::Lease& wanted = *request.mutable_lease();
    const uint64_t words[2] = {random_word(), random_word()};
    wanted.set_id(
        std::string(as_text(Bytes(reinterpret_cast<const uint8_t*>(words), sizeof(words)))));
    wanted.set_mode(rpc_mode(mode));
    wanted.mutable_resources()->Add(resources.begin(), resources.end());
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms_max);
    for (;;) {
        uint64_t session = 0;
        try {
            if (!session_
                     ->ask_in_session(&rpc::Latch::Stub::Acquire, request, session, ms_until(end))
                     .is_granted())
                return nullptr;
        } catch (const Error&) {
            // It may have been granted, and would be kept as long as the session.
            session_->release(wanted.id());
            throw;
        }
        if (session_->keep_claim(session, wanted))
            return std::make_unique<DaemonLease>(session_, wanted.id());
    }
}

std::unique_ptr<Lease> GrpcClient::acquire(std::span<const ResourceId> resources, LatchMode mode,
                                           uint64_t wait_ms_max, ClientFailure& failure) noexcept {
    return guard(failure, [&] { return lease(resources, mode, wait_ms_max); });
}

void GrpcClient::break_lease(ResourceId resource, ClientFailure& failure) noexcept {
    guard(failure, [&] {
        rpc::BreakRequest request;
        request.set_resource(resource);
        static_cast<void>(session_->ask(&rpc::Latch::Stub::Break, request));
    });
}

std::variant<std::unique_ptr<Pin>, Expired> GrpcClient::make_pin(std::optional<uint64_t> version,
                                                                 std::string_view note) {
    rpc::PinRequest request;
    request.set_name(random_pin_name(random_word));
    if (version) request.set_version(*version);
    request.set_note(std::string(note.substr(0, kNoteBytesMax)));
    for (;;) {
        uint64_t session = 0;
        rpc::PinReply reply;
        try {
            reply = session_->ask_in_session(&rpc::Latch::Stub::Pin, request, session);
        } catch (const Error&) {
            session_->unpin(request.name());
            throw;
        }
        if (reply.has_expired()) return Expired{reply.expired().version(), reply.expired().floor()};
        rpc::SessionPin held;
        held.set_name(request.name());
        held.set_version(reply.version());
        held.set_note(request.note());
        if (session_->keep_claim(session, held))
            return std::make_unique<DaemonPin>(session_, request.name(), reply.version());
    }
}

std::variant<std::unique_ptr<Pin>, Expired> GrpcClient::pin(std::optional<uint64_t> version,
                                                            std::string_view note,
                                                            ClientFailure& failure) noexcept {
    return guard(failure, [&] { return make_pin(version, note); });
}

std::optional<Expired> GrpcClient::keep(uint64_t version, std::string_view name,
                                        std::string_view note, ClientFailure& failure) noexcept {
    return guard(failure, [&]() -> std::optional<Expired> {
        rpc::KeepRequest request;
        request.set_version(version);
        request.set_name(std::string(name));
        request.set_note(std::string(note.substr(0, kNoteBytesMax)));
        const rpc::KeepReply reply = session_->ask(&rpc::Latch::Stub::Keep, request);
        if (!reply.has_expired()) return std::nullopt;
        return Expired{reply.expired().version(), reply.expired().floor()};
    });
}

bool GrpcClient::unkeep(std::string_view name, ClientFailure& failure) noexcept {
    return guard(failure, [&] {
        rpc::UnkeepRequest request;
        request.set_name(std::string(name));
        return session_->ask(&rpc::Latch::Stub::Unkeep, request).was_there();
    });
}

std::vector<PinEntry> GrpcClient::pins(ClientFailure& failure) noexcept {
    return guard(failure, [&] {
        const rpc::ListPinsReply reply =
            session_->ask(&rpc::Latch::Stub::ListPins, rpc::ListPinsRequest());
        std::vector<PinEntry> all;
        for (const rpc::PinEntry& pin : reply.pins())
            all.push_back({pin.name(), pin.version(), pin.note(), pin.is_kept()});
        return all;
    });
}

void GrpcClient::raise_floor(uint64_t version, ClientFailure& failure) noexcept {
    guard(failure, [&] {
        rpc::RaiseFloorRequest request;
        request.set_version(version);
        static_cast<void>(session_->ask(&rpc::Latch::Stub::RaiseFloor, request));
    });
}

void GrpcClient::forget_below(uint64_t version, ClientFailure& failure) noexcept {
    guard(failure, [&] {
        rpc::ForgetRequest request;
        request.set_below(version);
        static_cast<void>(session_->ask(&rpc::Latch::Stub::Forget, request));
    });
}

}  // namespace ch::latch
