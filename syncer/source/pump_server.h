#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/bytes.h"

namespace ch::syncer {

struct PumpOptions {
    std::string listen = "127.0.0.1:8250";
    uint64_t cluster_id = 0;  ///< of the one TiDB cluster that may write; 0 = any
};

/// The service that TiDB writes its binlog to. `store` is called by several threads at once with a
/// message each, which is acknowledged when it returns; what it throws is the answer. Serves from
/// the constructor, which throws Error{Io}, to the destructor.
class PumpServer {
public:
    using Store = std::function<void(Bytes message)>;
    PumpServer(const PumpOptions& options, Store store);
    ~PumpServer();
    PumpServer(const PumpServer&) = delete;
    PumpServer& operator=(const PumpServer&) = delete;

    /// The port that is listened on, also where the address asked for any.
    [[nodiscard]] int port() const;

private:
    struct Running;
    std::unique_ptr<Running> running_;
};

}  // namespace ch::syncer
