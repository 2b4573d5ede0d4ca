#pragma once

#include "latch/latch.grpc.pb.h"
#include "latchd/arbiter.h"
#include "latchd/request.h"

namespace ch::latchd {

// Calls that last: they own themselves until gRPC is done with them.

/// Ends when the request is decided, or when its client is gone, whose place is given up then.
grpc::ServerUnaryReactor* begin_acquire(Arbiter& arbiter, const rpc::AcquireRequest& request,
                                        rpc::AcquireReply& reply);

/// Tells of versions as they come, of the newest one only when its client is slow.
grpc::ServerWriteReactor<rpc::WatchReply>* begin_watch(Arbiter& arbiter,
                                                       const rpc::WatchRequest& request);

}  // namespace ch::latchd
