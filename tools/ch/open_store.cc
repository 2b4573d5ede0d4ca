#include "tools/ch/open_store.h"

namespace ch::tools {

std::shared_ptr<storage::Database> open_store(const CommandContext& context,
                                              const std::string& root, bool create) {
    storage::DatabaseOptions options;
    options.note = "ch, " + latch::process_note();
    options.create = create;
    options.latch = context.latch;
    return storage::Database::open(context.files, root, options);
}

storage::StorePath require_store(const CommandContext& context, const std::string& path) {
    std::optional<storage::StorePath> place = storage::store_path(*context.files, path);
    if (!place)
        throw Error(ErrorCode::NotFound,
                    "no store is above; expected ROOT/DATABASE/TABLE, ch create makes a root",
                    path);
    return *place;
}

std::string version_text(storage::Database& database) {
    return "version " + std::to_string(database.newest()->version) + "\n";
}

}  // namespace ch::tools
