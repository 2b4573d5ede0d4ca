#include "connector/store_access.h"

#include "base/error.h"
#include "engine/store/open_table.h"

namespace ch::connector {

std::shared_ptr<storage::Database> open_store(const Session& session, const std::string& root,
                                              const std::string& what, bool create) {
    check_path(root);
    const io::FileSystem& files = *session.files();
    const bool is_made = storage::is_store(files, root);
    const bool is_there = files.kind(root).has_value();
    // Making a store in a folder of ClickHouse's would hide its tables from readers.
    if (!is_made && is_there && !files.list(root).empty())
        throw Error(ErrorCode::Unsupported,
                    "a plain ClickHouse folder is only read: it cannot " + what +
                        "; do that in ClickHouse, or write to a store of its own (ch adopt takes "
                        "the folder's tables into one)",
                    root);
    if (!is_made && !create)
        throw Error(ErrorCode::NotFound,
                    "there is no store that could " + what + "; CREATE NAMESPACE makes one", root);
    storage::DatabaseOptions options;
    options.note = "libch, " + latch::process_note();
    options.create = !is_made;
    return storage::Database::open(session.files(), root, options);
}

}  // namespace ch::connector
