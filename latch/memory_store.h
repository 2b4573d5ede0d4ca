#pragma once

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "latch/latch_store.h"

namespace ch::latch {

/// A LatchStore that forgets everything with its last user, for tests: the same rules, no file.
/// Several MemoryLatchStores of one Memory are several processes on one root.
class MemoryLatchStore final : public LatchStore {
public:
    struct Memory;
    static std::shared_ptr<Memory> make_memory();

    explicit MemoryLatchStore(std::shared_ptr<Memory> memory) : memory_(std::move(memory)) {}

    [[nodiscard]] uint64_t head() override;
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
    std::shared_ptr<Memory> memory_;
};

}  // namespace ch::latch
