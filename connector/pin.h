#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "connector/session.h"
#include "latch/latch_store.h"

namespace ch::connector {

/// A version of a store that stays readable while this lives (ch_pin_* in include/ch/ch.h).
/// Immutable.
class VersionPin {
public:
    /// Throws Error{InvalidArgument | NotFound | Unsupported | SnapshotExpired}.
    static std::unique_ptr<VersionPin> open(const Session& session, std::string_view request);

    VersionPin(std::shared_ptr<latch::Pin> pin, uint64_t version, uint64_t time_ms)
        : pin_(std::move(pin)), version_(version), time_ms_(time_ms) {}
    /// Which version it is, as JSON.
    [[nodiscard]] std::string text() const;

private:
    const std::shared_ptr<latch::Pin> pin_;
    const uint64_t version_;
    const uint64_t time_ms_;
};

}  // namespace ch::connector
