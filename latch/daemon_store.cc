#include "latch/daemon_store.h"

#include <dlfcn.h>

#include <atomic>
#include <type_traits>
#include <utility>

#include "latch/core/limits.h"

namespace ch::latch {

namespace {

constexpr const char* kLibrary = "libch_latch.so";

/// The folder of the library or program that this code is in; its libraries stand beside it.
std::string own_folder() {
    Dl_info found{};
    if (::dladdr(reinterpret_cast<const void*>(&own_folder), &found) == 0 ||
        found.dli_fname == nullptr)
        return ".";
    const std::string file = found.dli_fname;
    const size_t slash = file.rfind('/');
    return slash == std::string::npos ? "." : file.substr(0, slash);
}

[[noreturn]] void not_loaded(const std::string& path, const std::string& reason) {
    throw Error(ErrorCode::Unsupported,
                "this root belongs to a latch daemon, and the library that speaks with it cannot "
                "be loaded: " +
                    reason,
                path);
}

/// What dlopen() gave to load_client_library(): as dlopen's own list of what is loaded, one for the
/// whole library that this code is in.
std::atomic<void*> loaded_library{nullptr};

/// Never unloaded: pins and leases of it may live until the process ends. Local: another gRPC in
/// the process must not see ours.
void* try_load(const std::string& path, std::string& reason) {
    if (void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
    const char* said = ::dlerror();
    if (reason.empty() && said != nullptr) reason = said;
    return nullptr;
}

void* load_library(std::string& path) {
    if (void* library = loaded_library.load()) return library;
    const std::string folder = own_folder();
    std::string reason;
    // Programs of a built tree lie in a folder below it.
    for (const std::string& place : {folder, folder + "/.."}) {
        path = place + "/" + kLibrary;
        if (void* library = try_load(path, reason)) return library;
    }
    not_loaded(folder + "/" + kLibrary, reason);
}

std::unique_ptr<DaemonClient> make_client(const ClientOptions& options) {
    std::string path;
    void* library = load_library(path);
    const auto border = reinterpret_cast<ClientBorder>(::dlsym(library, kClientBorderName));
    const auto make = reinterpret_cast<MakeClient>(::dlsym(library, kMakeClientName));
    if (border == nullptr || make == nullptr) not_loaded(path, "it is another library");
    if (border() != kClientBorder)
        not_loaded(path, "it is of another version of chspark, border " + std::to_string(border()) +
                             ", " + std::to_string(kClientBorder) + " was expected");
    std::unique_ptr<DaemonClient> client(make(options));
    if (!client) throw Error(ErrorCode::MemoryLimit, "no memory for a latch client");
    return client;
}

}  // namespace

void load_client_library(const std::string& path) {
    if (loaded_library.load() != nullptr) return;
    std::string reason;
    void* library = try_load(path, reason);
    if (library == nullptr) not_loaded(path, reason);
    loaded_library.store(library);
}

template <typename Call>
auto DaemonLatchStore::ask(Call call) {
    ClientFailure failure;
    auto check = [&] {
        if (failure.code != 0)
            throw Error(static_cast<ErrorCode>(failure.code), failure.message, address_);
    };
    if constexpr (std::is_void_v<decltype(call(failure))>) {
        call(failure);
        check();
    } else {
        auto value = call(failure);
        check();
        return value;
    }
}

std::unique_ptr<DaemonLatchStore> DaemonLatchStore::open(std::shared_ptr<io::FileSystem> files,
                                                         const std::string& root,
                                                         FileLatchStore::Random random,
                                                         const ClientOptions& options) {
    const std::optional<Owner> owner = FileLatchStore::owner(*files, root);
    if (!owner || owner->is_embedded())
        throw Error(ErrorCode::Unsupported, "no latch daemon owns this root", root);
    ClientOptions chosen = options;
    if (chosen.address.empty()) chosen.address = owner->address;
    if (chosen.ttl_ms == 0) chosen.ttl_ms = kTtlMsDefault;
    if (chosen.answer_ms_max == 0) chosen.answer_ms_max = kAnswerMsMax;
    auto store = std::make_unique<DaemonLatchStore>(
        FileLatchStore::open(std::move(files), root, std::move(random), *owner),
        make_client(chosen), chosen.address);
    const std::string served =
        store->ask([&](ClientFailure& failure) { return store->client_->root_id(failure); });
    if (served != owner->root_id)
        throw Error(ErrorCode::Unsupported,
                    "the latch daemon at " + chosen.address + " serves the root " + served +
                        ", this one is " + owner->root_id,
                    root);
    return store;
}

uint64_t DaemonLatchStore::head() {
    return ask([&](ClientFailure& failure) { return client_->head(failure); });
}

uint64_t DaemonLatchStore::wait_above(uint64_t version, uint64_t wait_ms_max) {
    return ask(
        [&](ClientFailure& failure) { return client_->wait_above(version, wait_ms_max, failure); });
}

std::optional<Manifest> DaemonLatchStore::load(uint64_t version) {
    return chain_->load(version);
}

PublishOutcome DaemonLatchStore::publish(const Publication& publication, std::string_view body) {
    return ask(
        [&](ClientFailure& failure) { return client_->publish(publication, body, failure); });
}

std::unique_ptr<Lease> DaemonLatchStore::acquire(std::span<const ResourceId> resources,
                                                 LatchMode mode, uint64_t wait_ms_max) {
    return ask([&](ClientFailure& failure) {
        return client_->acquire(resources, mode, wait_ms_max, failure);
    });
}

void DaemonLatchStore::break_lease(ResourceId resource) {
    ask([&](ClientFailure& failure) { client_->break_lease(resource, failure); });
}

std::variant<std::unique_ptr<Pin>, Expired> DaemonLatchStore::pin(std::optional<uint64_t> version,
                                                                  std::string_view note) {
    return ask([&](ClientFailure& failure) { return client_->pin(version, note, failure); });
}

std::optional<Expired> DaemonLatchStore::keep(uint64_t version, std::string_view name,
                                              std::string_view note) {
    return ask([&](ClientFailure& failure) { return client_->keep(version, name, note, failure); });
}

bool DaemonLatchStore::unkeep(std::string_view name) {
    return ask([&](ClientFailure& failure) { return client_->unkeep(name, failure); });
}

std::vector<PinEntry> DaemonLatchStore::pins() {
    return ask([&](ClientFailure& failure) { return client_->pins(failure); });
}

uint64_t DaemonLatchStore::floor() {
    return ask([&](ClientFailure& failure) { return client_->floor(failure); });
}

void DaemonLatchStore::raise_floor(uint64_t version) {
    ask([&](ClientFailure& failure) { client_->raise_floor(version, failure); });
}

void DaemonLatchStore::forget_below(uint64_t version) {
    ask([&](ClientFailure& failure) { client_->forget_below(version, failure); });
}

}  // namespace ch::latch
