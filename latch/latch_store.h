#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "latch/core/envelope.h"
#include "latch/core/latch_mode.h"
#include "latch/core/publish_rule.h"

namespace ch::latch {

/// Keeps others waiting until it is destroyed, or its process ends. It says only who may try: what
/// makes a stale holder harmless are the epochs (publish_rule.h).
class Lease {
public:
    virtual ~Lease() = default;
};

/// Keeps a version readable until it is destroyed, or its process ends.
class Pin {
public:
    virtual ~Pin() = default;
    [[nodiscard]] virtual uint64_t version() const = 0;
    [[nodiscard]] virtual const std::string& name() const = 0;
};

/// A pin as others see it.
struct PinEntry {
    std::string name;  ///< unique; of a kept pin, the name that it was given
    uint64_t version = 0;
    std::string note;      ///< who holds it and why, as told to pin()
    bool is_kept = false;  ///< no process holds it: it stays until unkeep()
};

/// The version is below the floor: its parts may be gone.
struct Expired {
    uint64_t version = 0;
    uint64_t floor = 0;
};

struct Publication {
    Attempt attempt;
    CommitId base_id{};         ///< commit id of attempt.base_version; zeros for 0
    std::vector<Token> raised;  ///< epochs that this version raises, by rising resource
};

/// The commit is in the chain, and durable.
struct Published {
    uint64_t version = 0;
    bool was_there = false;  ///< by an earlier put whose answer was lost
};
/// Fenced with resource 0: garbage collection has passed the base, so the attempt is too old to be
/// judged. It may have been published before that.
using PublishOutcome = std::variant<Published, Fenced, Conflict>;

/// Who may write, what is current and what is still read, for all tables of one root. It knows
/// envelopes and never looks into bodies. Thread-safe. Failures throw Error; after one, whether a
/// publication took place is not known: publish() of the same commit id finds out, and until then
/// nothing of it may be deleted.
class LatchStore {
public:
    virtual ~LatchStore() = default;

    /// The newest version; 0 in an empty root.
    [[nodiscard]] virtual uint64_t head() = 0;
    /// The newest version, once it is above `version` or `wait_ms_max` has passed.
    [[nodiscard]] virtual uint64_t wait_above(uint64_t version, uint64_t wait_ms_max);
    /// Nothing if that version is not there: not yet, or no more. Throws Error{Corrupt}.
    [[nodiscard]] virtual std::optional<Manifest> load(uint64_t version) = 0;
    /// Puts the edit behind the newest version if decide() allows it there, however often others
    /// were faster.
    [[nodiscard]] virtual PublishOutcome publish(const Publication& publication,
                                                 std::string_view body) = 0;

    /// All of the resources (rising) or none, within `wait_ms_max`; null if that was too short.
    [[nodiscard]] virtual std::unique_ptr<Lease> acquire(std::span<const ResourceId> resources,
                                                         LatchMode mode, uint64_t wait_ms_max) = 0;
    /// Lets others acquire the resource although a holder lives. Publish a higher epoch first.
    virtual void break_lease(ResourceId resource) = 0;

    /// Pins a version, or the newest one.
    [[nodiscard]] virtual std::variant<std::unique_ptr<Pin>, Expired> pin(
        std::optional<uint64_t> version, std::string_view note) = 0;
    /// A pin that outlives its process. Throws Error{InvalidArgument} for a name that is taken or
    /// is not made of letters, digits, '-' and '_'.
    virtual std::optional<Expired> keep(uint64_t version, std::string_view name,
                                        std::string_view note) = 0;
    /// False if there is no kept pin of that name.
    virtual bool unkeep(std::string_view name) = 0;
    /// The pins of living holders and the kept ones, by version.
    [[nodiscard]] virtual std::vector<PinEntry> pins() = 0;

    /// No version below it may be read any more. Never falls.
    [[nodiscard]] virtual uint64_t floor() = 0;
    /// Durable on return. A lower one than in force changes nothing.
    virtual void raise_floor(uint64_t version) = 0;
    /// Removes the manifests below `version`, and what publications that were cut short left.
    /// Requires: 0, or a durable checkpoint at or below the floor and at or above it.
    virtual void forget_below(uint64_t version) = 0;
};

/// Whether somebody holds the writer's latch; nothing where this process cannot find out, as in
/// a root that it may only read. Trying is the only way to know: a latch that is got is given back
/// at once, but a writer that tries in that moment waits a poll longer.
std::optional<bool> is_held(LatchStore& latch, ResourceId resource);

/// The note that says which process pins; for those that have nothing better to tell.
std::string process_note();
/// Whether the process of a note that ends in process_note() lives; nothing if it is none such.
std::optional<bool> is_alive(std::string_view note);

}  // namespace ch::latch
