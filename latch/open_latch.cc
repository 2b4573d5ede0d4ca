#include "latch/open_latch.h"

#include "latch/daemon_store.h"

namespace ch::latch {

namespace {
constexpr std::string_view kEmbedded = "embedded";
}  // namespace

void check_latch_choice(std::string_view latch) {
    if (latch.empty() || latch == kEmbedded || is_daemon_address(latch)) return;
    throw Error(ErrorCode::InvalidArgument,
                "a latch is 'embedded' or 'grpc://host:port', found '" + std::string(latch) + "'");
}

void check_latch(const io::FileSystem& files, const std::string& root, const std::string& latch) {
    check_latch_choice(latch);
    const std::optional<Owner> owner = FileLatchStore::owner(files, root);
    if (is_daemon_address(latch) && (!owner || owner->is_embedded()))
        throw Error(owner ? ErrorCode::Unsupported : ErrorCode::NotFound,
                    owner ? "this root's latch is embedded, and " + latch +
                                " was asked for: leave the latch's address out, or give the root "
                                "to a daemon (latchd --take-over)"
                          : "no store here, .ch/latch/store is missing: latchd makes one",
                    root);
    if (latch == kEmbedded && owner && !owner->is_embedded())
        throw Error(ErrorCode::Unsupported,
                    "this root belongs to the latch daemon at " + owner->address +
                        ", and the embedded latch was asked for: leave the latch out, or name the "
                        "daemon",
                    root);
}

std::unique_ptr<LatchStore> open_latch(std::shared_ptr<io::FileSystem> files,
                                       const std::string& root, const std::string& latch,
                                       bool create, FileLatchStore::Random random) {
    check_latch(*files, root, latch);
    const std::optional<Owner> owner = FileLatchStore::owner(*files, root);
    if (owner && !owner->is_embedded()) {
        ClientOptions options;
        // A daemon may have other addresses than the one that it advertises.
        if (is_daemon_address(latch)) options.address = latch;
        options.note = process_note();
        return DaemonLatchStore::open(std::move(files), root, std::move(random), options);
    }
    if (create) FileLatchStore::create(*files, root);
    return FileLatchStore::open(std::move(files), root, std::move(random));
}

}  // namespace ch::latch
