#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "latch/latch.grpc.pb.h"
#include "latchd/arbiter.h"
#include "latchd/job_queue.h"
#include "latchd/metrics.h"
#include "latchd/request.h"
#include "latchd/served_root.h"

namespace ch::latchd {

/// Latch's calls (latch/latch.proto): the wall between gRPC and the arbiter and chain of one root.
/// What touches files runs in one queue, so that there is one publisher. Must outlive the server.
class Service final : public rpc::Latch::CallbackService {
public:
    Service(ServedRoot& root, Arbiter& arbiter, Metrics& metrics);

    /// Returns when no file is being written any more.
    void stop() { files_.stop(); }

    grpc::ServerUnaryReactor* Open(grpc::CallbackServerContext* context,
                                   const rpc::OpenRequest* request, rpc::OpenReply* reply) override;
    grpc::ServerUnaryReactor* Renew(grpc::CallbackServerContext* context,
                                    const rpc::RenewRequest* request,
                                    rpc::RenewReply* reply) override;
    grpc::ServerUnaryReactor* Close(grpc::CallbackServerContext* context,
                                    const rpc::CloseRequest* request,
                                    rpc::CloseReply* reply) override;
    grpc::ServerUnaryReactor* Acquire(grpc::CallbackServerContext* context,
                                      const rpc::AcquireRequest* request,
                                      rpc::AcquireReply* reply) override;
    grpc::ServerUnaryReactor* Release(grpc::CallbackServerContext* context,
                                      const rpc::ReleaseRequest* request,
                                      rpc::ReleaseReply* reply) override;
    grpc::ServerUnaryReactor* Break(grpc::CallbackServerContext* context,
                                    const rpc::BreakRequest* request,
                                    rpc::BreakReply* reply) override;
    grpc::ServerUnaryReactor* Pin(grpc::CallbackServerContext* context,
                                  const rpc::PinRequest* request, rpc::PinReply* reply) override;
    grpc::ServerUnaryReactor* Unpin(grpc::CallbackServerContext* context,
                                    const rpc::UnpinRequest* request,
                                    rpc::UnpinReply* reply) override;
    grpc::ServerUnaryReactor* Keep(grpc::CallbackServerContext* context,
                                   const rpc::KeepRequest* request, rpc::KeepReply* reply) override;
    grpc::ServerUnaryReactor* Unkeep(grpc::CallbackServerContext* context,
                                     const rpc::UnkeepRequest* request,
                                     rpc::UnkeepReply* reply) override;
    grpc::ServerUnaryReactor* ListPins(grpc::CallbackServerContext* context,
                                       const rpc::ListPinsRequest* request,
                                       rpc::ListPinsReply* reply) override;
    grpc::ServerUnaryReactor* Publish(grpc::CallbackServerContext* context,
                                      const rpc::PublishRequest* request,
                                      rpc::PublishReply* reply) override;
    grpc::ServerUnaryReactor* Head(grpc::CallbackServerContext* context,
                                   const rpc::HeadRequest* request, rpc::HeadReply* reply) override;
    grpc::ServerWriteReactor<rpc::WatchReply>* Watch(grpc::CallbackServerContext* context,
                                                     const rpc::WatchRequest* request) override;
    grpc::ServerUnaryReactor* RaiseFloor(grpc::CallbackServerContext* context,
                                         const rpc::RaiseFloorRequest* request,
                                         rpc::RaiseFloorReply* reply) override;
    grpc::ServerUnaryReactor* Forget(grpc::CallbackServerContext* context,
                                     const rpc::ForgetRequest* request,
                                     rpc::ForgetReply* reply) override;
    grpc::ServerUnaryReactor* Status(grpc::CallbackServerContext* context,
                                     const rpc::StatusRequest* request,
                                     rpc::StatusReply* reply) override;

private:
    using Body = std::function<grpc::Status()>;
    using Time = std::chrono::steady_clock::time_point;
    void finish(const char* method, grpc::ServerUnaryReactor* reactor, Time begun,
                const Body& body);
    grpc::ServerUnaryReactor* at_once(const char* method, grpc::CallbackServerContext* context,
                                      const Body& body);
    grpc::ServerUnaryReactor* in_queue(const char* method, grpc::CallbackServerContext* context,
                                       Body body);
    [[nodiscard]] uint64_t publish(const rpc::PublishRequest& request, rpc::PublishReply& reply);
    void check_base(const latch::Publication& publication);
    /// Throws Error{Busy} while holders of before a restart may not have come forward yet.
    void check_grace();

    ServedRoot& root_;
    Arbiter& arbiter_;
    Metrics& metrics_;
    latch::CommitId head_id_{};  // of arbiter_.head(); of the queue's thread alone
    JobQueue files_;
};

}  // namespace ch::latchd
