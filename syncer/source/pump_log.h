#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/io/file_system.h"

namespace ch::syncer {

/// Where in the log a message stands.
struct LogPlace {
    uint64_t segment = 0;
    uint64_t offset = 0;
    uint32_t bytes = 0;
    bool operator==(const LogPlace&) const = default;
};

/// The messages that a pump has acknowledged, in a folder of segments, each a new file of a number
/// that is never used again:
///
///   segment = head record*
///   head    = "CHPUMP1\n" u64 valid bytes of the segment before, hash[16] of both
///   record  = u32 size, hash[16] of the message, message
///
/// What a crash leaves half written stands at the end of the last segment and was never
/// acknowledged; the next segment's head says where it begins. Thread-safe.
class PumpLog {
public:
    using OnMessage = std::function<void(const LogPlace& place, Bytes message)>;

    /// Makes the folder if it is missing, reads all that is there into `on_message`, in order, and
    /// begins a segment. Throws Error{Corrupt | Io}.
    PumpLog(std::shared_ptr<io::FileSystem> files, std::string folder, const OnMessage& on_message);

    /// Durable when it returns, and told to `on_stored` before that, in the log's order. Messages
    /// of several threads share a sync. After a failure the log takes no more. Throws Error{Io}.
    void append(Bytes message, const OnMessage& on_stored);
    /// Throws Error{Corrupt | Io}.
    [[nodiscard]] std::string read(const LogPlace& place) const;
    /// Removes the segments below that one, never the last.
    void remove_before(uint64_t segment);
    [[nodiscard]] uint64_t last_segment() const;

private:
    struct Waiting {
        Bytes message;
        const OnMessage* on_stored = nullptr;
        bool is_done = false;
        bool is_failed = false;
    };

    [[nodiscard]] std::string path(uint64_t segment) const;
    uint64_t recover(uint64_t segment, uint64_t valid_bytes, const OnMessage& on_message) const;
    [[nodiscard]] uint64_t valid_before(uint64_t segment) const;
    void begin_segment(uint64_t segment, uint64_t valid_before);
    void store(const std::vector<Waiting*>& group);

    std::shared_ptr<io::FileSystem> files_;
    const std::string folder_;

    mutable std::mutex mutex_;  // guards the next four
    std::condition_variable changed_;
    std::vector<Waiting*> queue_;
    bool is_storing_ = false;
    uint64_t last_segment_ = 0;

    std::unique_ptr<io::WritableFile> file_;  // of whoever is storing
    bool is_broken_ = false;
};

}  // namespace ch::syncer
