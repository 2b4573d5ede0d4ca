#pragma once

#include <memory>
#include <string>

#include "latch/client/session.h"
#include "latch/daemon_client.h"

namespace ch::latch {

/// DaemonClient over gRPC.
class GrpcClient final : public DaemonClient {
public:
    explicit GrpcClient(const ClientOptions& options)
        : session_(std::make_shared<ClientSession>(options)) {}

    std::string root_id(ClientFailure& failure) noexcept override;
    uint64_t head(ClientFailure& failure) noexcept override;
    uint64_t wait_above(uint64_t version, uint64_t wait_ms_max,
                        ClientFailure& failure) noexcept override;
    PublishOutcome publish(const Publication& publication, std::string_view body,
                           ClientFailure& failure) noexcept override;
    std::unique_ptr<Lease> acquire(std::span<const ResourceId> resources, LatchMode mode,
                                   uint64_t wait_ms_max, ClientFailure& failure) noexcept override;
    void break_lease(ResourceId resource, ClientFailure& failure) noexcept override;
    std::variant<std::unique_ptr<Pin>, Expired> pin(std::optional<uint64_t> version,
                                                    std::string_view note,
                                                    ClientFailure& failure) noexcept override;
    std::optional<Expired> keep(uint64_t version, std::string_view name, std::string_view note,
                                ClientFailure& failure) noexcept override;
    bool unkeep(std::string_view name, ClientFailure& failure) noexcept override;
    std::vector<PinEntry> pins(ClientFailure& failure) noexcept override;
    uint64_t floor(ClientFailure& failure) noexcept override;
    void raise_floor(uint64_t version, ClientFailure& failure) noexcept override;
    void forget_below(uint64_t version, ClientFailure& failure) noexcept override;

private:
    [[nodiscard]] rpc::HeadReply ask_head();
    [[nodiscard]] uint64_t watch(uint64_t version, uint64_t wait_ms_max);
    [[nodiscard]] std::unique_ptr<Lease> lease(std::span<const ResourceId> resources,
                                               LatchMode mode, uint64_t wait_ms_max);
    [[nodiscard]] std::variant<std::unique_ptr<Pin>, Expired> make_pin(
        std::optional<uint64_t> version, std::string_view note);

    const std::shared_ptr<ClientSession> session_;
};

}  // namespace ch::latch
