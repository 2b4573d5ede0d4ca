// What libch_latch.so exports (daemon_client.h).
#include <exception>
#include <memory>

#include "latch/client/grpc_client.h"

extern "C" {

__attribute__((visibility("default"))) uint32_t ch_latch_border() noexcept {
    return ch::latch::kClientBorder;
}

__attribute__((visibility("default"))) ch::latch::DaemonClient* ch_latch_client(
    const ch::latch::ClientOptions& options) noexcept {
    try {
        return std::make_unique<ch::latch::GrpcClient>(options).release();
    } catch (const std::exception&) {
        return nullptr;
    }
}

}  // extern "C"
