#pragma once

#include <grpcpp/support/status.h>

#include <functional>

#include "base/error.h"

namespace ch::latchd {

/// A failure as a status; its details are the error's code (latch.proto).
grpc::Status status_of(const Error& error);
grpc::Status unknown_session();
/// CH_BUSY: the daemon has as many of them as it takes.
grpc::Status full(const char* what);
/// What `body` returns; what it throws as a status. The wall between gRPC and the rest.
grpc::Status guarded(const std::function<grpc::Status()>& body);

}  // namespace ch::latchd
