#include "latch/memory_store.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "latch/core/limits.h"
#include "latch/pin_name.h"
#include "latch/publish_loop.h"

namespace ch::latch {

// Holders are numbers; a lease or a pin that was broken or removed finds its number gone.
struct MemoryLatchStore::Memory {
    struct Latch {
        std::set<uint64_t> writers, schemas, shared;
        int waiting_schemas = 0;
    };
    std::mutex mutex;  // guards all below
    std::map<uint64_t, std::string> manifests;
    std::map<ResourceId, Latch> latches;
    std::map<uint64_t, PinEntry> pins;
    uint64_t floor = 0;
    uint64_t next_number = 1;

    // Under the mutex as a whole, so all or none needs no order of resources.
    bool try_take(std::span<const ResourceId> resources, LatchMode mode, uint64_t holder) {
        for (ResourceId resource : resources) {
            Latch& latch = latches[resource];
            const bool is_free =
                mode == LatchMode::Writer ? latch.writers.empty()
                : mode == LatchMode::Shared
                    ? latch.schemas.empty() && latch.waiting_schemas == 0
                    : latch.writers.empty() && latch.schemas.empty() && latch.shared.empty();
            if (!is_free) return false;
        }
        for (ResourceId resource : resources) {
            Latch& latch = latches[resource];
            if (mode != LatchMode::Shared) latch.writers.insert(holder);
            if (mode == LatchMode::Schema) latch.schemas.insert(holder);
            if (mode == LatchMode::Shared) latch.shared.insert(holder);
        }
        return true;
    }
};

namespace {

class MemoryLease final : public Lease {
public:
    MemoryLease(std::shared_ptr<MemoryLatchStore::Memory> memory, uint64_t holder)
        : memory_(std::move(memory)), holder_(holder) {}
    ~MemoryLease() override {
        std::lock_guard lock(memory_->mutex);
        // Every latch is looked at, as a lease does not keep its resources: roots of tests are
        // small.
        for (auto& [resource, latch] : memory_->latches)
            for (std::set<uint64_t>* holders : {&latch.writers, &latch.schemas, &latch.shared})
                holders->erase(holder_);
    }

private:
    std::shared_ptr<MemoryLatchStore::Memory> memory_;
    uint64_t holder_;
};

class MemoryPin final : public Pin {
public:
    MemoryPin(std::shared_ptr<MemoryLatchStore::Memory> memory, uint64_t number, uint64_t version,
              std::string name)
        : memory_(std::move(memory)), number_(number), version_(version), name_(std::move(name)) {}
    ~MemoryPin() override {
        std::lock_guard lock(memory_->mutex);
        memory_->pins.erase(number_);
    }
    [[nodiscard]] uint64_t version() const override { return version_; }
    [[nodiscard]] const std::string& name() const override { return name_; }

private:
    std::shared_ptr<MemoryLatchStore::Memory> memory_;
    uint64_t number_;
    uint64_t version_;
    std::string name_;
};

}  // namespace

std::shared_ptr<MemoryLatchStore::Memory> MemoryLatchStore::make_memory() {
    return std::make_shared<Memory>();
}

uint64_t MemoryLatchStore::head() {
    std::lock_guard lock(memory_->mutex);
    return memory_->manifests.empty() ? 0 : memory_->manifests.rbegin()->first;
}

std::optional<Manifest> MemoryLatchStore::load(uint64_t version) {
    std::lock_guard lock(memory_->mutex);
    auto found = memory_->manifests.find(version);
    if (found == memory_->manifests.end()) return std::nullopt;
    // Kept as bytes, so that tests of the engine run through the real encoding.
    return decode_manifest(as_bytes(found->second));
}

PublishOutcome MemoryLatchStore::publish(const Publication& publication, std::string_view body) {
    ManifestPlace place;
    place.load = [this](uint64_t version) { return load(version); };
    place.floor = [this] { return floor(); };
    place.put = [this](uint64_t version, const std::string& bytes) {
        std::lock_guard lock(memory_->mutex);
        // Put-if-absent, like the link on disk.
        return memory_->manifests.emplace(version, bytes).second;
    };
    place.make_durable = [] {};
    return publish_in_turns(place, publication, body);
}

std::unique_ptr<Lease> MemoryLatchStore::acquire(std::span<const ResourceId> resources,
                                                 LatchMode mode, uint64_t wait_ms_max) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms_max);
    bool is_waiting = false;
    // A schema change that waits shuts new shared holders out, as the queue's file does on disk.
    auto wait_in_queue = [&](bool waits) {
        if (mode != LatchMode::Schema || waits == is_waiting) return;
        for (ResourceId resource : resources)
            memory_->latches[resource].waiting_schemas += waits ? 1 : -1;
        is_waiting = waits;
    };
    for (;;) {
        {
            std::lock_guard lock(memory_->mutex);
            const uint64_t holder = memory_->next_number++;
            const bool is_taken = memory_->try_take(resources, mode, holder);
            // After the try: a wait of 0 still tries once.
            const bool is_late = std::chrono::steady_clock::now() >= end;
            wait_in_queue(!is_taken && !is_late);
            if (is_taken) return std::make_unique<MemoryLease>(memory_, holder);
            if (is_late) return nullptr;
        }
        // Polling, as the file store must; the mutex is not held meanwhile.
        std::this_thread::sleep_for(std::chrono::milliseconds(kLatchPollMs));
    }
}

