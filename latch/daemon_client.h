#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "latch/latch_store.h"

namespace ch::latch {

/// What went wrong on the other side of the border; code 0: nothing.
struct ClientFailure {
    int32_t code = 0;  ///< an ErrorCode
    std::string message;
};

struct ClientOptions {
    std::string address;  ///< "grpc://host:port" or "grpc://unix:/path"
    std::string note;     ///< who this is
    uint64_t ttl_ms = 0;
    uint64_t answer_ms_max = 0;  ///< how long a daemon that does not answer is asked again
};

/// A latch daemon's client, as libch_latch.so makes it for whoever loads it. The two may have a C++
/// runtime each, so no exception crosses: a failure is told in the last argument, and the value
/// returned then means nothing. Thread-safe; pins and leases may outlive it. The same words as
/// LatchStore's.
class DaemonClient {
public:
    virtual ~DaemonClient() = default;

    /// The id of the root that the daemon serves.
    virtual std::string root_id(ClientFailure& failure) noexcept = 0;
    virtual uint64_t head(ClientFailure& failure) noexcept = 0;
    virtual uint64_t wait_above(uint64_t version, uint64_t wait_ms_max,
                                ClientFailure& failure) noexcept = 0;
    virtual PublishOutcome publish(const Publication& publication, std::string_view body,
                                   ClientFailure& failure) noexcept = 0;
    virtual std::unique_ptr<Lease> acquire(std::span<const ResourceId> resources, LatchMode mode,
                                           uint64_t wait_ms_max,
                                           ClientFailure& failure) noexcept = 0;
    virtual void break_lease(ResourceId resource, ClientFailure& failure) noexcept = 0;
    virtual std::variant<std::unique_ptr<Pin>, Expired> pin(std::optional<uint64_t> version,
                                                            std::string_view note,
                                                            ClientFailure& failure) noexcept = 0;
    virtual std::optional<Expired> keep(uint64_t version, std::string_view name,
                                        std::string_view note, ClientFailure& failure) noexcept = 0;
    virtual bool unkeep(std::string_view name, ClientFailure& failure) noexcept = 0;
    virtual std::vector<PinEntry> pins(ClientFailure& failure) noexcept = 0;
    virtual uint64_t floor(ClientFailure& failure) noexcept = 0;
    virtual void raise_floor(uint64_t version, ClientFailure& failure) noexcept = 0;
    virtual void forget_below(uint64_t version, ClientFailure& failure) noexcept = 0;
};

/// Of this border; the library's must be the same.
constexpr uint32_t kClientBorder = 1;

/// What libch_latch.so exports: kClientBorder as it was built with, and a client that has connected
/// to nothing yet (null: no memory). The caller owns it.
using ClientBorder = uint32_t (*)();
using MakeClient = DaemonClient* (*)(const ClientOptions&);
constexpr const char* kClientBorderName = "ch_latch_border";
constexpr const char* kMakeClientName = "ch_latch_client";

}  // namespace ch::latch
