#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "base/io/file_system.h"
#include "latch/latch_store.h"
#include "latch/owner.h"

namespace ch::latch {

/// The embedded store: no daemon, one machine, any number of processes.
///   <root>/.ch/latch/store                 which store a root belongs to (owner.h)
///   <root>/.ch/latch/<resource>.<mode>     locked by the holder of that lease
///   <root>/.ch/manifest/<20 digits>        a manifest (core/envelope.h); put-if-absent commits it
///   <root>/.ch/floor/<20 digits>           the floor is the highest of these names
///   <root>/.ch/pins/<20 digits>.<32 hex>   a pin, locked by its reader; content: its note
///   <root>/.ch/pins/<20 digits>.kept-NAME  a kept pin
///   <root>/.ch/head                        20 digits: a version that exists or existed; a hint
class FileLatchStore final : public LatchStore {
    struct OpenOnly {};  // only open() can make one

public:
    using Random = std::function<uint64_t()>;

    /// True if the folder holds a root of ours.
    static bool is_root(const io::FileSystem& files, const std::string& root);
    /// Makes what is missing of the root; a root that another store owns, or that lies on a network
    /// file system, throws Error{Unsupported}. The folder's parent must exist.
    static void create(io::FileSystem& files, const std::string& root, const Owner& owner = {});
    /// Which store the root belongs to; nothing where there is none. Throws Error{Unsupported} for
    /// an owner that this version does not know.
    static std::optional<Owner> owner(const io::FileSystem& files, const std::string& root);
    /// Gives the root to another store, in one step. Requires: nobody uses it.
    static void set_owner(io::FileSystem& files, const std::string& root, const Owner& owner);
    /// The same as create() for a new root whose chain begins with this manifest, which is its
    /// floor. What stands for the versions before it must be there.
    static void create_from(io::FileSystem& files, const std::string& root, const Manifest& first);
    /// Throws Error{Unsupported} if the folder lies on a network file system.
    static void check_local(const io::FileSystem& files, const std::string& root);
    /// Throws Error{NotFound | Unsupported}. `random` gives pins their names. `owner`: who opens
    /// it; a daemon keeps its chain and its kept pins so, and its clients read manifests so.
    static std::unique_ptr<FileLatchStore> open(std::shared_ptr<io::FileSystem> files,
                                                const std::string& root, Random random,
                                                const Owner& owner = {});

    FileLatchStore(OpenOnly, std::shared_ptr<io::FileSystem> files, const std::string& root,
                   Random random)
        : files_(std::move(files)), folder_(root + "/.ch"), random_(std::move(random)) {}

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
    [[nodiscard]] std::string manifest_path(uint64_t version) const;
    [[nodiscard]] uint64_t highest_name(const std::string& folder) const;
    [[nodiscard]] uint64_t first_guess();
    void write_hint(uint64_t version);
    [[nodiscard]] std::unique_ptr<Lease> try_acquire(std::span<const ResourceId> resources,
                                                     LatchMode mode);

    std::shared_ptr<io::FileSystem> files_;
    std::string folder_;
    Random random_;
    std::atomic<uint64_t> known_head_{0};  // existed once; a place to look from
};

}  // namespace ch::latch
