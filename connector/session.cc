#include "connector/session.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/io/posix_fs.h"
#include "connector/json_text.h"
#include "connector/limits.h"

namespace ch::connector {

std::shared_ptr<Session> Session::open(std::string_view settings) {
    size_t memory_bytes = kMemoryBytesDefault;
    if (!settings.empty()) {
        nlohmann::json values = parse_json(settings, "settings", kSettingsBytesMax);
        check_fields(values, "settings", {"memory_bytes"});
        memory_bytes = optional_count(values, "settings", "memory_bytes").value_or(memory_bytes);
    }
    auto session = std::make_shared<Session>(std::make_shared<io::PosixFs>(), memory_bytes);
    // The pool may outlive the session with a batch that its reader still holds.
    session->pool_->set_reclaim([weak = std::weak_ptr(session)] {
        if (std::shared_ptr<Session> alive = weak.lock()) {
            alive->parts_.clear();
            alive->tables_.clear();
        }
    });
    return session;
}

Session::Session(std::shared_ptr<io::FileSystem> files, size_t memory_bytes)
    : files_(std::move(files)),
      budget_(std::make_shared<MemoryBudget>(memory_bytes)),
      pool_(std::make_shared<BufferPool>(budget_)),
      parts_(files_, pool_, kPartsCachedMax, memory_bytes / kCachesShare),
      tables_(files_, pool_, kTablesCachedMax,
              std::min(kTablesCachedBytesMax, memory_bytes / kCachesShare)) {}

storage::OpenedTable Session::open_table(const std::string& path, std::optional<uint64_t> version) {
    check_path(path);
    return tables_.open_at(
        path, version ? storage::ReadPoint::of_number(*version) : storage::ReadPoint());
}

void check_path(std::string_view path) {
    if (path.empty() || path.size() > kPathBytesMax || path.find('\0') != std::string_view::npos)
        throw Error(ErrorCode::InvalidArgument,
                    "a path must have 1 to " + std::to_string(kPathBytesMax) +
                        " bytes, none of them zero; this one has " + std::to_string(path.size()));
}

}  // namespace ch::connector