void MemoryLatchStore::break_lease(ResourceId resource) {
    std::lock_guard lock(memory_->mutex);
    Memory::Latch& latch = memory_->latches[resource];
    // A holder's later release erases a number that is gone: harmless.
    for (std::set<uint64_t>* holders : {&latch.writers, &latch.schemas, &latch.shared})
        holders->clear();
}

std::variant<std::unique_ptr<Pin>, Expired> MemoryLatchStore::pin(std::optional<uint64_t> version,
                                                                  std::string_view note) {
    std::lock_guard lock(memory_->mutex);
    const uint64_t newest = memory_->manifests.empty() ? 0 : memory_->manifests.rbegin()->first;
    const uint64_t wanted = version.value_or(newest);
    // One mutex over the look and the pin, where files need the order of file_pins.cc.
    if (memory_->floor > wanted) return Expired{wanted, memory_->floor};
    const uint64_t number = memory_->next_number++;
    std::string name = "pin" + std::to_string(number);
    memory_->pins[number] = {name, wanted, std::string(note), false};
    return std::make_unique<MemoryPin>(memory_, number, wanted, std::move(name));
}

std::optional<Expired> MemoryLatchStore::keep(uint64_t version, std::string_view name,
                                              std::string_view note) {
    check_kept_name(name);
    std::lock_guard lock(memory_->mutex);
    for (const auto& [number, entry] : memory_->pins)
        if (entry.is_kept && entry.name == name)
            throw Error(ErrorCode::InvalidArgument, "there is a pin of that name");
    if (memory_->floor > version) return Expired{version, memory_->floor};
    memory_->pins[memory_->next_number++] = {std::string(name), version, std::string(note), true};
    return std::nullopt;
}

bool MemoryLatchStore::unkeep(std::string_view name) {
    std::lock_guard lock(memory_->mutex);
    return std::erase_if(memory_->pins, [&](const auto& pin) {
               return pin.second.is_kept && pin.second.name == name;
           }) > 0;
}

std::vector<PinEntry> MemoryLatchStore::pins() {
    std::lock_guard lock(memory_->mutex);
    std::vector<PinEntry> live;
    for (const auto& [number, entry] : memory_->pins) live.push_back(entry);
    std::stable_sort(live.begin(), live.end(),
                     [](const PinEntry& a, const PinEntry& b) { return a.version < b.version; });
    return live;
}

uint64_t MemoryLatchStore::floor() {
    std::lock_guard lock(memory_->mutex);
    return memory_->floor;
}

void MemoryLatchStore::raise_floor(uint64_t version) {
    std::lock_guard lock(memory_->mutex);
    memory_->floor = std::max(memory_->floor, version);
}

void MemoryLatchStore::forget_below(uint64_t version) {
    std::lock_guard lock(memory_->mutex);
    memory_->manifests.erase(memory_->manifests.begin(), memory_->manifests.lower_bound(version));
}

}  // namespace ch::latch
