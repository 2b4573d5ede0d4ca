#pragma once

#include <cstdint>

namespace ch::latch {

/// Tables and name spaces that one commit may touch, read, or raise the epoch of.
constexpr uint64_t kResourcesMax = 100'000;
/// Bytes of one manifest's body; more than that wants a checkpoint or several commits.
constexpr uint64_t kBodyBytesMax = 256ull << 20;

/// Bytes of a whole manifest file: body, envelope and 24 bytes a resource.
constexpr uint64_t kManifestBytesMax = kBodyBytesMax + (8ull << 20);
/// Puts that one publication may lose to others before it gives up.
constexpr int kPutsMax = 10'000;
/// Bytes of a pin's note, and of its name.
constexpr uint64_t kNoteBytesMax = 4096;
constexpr uint64_t kPinNameBytesMax = 100;
/// Milliseconds between two looks at a latch that another holds.
constexpr int kLatchPollMs = 5;

/// Of a daemon: sessions, leases and waiting requests together, pins, watchers.
constexpr uint64_t kSessionsMax = 20'000;
constexpr uint64_t kLeasesMax = 100'000;
constexpr uint64_t kPinsMax = 200'000;
constexpr uint64_t kWatchersMax = 10'000;
/// What one session may hold of each.
constexpr uint64_t kSessionLeasesMax = 10'000;
constexpr uint64_t kSessionPinsMax = 100'000;
/// Resources of one lease.
constexpr uint64_t kLeaseResourcesMax = 10'000;
/// Bounds of how long a session lives without a sign of life.
constexpr uint64_t kTtlMsMin = 100;
constexpr uint64_t kTtlMsMax = 60'000;
/// The longest wait in the queue of one request.
constexpr uint64_t kWaitMsMax = 3'600'000;
/// How long a client goes on asking a daemon that does not answer, and how long it lets the end of
/// a pin or a lease wait for one.
constexpr uint64_t kAnswerMsMax = 60'000;
constexpr uint64_t kReleaseMsMax = 1000;
/// What a client asks for as its session's ttl.
constexpr uint64_t kTtlMsDefault = 15'000;
/// Bytes of a message between a client and a daemon, and of a manifest's body in one.
constexpr uint64_t kMessageBytesMax = 16ull << 20;
constexpr uint64_t kMessageBodyBytesMax = 12ull << 20;

}  // namespace ch::latch
