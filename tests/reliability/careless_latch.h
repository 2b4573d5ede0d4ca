#pragma once

#include <memory>
#include <string>

#include "latch/latch_store.h"

namespace ch::reliability {

/// A rule of the latch that is left out on purpose.
enum class Neglect : uint8_t {
    None,
    EpochCheck,  ///< a publication is not asked for its tokens
    FloorCheck,  ///< what was put below the floor counts as published
    Pins,        ///< nobody's pins are seen
    PinsAgain,   ///< pins that were listed are not listed again
};

/// A LatchStore around another one that leaves a rule out.
class CarelessLatch final : public latch::LatchStore {
public:
    CarelessLatch(std::unique_ptr<latch::LatchStore> inner, Neglect neglect)
        : inner_(std::move(inner)), neglect_(neglect) {}

    [[nodiscard]] uint64_t head() override { return inner_->head(); }
    [[nodiscard]] std::optional<latch::Manifest> load(uint64_t version) override {
        return inner_->load(version);
    }
    [[nodiscard]] latch::PublishOutcome publish(const latch::Publication& publication,
                                                std::string_view body) override;
    [[nodiscard]] std::unique_ptr<latch::Lease> acquire(
        std::span<const latch::ResourceId> resources, latch::LatchMode mode,
        uint64_t wait_ms_max) override {
        return inner_->acquire(resources, mode, wait_ms_max);
    }
    void break_lease(latch::ResourceId resource) override { inner_->break_lease(resource); }
    [[nodiscard]] std::variant<std::unique_ptr<latch::Pin>, latch::Expired> pin(
        std::optional<uint64_t> version, std::string_view note) override {
        return inner_->pin(version, note);
    }
    std::optional<latch::Expired> keep(uint64_t version, std::string_view name,
                                       std::string_view note) override {
        return inner_->keep(version, name, note);
    }
    bool unkeep(std::string_view name) override { return inner_->unkeep(name); }
    [[nodiscard]] std::vector<latch::PinEntry> pins() override;
    [[nodiscard]] uint64_t floor() override { return inner_->floor(); }
    void raise_floor(uint64_t version) override { inner_->raise_floor(version); }
    void forget_below(uint64_t version) override { inner_->forget_below(version); }

private:
    std::unique_ptr<latch::LatchStore> inner_;
    Neglect neglect_;
    std::vector<latch::PinEntry> pins_;  // as they were listed last
    uint64_t listings_ = 0;
};

}  // namespace ch::reliability
