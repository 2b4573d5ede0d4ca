#include "latchd/pending_call.h"

#include <algorithm>
#include <memory>
#include <mutex>

#include "latchd/status.h"

namespace ch::latchd {

namespace {

class AcquireCall final : public grpc::ServerUnaryReactor {
public:
    AcquireCall(Arbiter& arbiter, rpc::AcquireReply& reply) : arbiter_(arbiter), reply_(reply) {}

    void begin(const rpc::AcquireRequest& request) {
        std::optional<uint64_t> ticket;
        const grpc::Status status = guarded([&] {
            // Before it may be decided, and this call with it be gone, OnCancel needs the ticket.
            std::lock_guard lock(mutex_);
            ticket = arbiter_.acquire(request.session(), lease_wish(request.lease()),
                                      request.wait_ms(), [this](bool is_granted) {
                                          reply_.set_is_granted(is_granted);
                                          Finish(grpc::Status::OK);
                                      });
            ticket_ = ticket;
            return ticket ? grpc::Status::OK : unknown_session();
        });
        if (!ticket) Finish(status);
    }
    void OnCancel() override {
        std::optional<uint64_t> ticket;
        {
            std::lock_guard lock(mutex_);
            ticket = ticket_;
        }
        if (ticket) arbiter_.cancel(*ticket);
    }
    void OnDone() override { const std::unique_ptr<AcquireCall> ended(this); }

private:
    Arbiter& arbiter_;
    rpc::AcquireReply& reply_;
    std::mutex mutex_;  // guards ticket_
    std::optional<uint64_t> ticket_;
};

class WatchCall final : public grpc::ServerWriteReactor<rpc::WatchReply> {
public:
    explicit WatchCall(Arbiter& arbiter) : arbiter_(arbiter) {}

    void begin(uint64_t above) {
        ticket_ = arbiter_.watch(above, [this](uint64_t version) { tell(version); });
        if (!ticket_) finish(full("watchers"));
    }
    void OnWriteDone(bool ok) override {
        if (!ok) return finish(grpc::Status::CANCELLED);
        std::lock_guard lock(mutex_);
        is_writing_ = false;
        write_newest();
    }
    void OnCancel() override { finish(grpc::Status::CANCELLED); }
    void OnDone() override {
        const std::unique_ptr<WatchCall> ended(this);
        // After this nobody tells it anything.
        if (ticket_) arbiter_.unwatch(*ticket_);
    }

private:
    void tell(uint64_t version) {
        std::lock_guard lock(mutex_);
        newest_ = std::max(newest_, version);
        write_newest();
    }
    void write_newest() {
        if (is_writing_ || is_finished_ || newest_ <= told_) return;
        is_writing_ = true;
        told_ = newest_;
        reply_.set_version(newest_);
        StartWrite(&reply_);
    }
    void finish(const grpc::Status& status) {
        std::lock_guard lock(mutex_);
        if (is_finished_) return;
        is_finished_ = true;
        Finish(status);
    }

    Arbiter& arbiter_;
    std::optional<uint64_t> ticket_;
    std::mutex mutex_;  // guards all below
    rpc::WatchReply reply_;
    uint64_t newest_ = 0;
    uint64_t told_ = 0;
    bool is_writing_ = false;
    bool is_finished_ = false;
};

}  // namespace

grpc::ServerUnaryReactor* begin_acquire(Arbiter& arbiter, const rpc::AcquireRequest& request,
                                        rpc::AcquireReply& reply) {
    AcquireCall* call = std::make_unique<AcquireCall>(arbiter, reply).release();
    call->begin(request);
    return call;
}

grpc::ServerWriteReactor<rpc::WatchReply>* begin_watch(Arbiter& arbiter,
                                                       const rpc::WatchRequest& request) {
    WatchCall* call = std::make_unique<WatchCall>(arbiter).release();
    call->begin(request.above());
    return call;
}

}  // namespace ch::latchd
