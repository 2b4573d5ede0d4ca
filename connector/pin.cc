#include "connector/pin.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "connector/json_text.h"
#include "connector/limits.h"
#include "connector/store_access.h"
#include "engine/store/open_table.h"
#include "engine/store/tso.h"

namespace ch::connector {

namespace {

constexpr const char* kWhat = "pin";

}  // namespace

std::unique_ptr<VersionPin> VersionPin::open(const Session& session, std::string_view request) {
    const nlohmann::json document = parse_json(request, kWhat, kSettingsBytesMax);
    check_fields(document, kWhat, {"root", "version", "time_ms"});
    const std::optional<uint64_t> version = optional_count(document, kWhat, "version");
    const std::optional<uint64_t> time_ms = optional_count(document, kWhat, "time_ms");
    if (version && time_ms)
        throw Error(ErrorCode::InvalidArgument,
                    "pin: give \"version\" or \"time_ms\", not both of them");
    storage::ReadPoint point;
    if (version) point = storage::ReadPoint::of_number(*version);
    if (time_ms) {
        if (*time_ms > storage::kTsoMsMax)
            throw Error(ErrorCode::InvalidArgument,
                        "pin: \"time_ms\" is too late, found " + std::to_string(*time_ms));
        point.tso = storage::tso_of_ms(*time_ms);
    }
    const std::string root = text_field(document, kWhat, "root");
    check_path(root);
    if (session.files()->kind(root) && !storage::is_store(*session.files(), root))
        throw Error(ErrorCode::Unsupported,
                    "a plain ClickHouse folder has no versions; ch adopt takes it into a store",
                    root);
    const std::shared_ptr<storage::Database> database =
        open_store(session, root, "be read at a version", false);
    storage::Snapshot snapshot = storage::read_snapshot(*database, point);
    return std::make_unique<VersionPin>(std::move(snapshot.pin), snapshot.state->version,
                                        snapshot.state->time_ms);
}

std::string VersionPin::text() const {
    return dump_json({{"version", version_}, {"time_ms", time_ms_}});
}

}  // namespace ch::connector
