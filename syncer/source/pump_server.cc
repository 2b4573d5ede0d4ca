#include "syncer/source/pump_server.h"

#include <grpcpp/grpcpp.h>

#include <chrono>

#include "base/error.h"
#include "syncer/source/pump.grpc.pb.h"

namespace ch::syncer {

namespace {

constexpr auto kStopWait = std::chrono::seconds(2);

class PumpService final : public ::binlog::Pump::Service {
public:
    PumpService(uint64_t cluster_id, PumpServer::Store store)
        : cluster_id_(cluster_id), store_(std::move(store)) {}

    grpc::Status WriteBinlog(grpc::ServerContext*, const ::binlog::WriteBinlogReq* request,
                             ::binlog::WriteBinlogResp* response) override {
        try {
            if (cluster_id_ != 0 && request->clusterid() != cluster_id_)
                throw Error(ErrorCode::InvalidArgument,
                            "this pump takes the binlog of cluster " + std::to_string(cluster_id_) +
                                ", not of cluster " + std::to_string(request->clusterid()));
            store_(as_bytes(request->payload()));
        } catch (const std::exception& error) {
            response->set_errmsg(error.what());
        }
        return grpc::Status::OK;
    }

private:
    const uint64_t cluster_id_;
    const PumpServer::Store store_;
};

}  // namespace

struct PumpServer::Running {
    Running(uint64_t cluster_id, Store store) : service(cluster_id, std::move(store)) {}
    PumpService service;
    std::unique_ptr<grpc::Server> server;
    int port = 0;
};

PumpServer::PumpServer(const PumpOptions& options, Store store)
    : running_(std::make_unique<Running>(options.cluster_id, std::move(store))) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(options.listen, grpc::InsecureServerCredentials(), &running_->port);
    builder.RegisterService(&running_->service);
    builder.SetMaxReceiveMessageSize(-1);  // a transaction is one message
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    running_->server = builder.BuildAndStart();
    if (!running_->server || running_->port == 0)
        throw Error(ErrorCode::Io, "cannot listen on " + options.listen +
                                       ": is the address right, and taken by nobody else?");
}

PumpServer::~PumpServer() {
    running_->server->Shutdown(std::chrono::system_clock::now() + kStopWait);
    running_->server->Wait();
}

int PumpServer::port() const {
    return running_->port;
}

}  // namespace ch::syncer
