#pragma once

#include <functional>
#include <memory>
#include <string>

#include "latch/daemon_client.h"
#include "latch/file_store.h"

namespace ch::latch {

/// The store of a root that a latch daemon owns: manifests are read as files, all else is asked of
/// the daemon. gRPC is in libch_latch.so, which stands beside the library or program that this code
/// is in and is loaded by the first of these stores.
class DaemonLatchStore final : public LatchStore {
public:
    /// `address`: where to find the daemon; empty: where the root says that it is. Throws
    /// Error{NotFound | Unsupported | Io}.
    static std::unique_ptr<DaemonLatchStore> open(std::shared_ptr<io::FileSystem> files,
                                                  const std::string& root,
                                                  FileLatchStore::Random random,
                                                  const ClientOptions& options);

    DaemonLatchStore(std::unique_ptr<FileLatchStore> chain, std::unique_ptr<DaemonClient> client,
                     std::string address)
        : chain_(std::move(chain)), client_(std::move(client)), address_(std::move(address)) {}

    [[nodiscard]] uint64_t head() override;
    [[nodiscard]] uint64_t wait_above(uint64_t version, uint64_t wait_ms_max) override;
    [[nodiscard]] std::optional<Manifest> load(uint64_t version) override;
    [[nodiscard]] PublishOutcome publish(const Publication& publication,
                                         std::string_view body) override;
    [[nodiscard]] std::unique_ptr<Lease> acquire(std::span<const ResourceId> resources,
                                                 LatchMode mode, uint64_t wait_ms_max) override;
    void break_lease(ResourceId resource) override;
    [[nodiscard]] std::variant<std::unique_ptr<Pin>, Expired> pin(std::optional<uint64_t> version,
                                                                  std::string_view note) override;
    std::optional<Expired> keep(uint64_t version, std::string_view name,
                                std::string_view note) override;
    bool unkeep(std::string_view name) override;
    [[nodiscard]] std::vector<PinEntry> pins() override;
    [[nodiscard]] uint64_t floor() override;
    void raise_floor(uint64_t version) override;
    void forget_below(uint64_t version) override;

private:
    template <typename Call>
    auto ask(Call call);

    const std::unique_ptr<FileLatchStore> chain_;
    const std::unique_ptr<DaemonClient> client_;
    const std::string address_;
};

/// Loads libch_latch.so from this path, for a library whose copy on disk is gone, so that nothing
/// stands beside it. Once for all stores that are opened later; a second call changes nothing.
/// Throws Error{Unsupported}.
void load_client_library(const std::string& path);

}  // namespace ch::latch
